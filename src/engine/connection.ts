/**
 * What the engine knows of one connection: a mailbox, where it comes from,
 * and whom it speaks for or is about to.
 */
import type { ClientId } from "../../machines/events.ts";
import type { CloseReason } from "../../machines/message.ts";
import type { Mailbox, OnMessage } from "../chat/mailbox.ts";
import type { User } from "../chat/user.ts";
import type { FreshSession } from "./commands/decision.ts";
import type { RefusalDetails, Rule } from "./refusals.ts";

/** Whatever carries a Client: a WebSocket, a bot, a test. */
export interface Transport {
	readonly onMessage: OnMessage;
	/** The engine is done with it; it should say why, and go. */
	readonly onEnd: (reason: CloseReason) => void;
	/** Runs a task, in a later turn, when the network has taken all that was handed over so far; never, if it does not. */
	readonly whenDrained: (task: () => void) => void;
}

export interface Connection {
	readonly transport: Transport;
	readonly mailbox: Mailbox;
	/** The networks it comes from, the narrowest first, which mail is counted by. */
	readonly networks: readonly string[];
	login?: Login;
	/** The carrier is gone: nothing can be told any more. */
	gone: boolean;
}

/** Tells a visitor no, in words: to a message of type `re`, if it had one. */
export type Refuse = (
	connection: Connection,
	rule: Rule,
	re: number | undefined,
	details?: RefusalDetails,
) => void;

export interface Place {
	readonly epoch: string;
	readonly offset: number;
	/** When the item there came, if the client says so. */
	readonly time?: number | undefined;
}

export interface Login {
	readonly client: ClientId;
	/** The raw id of the pending login; the log holds its hash. */
	readonly pending?: string;
	/** The email is empty where a session opened the door: nobody knows it then. */
	readonly user: User;
	/** Made by this login: the browser is told it once. */
	readonly session?: FreshSession;
	/** It is back in its place: it will not enter. */
	readonly resumed?: boolean;
	/** The highest number taken from this client when it came back. */
	readonly last?: number;
	/** What the client calls the request that let it in. */
	readonly request?: string | undefined;
	/** The last item this client saw, if it says it was here before. */
	readonly place?: Place;
}
