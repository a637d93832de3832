/** The dependencies of the engine. */

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

/** For the operator. Never gets anyone's personal data. */
export interface Reporter {
	info(fields: object, message: string): void;
	warn(fields: object, message: string): void;
}

/** The two watermarks. Commands are decided on the ordered state; the committed one may be seen. */
export interface States {
	ordered: State;
	committed: State;
}

export interface EngineParts {
	readonly log: Log;
	readonly snapshots: Snapshots | undefined;
	readonly archive: Archive;
	/** The seqs of messages erased lately, perhaps not completely. */
	readonly erased: readonly number[];
	/** The log is a backup: people may have seen events that are not in it. */
	readonly restored?: boolean;
	/** Folded from the log. */
	readonly states: States;
	readonly server: Server;
	readonly clock: Clock;
	/** Leaves out our own pauses: for deadlines of a client's silence. */
	readonly runningClock: Clock;
	readonly secrets: Secrets;
	readonly mail: Mail;
	readonly policy: Policy;
	readonly version: string;
	/** Called for each event that is committed. */
	readonly onCommitted: (step: Step) => void;
	readonly report: Reporter;
	/** The process must end at once, since nothing more can be promised. */
	readonly onFatal: (error: Error) => void;
}
