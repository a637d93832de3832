/**
 * The wire: what passes between a browser and the server, seen alike by both.
 *
 * A Message is `{type, user, text}`; whatever a newer protocol adds is a flat
 * extra field. Types 0–5 are the classic protocol. Types from 6 up are spoken
 * only to a client that asked for the WebSocket subprotocol `plume.2`.
 * PROTOCOL.md shows one example of each.
 */

export const MessageType = {
	hello: 0,
	text: 1,
	auth: 2,
	authAck: 3,
	authRst: 4,
	mayNotEnter: 5,
	open: 6,
	welcome: 7,
	session: 8,
	pending: 9,
	ack: 10,
	refused: 11,
	system: 12,
	gap: 13,
	history: 14,
	signal: 15,
	erase: 16,
	logout: 17,
} as const;

export type MessageType = (typeof MessageType)[keyof typeof MessageType];

export const SUBPROTOCOL = "plume.2";
export const LOBBY = "lobby";
export const BOT_NAME = "plumebot";

/** The core of everything that is said between browser and server. */
export interface Message {
	readonly type: number;
	readonly user: { readonly name: string };
	readonly text: string;
}

/** Where a visible item stands: `offset` counts from 1, without gaps, within one `epoch` of its room. */
export interface Place {
	readonly room: string;
	readonly epoch: string;
	readonly offset: number;
	/** Milliseconds since 1970. */
	readonly time: number;
}

/** How far a room has come: its last offset, and how many messages were said in this epoch up to there. */
export interface Head {
	readonly epoch: string;
	readonly offset: number;
	readonly said: number;
	/** How many of them were said before the log was last restored, if it was: they were told under another epoch, too. */
	readonly restored?: number | undefined;
}

/** Something a member said; shown to the whole room. */
export interface Said extends Place {
	readonly kind: "said";
	readonly client: string;
	readonly name: string;
	readonly n?: number;
	readonly text: string;
	/** The text was erased, and is empty. */
	readonly erased?: true;
}

/** What the server itself says of a room: it cannot be forged by typing. */
export interface SystemLine extends Place {
	readonly kind: "entered" | "left";
	readonly client: string;
	readonly name: string;
}

/** What was said is gone: one message, or all under this name up to an offset. */
export interface Erasure extends Place {
	readonly kind: "erased";
	readonly name: string;
	readonly target?: number;
	readonly through?: number;
	/** With `through`: the first of them; what stands before is another's. */
	readonly from?: number;
}

/** One visible line of a room. */
export type Item = Said | SystemLine | Erasure;

/**
 * Why a WebSocket was closed, and whether the page should come back.
 * 1xxx are RFC 6455 §7.4.1; 4xxx are ours.
 */
export const CloseCode = {
	goingAway: { code: 1001, reconnect: true, says: "The server is restarting." },
	unsupported: {
		code: 1003,
		reconnect: false,
		says: "Only text frames are spoken here.",
	},
	policy: { code: 1008, reconnect: false, says: "Too many refused messages." },
	restart: { code: 1012, reconnect: true, says: "The server is restarting." },
	replaced: {
		code: 4001,
		reconnect: false,
		says: "This tab was opened elsewhere.",
	},
	loggedOut: { code: 4002, reconnect: false, says: "You are logged out." },
	banned: {
		code: 4003,
		reconnect: false,
		says: "You may not enter this server.",
	},
	tooSlow: {
		code: 4004,
		reconnect: true,
		says: "The connection was too slow to keep up.",
	},
	silent: {
		code: 4005,
		reconnect: true,
		says: "Nothing was heard for too long.",
	},
} as const;

export type CloseReason = keyof typeof CloseCode;
