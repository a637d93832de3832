/**
 * What a Client can be told, in no protocol's words: the dialects at the edge
 * turn it into frames. An Item is for a whole room, the rest for one reader.
 */
import type { Head, Item } from "../../machines/message.ts";

/** A login under way. Times are milliseconds since 1970, by the server's clock. */
export interface PendingLogin {
	readonly pending: string;
	readonly expires: number;
	readonly tries: number;
	readonly resendAt: number;
}

export interface Refusal {
	readonly kind: "refused";
	/** The name of the first rule that failed. */
	readonly code: string;
	/** The type of the message that was refused, if it had one. */
	readonly re: number | undefined;
	readonly id?: string | undefined;
	readonly text: string;
	readonly inRoom: boolean;
	/** Present while the login it is about can still succeed. */
	readonly login?: PendingLogin;
	readonly now?: number;
	readonly n?: number | undefined;
	readonly expected?: number | undefined;
	readonly retryAfterMs?: number | undefined;
}

/** Who is in a room. */
export interface Attendee {
	readonly client: string;
	readonly name: string;
	/** Nobody looks at the tab, or its connection is gone. */
	readonly away: boolean;
}

/** How far a room has come; `mentioned` if its reader was, since it was last told. */
export type HeadOf = Head & {
	readonly room: string;
	readonly mentioned?: true;
};

/** What is told of a moment, and never logged. */
export type Signal =
	| {
			readonly kind: "heads";
			readonly heads: readonly HeadOf[];
	  }
	| {
			readonly kind: "typing";
			readonly room: string;
			readonly clients: readonly Omit<Attendee, "away">[];
	  }
	| {
			readonly kind: "members";
			readonly room: string;
			/** The list is bounded, this is not. */
			readonly total: number;
			readonly members: readonly Attendee[];
	  }
	| {
			readonly kind: "presence";
			readonly room: string;
			readonly members: readonly Attendee[];
	  };

export type Notice =
	| Item
	| Signal
	| Refusal
	| {
			readonly kind: "whisper";
			readonly name: string;
			readonly text: string;
	  }
	| {
			readonly kind: "codeSent";
			readonly login: PendingLogin;
			readonly now: number;
			readonly text: string;
			readonly id?: string | undefined;
	  }
	| {
			readonly kind: "authenticated";
			readonly name: string;
			readonly id?: string | undefined;
	  }
	/** A request that has no other answer was carried out. */
	| {
			readonly kind: "eraseDone" | "headsDone";
			readonly id?: string | undefined;
	  }
	| {
			readonly kind: "session";
			readonly token: string;
			readonly expires: number;
	  }
	| { readonly kind: "ack"; readonly room: string; readonly last: number }
	| EarlierPage
	| Latest
	| Welcome;

/** What was said before a place in a room's history. */
export interface EarlierPage {
	readonly kind: "page";
	readonly room: string;
	readonly epoch: string;
	readonly before: number;
	readonly items: readonly Item[];
	/** Whether there is anything before these. */
	readonly more: boolean;
	readonly id?: string;
}

/** The latest of a room's history; with `isGap`, because what was missed can't be proven. */
export interface Latest extends Head {
	readonly kind: "latest";
	readonly room: string;
	readonly items: readonly Item[];
	readonly isGap: boolean;
}

/** You are in; all that was missed follows, or the latest of the history, and then what is live. */
export interface Welcome extends Head {
	readonly kind: "welcome";
	readonly client: string;
	readonly name: string;
	readonly room: string;
	/** The highest number taken from this client. */
	readonly last: number;
	readonly id?: string | undefined;
}
