import type { ServerFrame } from "./protocol.ts";

export { MessageType } from "./protocol.ts";

export const SUBPROTOCOL = "plume.2";
export const LOBBY = "lobby";
export const BOT_NAME = "plumebot";

/** A member's message to the whole room. */
export type Said = ServerFrame<"said">;
/** A line from the server itself, which nobody can forge by typing. */
export type SystemLine = ServerFrame<"entered" | "left">;
/** Texts were erased: the one at `target`, or all under this name from `from` up to `through`. */
export type Erasure = ServerFrame<"erased">;
/** One visible line of a room. `offset` counts them from 1, without gaps, within one `epoch`. */
export type Item = Extract<ServerFrame, { readonly time: number }>;
/** How far a room has come, and how many messages were posted by then. `restored` counts those posted before the log was last restored, under another epoch. */
export type Head = Omit<ServerFrame<"head">, "kind" | "room" | "mentioned">;

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
	kicked: {
		code: 4006,
		reconnect: false,
		says: "You may not be in this room for now.",
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
