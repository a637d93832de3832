/**
 * What the engine knows of one connection: its mailbox, its networks, and the
 * client that it speaks for or is about to.
 */
import type { ClientId, RoomName } from "../../machines/events.ts";
import type { CloseReason } from "../../machines/message.ts";
import type { Mailbox, OnMessage } from "../chat/mailbox.ts";
import type { User } from "../chat/user.ts";
import type { ClientSnapshot } from "./machines.ts";
import type { State } from "./state.ts";

/** What a connection runs over: a WebSocket, a bot, a test. */
export interface Transport {
	readonly onMessage: OnMessage;
	/** The engine has ended the connection. The transport should say why, in other words than usual if some are given, and close. */
	readonly onEnd: (reason: CloseReason, words?: string) => void;
	/** Runs a task, in a later turn, once the network has taken everything sent so far; if it never does, the task never runs. */
	readonly whenDrained: (task: () => void) => void;
	/** For a connection that another node carries: that must know whom it speaks for from now on, once everything up to `at` is in its state. */
	readonly onLogin?: (login: Login, at: number) => void;
}

export interface Connection {
	readonly transport: Transport;
	readonly mailbox: Mailbox;
	/** The networks of its address, the narrowest first; mail is counted by them. */
	readonly networks: readonly string[];
	/** The node that carries it, and shows what is committed; undefined for this one. */
	readonly node?: string | undefined;
	login?: Login;
	/** The transport is closed, or about to be: nothing is sent any more. */
	gone: boolean;
}

/** The client that a connection speaks for; undefined for a stranger, and once the client has left. */
export const clientOf = (
	state: State,
	{ login }: Connection,
): ClientSnapshot | undefined => login && state.client(login.client);

/** Whether a connection is there, whenever that is asked, and speaks for the same person as now: what is for one person is not for the next. */
export function sameAsNow(connection: Connection): () => boolean {
	const { login } = connection;
	return () => {
		const now = connection.login;
		const isSame =
			!login ||
			login.client === now?.client ||
			login.user.name === now?.user.name;
		return isSame && !connection.gone;
	};
}

/** The last item that a returning client saw. */
export interface LastSeen {
	readonly epoch: string;
	readonly offset: number;
	/** The item's own time, if the client says it. */
	readonly time?: number | undefined;
}

/** What a browser keeps to stay logged in; the log holds the token's hash. */
export interface FreshSession {
	readonly token: string;
	readonly expires: number;
}

export interface Login {
	readonly client: ClientId;
	/** The raw id of the pending login; the log holds its hash. */
	readonly pending?: string;
	/** The email is empty if the client came in by a session: then nobody knows it. */
	readonly user: User;
	/** The session that this login opened. The browser is sent it once. */
	readonly session?: FreshSession;
	/** The room in which the client takes its reserved seat again; it does not enter. */
	readonly resumed?: RoomName;
	/** The highest number of this client's messages when it came back. */
	readonly last?: number;
	/** The id of the request that let it in. */
	readonly request?: string | undefined;
	/** Present if the client says it was here before. */
	readonly lastSeen?: LastSeen;
}
