/**
 * What the page knows and what can happen to it: what a person does, what
 * becomes of the connection, and what the server's frames amount to.
 */

import type { ServerFrame } from "./protocol.ts";

export interface Person {
	readonly name: string;
	readonly email: string;
}

/** What a browser can come back with. */
export type Key = "none" | "pending" | "session";

/** A code that is on its way. Times are ms since 1970 by this browser's clock. */
export interface PendingLogin {
	readonly note: string;
	readonly tries: number;
	readonly expires: number;
	readonly resendAt: number;
}

/** What went wrong, in words; `step` is whatever the person was just doing. */
export interface Trouble {
	readonly about: "name" | "email" | "step";
	readonly words: string;
	/** Nothing went wrong: it is told as it was wished for. */
	readonly isWished?: boolean;
}

export interface PageContext extends Person, PendingLogin {
	readonly key: Key;
	/** The room that is shown, or will be. */
	readonly room: string;
	readonly trouble: Trouble | undefined;
	/** What is told when all that was said is gone, while that is being done. */
	readonly parting: string;
	/** How many rooms were asked to let us in, on this connection, and have not answered yet; an overtaken one may never. */
	readonly opens: number;
	/** How often in a row the connection failed, and a random number from 0 to 1. */
	readonly attempt: number;
	readonly jitter: number;
}

/** What the server's frames amount to: `news` is what the context keeps of one. */
export type ServerEvent =
	| { type: "pending"; id: string; news: PendingLogin & { key: "pending" } }
	| { type: "mayNotEnter"; trouble: Trouble }
	| { type: "wrongCode" }
	| {
			type: "refused";
			rule: string;
			/** The type of the message that was refused. */
			re: number;
			trouble: Trouble;
			news: Partial<PendingLogin>;
	  }
	| { type: "session"; token: string; news: { key: "session" } }
	| ({
			type: "welcome";
			news: { name?: string; room?: string };
	  } & Omit<ServerFrame<"welcome">, "kind" | "name" | "room">);

export type PageEvent =
	| { type: "submit"; news: Person }
	| { type: "code"; code: string }
	| { type: "resend" }
	| { type: "retry" }
	/** The room takes lines again, or still. */
	| { type: "taken" }
	| { type: "leave" }
	| { type: "go"; news: { room: string } }
	| { type: "logout"; all: boolean }
	| { type: "eraseAll"; news: { parting: string } }
	| { type: "opened" }
	| { type: "closed"; code: number; news: { jitter: number } }
	| ServerEvent;
