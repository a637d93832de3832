import type { SlidingWindows } from "../../rate-limit.ts";
import type { Attachments } from "../attachments.ts";
import type { Command, Kind } from "../command.ts";
import type { Connection } from "../connection.ts";
import type { Deadlines } from "../deadlines.ts";
import type { Erasures } from "../erasures.ts";
import type { LiveUpdates } from "../live-updates.ts";
import type { Logins } from "../logins.ts";
import type { Pages } from "../pages.ts";
import type { RequestLimits } from "../request-limits.ts";
import type { Decision, View } from "./decision.ts";

/** What a few commands need that is no part of the state: allowances, and what is read from the log. */
export interface Services {
	readonly attachments: Attachments;
	readonly deadlines: Deadlines;
	readonly erasures: Erasures;
	/** Emails that were tried for a name that is somebody's. */
	readonly guesses: SlidingWindows;
	readonly liveUpdates: LiveUpdates;
	readonly logins: Logins;
	readonly pages: Pages;
	readonly requestLimits: RequestLimits;
}

/** Decides a command. Most handlers are pure functions of the view and the command. */
export type Handler<K extends Kind> = (
	view: View,
	command: Command<K>,
	connection: Connection,
	services: Services,
) => Decision;
