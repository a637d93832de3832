/** What the engine stands on; all of it is handed in. */

import type { Server } from "../chat/server.ts";
import type { Clock } from "../clock.ts";
import type { Archive } from "../history/archive.ts";
import type { Log } from "../log/log.ts";
import type { Snapshots } from "../log/snapshots.ts";
import type { Policy } from "./commands/decision.ts";
import type { Step } from "./fold.ts";
import type { Mail } from "./logins.ts";
import type { Secrets } from "./secrets.ts";
import type { State } from "./state.ts";

/** What an operator should know; no person's data is ever put in it. */
export interface Reporter {
	info(fields: object, message: string): void;
	warn(fields: object, message: string): void;
}

/** The two watermarks. Commands are decided on what is ordered; what is committed may be seen. */
export interface States {
	ordered: State;
	committed: State;
}

export interface EngineParts {
	readonly log: Log;
	readonly snapshots: Snapshots | undefined;
	readonly archive: Archive;
	/** What was erased lately, perhaps not to the end: by seq. */
	readonly erased: readonly number[];
	/** The log is a copy from before: what came after it may have been seen. */
	readonly restored?: boolean;
	/** The fold of the log: the only values of the engine that are replaced. */
	readonly states: States;
	readonly server: Server;
	readonly clock: Clock;
	/** Without our own pauses: for deadlines of someone's silence. */
	readonly runningClock: Clock;
	readonly secrets: Secrets;
	readonly mail: Mail;
	readonly policy: Policy;
	readonly version: string;
	/** Hears of each event that is committed. */
	readonly onCommitted: (step: Step) => void;
	readonly report: Reporter;
	/** The process must end at once: nothing more can be promised. */
	readonly onFatal: (error: Error) => void;
}
