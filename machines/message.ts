import type { ServerFrame } from "./protocol.ts";

export { MessageType } from "./protocol.ts";

export const SUBPROTOCOL = "plume.2";
export const LOBBY = "lobby";
/** Whether a room's key is its name, and anyone may enter. */
export const isPublic = (room: string): boolean => !room.startsWith("~");
export const BOT_NAME = "plumebot";

/** A member's message to the whole room. */
export type Said = ServerFrame<"said">;
/** A line from the server itself, which nobody can forge by typing. */
export type SystemLine = ServerFrame<"entered" | "left">;
/** Texts were erased: the one at `target`, or all under this name from `from` up to `through`. */
export type Erasure = ServerFrame<"erased">;
/** Something that is said of an earlier item, which is its `target`. */
export type Relation = ServerFrame<
	"edited" | "reacted" | "unreacted" | "pinned" | "unpinned"
>;
/** One visible line of a room, or a relation. `offset` counts them from 1, without gaps, within one `epoch`. */
export type Item = Extract<ServerFrame, { readonly time: number }>;
/** How far a room has come, and how many messages were posted by then. `restored` counts those posted before the log was last restored, under another epoch. `saidAt` is the time of the last message, if the server has seen or read that since its start. */
export type Head = Omit<ServerFrame<"head">, "kind" | "room" | "mentioned">;

const closed = (code: number, says: string) => {
	return { code, reconnect: false, says };
};
const away = (code: number, says: string) => {
	return { code, reconnect: true, says };
};

/**
 * Why a WebSocket was closed, and whether the page should come back.
 * 1xxx are RFC 6455 §7.4.1; 4xxx are ours.
 */
export const CloseCode = {
	goingAway: away(1001, "The server is restarting."),
	unsupported: closed(1003, "Only text frames are spoken here."),
	policy: closed(1008, "Too many refused messages."),
	restart: away(1012, "The server is restarting."),
	replaced: closed(4001, "This tab was opened elsewhere."),
	loggedOut: closed(4002, "You are logged out."),
	banned: closed(4003, "You may not enter this server."),
	kicked: away(4006, "You may not be in this room for now."),
	removed: away(4007, "You are no member of that room any more."),
	tooSlow: away(4004, "The connection was too slow to keep up."),
	silent: away(4005, "Nothing was heard for too long."),
};

export type CloseReason = keyof typeof CloseCode;
