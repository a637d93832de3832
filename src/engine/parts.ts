/** The dependencies of the engine. */

import type { Server } from "../chat/server.ts";
import type { Clock } from "../clock.ts";
import type { Archive } from "../history/archive.ts";
import type { Log } from "../log/log.ts";
import type { Snapshots } from "../log/snapshots.ts";
import type { Policy, View } from "./commands/decision.ts";
import type { Login } from "./connection.ts";
import type { Step } from "./fold.ts";
import type { Mail } from "./logins.ts";
import type { Pipeline } from "./pipeline.ts";
import type { Secrets } from "./secrets.ts";
import type { State } from "./state.ts";

/** Reports to the operator. It is never given anyone's personal data. */
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
	/** A clock that leaves out the pauses of our own process, for deadlines of clients that are silent. */
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

/** What each service of the engine works with. */
export interface RunningParts extends EngineParts {
	readonly pipeline: Pipeline;
}

/** The view that a command is decided on now, for the client of a login if there is one. Spelt out: a spread takes longer than the decision. */
export function viewOf(
	{ policy, states, clock, secrets }: EngineParts,
	login?: Login,
): View {
	const { limits, allow, admins, retention, node } = policy;
	const { ordered: state } = states;
	const client = login && state.client(login.client);
	const now = clock.now();
	const rules = { limits, allow, admins, retention, node };
	return { ...rules, state, now, secrets, client, login };
}
