/** The page machine's context, and its events: from the person, the connection and the server. */

import type { ServerFrame } from "./protocol.ts";

export interface Person {
	readonly name: string;
	readonly email: string;
}

/** The credential that this browser holds. */
export type Key = "none" | "pending" | "session";

/** A code that was mailed. Times are ms since 1970 by this browser's clock. */
export interface PendingLogin {
	readonly note: string;
	readonly tries: number;
	readonly expires: number;
	readonly resendAt: number;
}

/** What went wrong, in words; `step` means the whole form rather than one field. */
export interface Trouble {
	readonly about: "name" | "email" | "step" | "server";
	readonly words: string;
	/** The person asked for what happened: it is shown, but not as an error. */
	readonly isExpected?: boolean;
	/** They may not be in the room for `waitMs`. */
	readonly isKick?: boolean;
}

export interface PageContext extends Person, PendingLogin {
	readonly key: Key;
	/** The room on the screen, or the one being opened. */
	readonly room: string;
	readonly trouble: Trouble | undefined;
	/** What to show once all the person's messages are erased; empty unless that is under way. */
	readonly farewell: string;
	/** They are: the server ends the session next. */
	readonly isErased: boolean;
	/** How many `open` frames on this connection have no answer yet. One that a later `open` overtook may never get one. */
	readonly opens: number;
	/** For how long the server refuses what this connection asked for; 0 if it did not say. */
	readonly waitMs: number;
	/** Failed connections in a row, and a random number from 0 to 1. */
	readonly attempt: number;
	readonly jitter: number;
}

/** Events made of the server's frames; `update` is merged into the context. */
export type ServerEvent =
	| { type: "pending"; id: string; update: PendingLogin & { key: "pending" } }
	| { type: "mayNotEnter"; rule: string; trouble: Trouble }
	| { type: "wrongCode" }
	| {
			type: "refused";
			rule: string;
			/** The refused message's type. */
			re: number;
			id?: string | undefined;
			trouble: Trouble;
			update: Partial<Pick<PageContext, "resendAt" | "waitMs">>;
	  }
	| { type: "session"; token: string; update: { key: "session" } }
	| { type: "allErased"; update: { isErased: true } }
	| ({
			type: "welcome";
			update: { name?: string; room?: string };
	  } & Omit<ServerFrame<"welcome">, "kind" | "name" | "room">);

export type PageEvent =
	| { type: "submit"; update: Person }
	| { type: "code"; code: string; name?: string | undefined }
	| { type: "resend" }
	| { type: "retry" }
	/** The server acknowledged a message. */
	| { type: "accepted" }
	| { type: "leave" }
	| { type: "go"; update: { room: string } }
	| { type: "logout"; all: boolean }
	| { type: "eraseAll"; update: { farewell: string } }
	| { type: "opened" }
	/** `words` are the server's, if it had any. */
	| {
			type: "closed";
			code: number;
			words?: string;
			update: { jitter: number };
	  }
	| ServerEvent;
