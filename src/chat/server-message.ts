/**
 * What the server sends to a Client, before a protocol encodes it as a frame.
 * An Item is for a whole room, the rest for one reader.
 */
import type { Head, Item } from "../../machines/message.ts";
import type { ServerFrame } from "../../machines/protocol.ts";

/** A login under way. Times are milliseconds since 1970, by the server's clock. */
export type PendingLogin = Omit<
	ServerFrame<"pending">,
	"kind" | "now" | "text" | "id"
>;

export interface Refusal extends ServerFrame<"refused"> {
	readonly inRoom: boolean;
	/** Present while the login it is about can still succeed. */
	readonly login?: PendingLogin;
	readonly now?: number;
}

/** Who is in a room: away if nobody looks at the tab, or its connection is gone. */
export type Attendee = ServerFrame<"members">["members"][number];

/** Messages about who is in a room, away or typing. They are never logged. */
export type PresenceMessage = ServerFrame<"typing" | "members" | "presence">;

/** The items of a room before some offset. */
export interface EarlierPage extends ServerFrame<"page"> {
	readonly items: readonly Item[];
}

/** The latest items of a room; with `isGap`, in place of those that were missed. */
export interface Latest extends Head {
	readonly kind: "latest";
	readonly room: string;
	readonly items: readonly Item[];
	readonly isGap: boolean;
}

/** A reply in a room. */
interface Reply extends ServerFrame<"said"> {
	/** The name of the one whom it answers. */
	readonly answers: string;
}

/** All frames but those that a protocol makes of a refusal, a page or the latest items. */
export type ServerMessage =
	| Exclude<
			ServerFrame,
			ServerFrame<
				"refused" | "wrongCode" | "mayNotEnter" | "page" | "gap" | "caughtUp"
			>
	  >
	| Reply
	| Refusal
	| EarlierPage
	| Latest;
