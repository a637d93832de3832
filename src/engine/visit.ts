/**
 * What the engine knows of one connection: a mailbox, where it comes from,
 * and the login it has under way. Once that succeeds a Client is made.
 */
import type { ClientId } from "../../machines/events.ts";
import type { Mailbox } from "../chat/mailbox.ts";
import type { User } from "../chat/user.ts";

export interface Visit {
	readonly mailbox: Mailbox;
	/** The network it comes from, which mail allowances are counted by. */
	readonly network: string;
	login?: Login;
	/** The carrier is gone: nothing can be told any more. */
	gone: boolean;
}

export interface Login {
	readonly client: ClientId;
	/** The raw id of the pending login; the log holds its hash. */
	readonly pending: string;
	readonly user: User;
}
