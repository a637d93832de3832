/**
 * What a Client can be told, in no protocol's words: the dialects at the edge
 * turn it into frames. An Item is for a whole room, the rest for one reader.
 */
import type { Item, MessageType } from "../../machines/message.ts";

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
	/** The type of the message that was refused. */
	readonly re: MessageType;
	readonly text: string;
	readonly inRoom: boolean;
	/** Present while the login it is about can still succeed. */
	readonly login?: PendingLogin;
	readonly now?: number;
	readonly n?: number;
	readonly retryAfterMs?: number;
}

export type Notice =
	| Item
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
	  }
	| { readonly kind: "authenticated"; readonly name: string }
	| {
			readonly kind: "welcome";
			readonly client: string;
			readonly room: string;
			readonly epoch: string;
			readonly offset: number;
			readonly last: number;
			readonly history: readonly Item[];
	  };
