/** What a visitor can ask of the engine: already parsed, whatever it came over. */
import type { RoomName } from "../../machines/events.ts";
import type { MessageType } from "../../machines/message.ts";
import type { ClientFrame } from "../../machines/protocol.ts";
import type { Place } from "./connection.ts";

/** Each by the type of its frame. The room of a hello or an open is as it was written. */
interface Commands {
	hello: {
		readonly name: string;
		readonly email: string;
		readonly room: string;
		/** Whether this protocol takes a second hello for "send it again". */
		readonly mayResend: boolean;
	};
	auth: {
		readonly code: string;
		/** Whether this protocol can keep a session token. */
		readonly wantsSession: boolean;
	};
	text: Pick<ClientFrame<"text">, "text" | "n" | "room">;
	open: Pick<ClientFrame<"open">, "session" | "client" | "pending"> & {
		readonly room: string;
		/** What it saw last, if it says that it was here before. */
		readonly place?: Place | undefined;
	};
	/** What a tab says of itself, or wants to hear. */
	signal:
		| ClientFrame<"typing" | "presence">
		| { readonly kind: "heads"; readonly rooms: readonly RoomName[] };
	history: Omit<ClientFrame<"history">, "kind" | "limit"> & {
		readonly limit: number;
	};
	/** One message, by its offset, or all that whoever asks ever said. */
	erase:
		| ({ readonly mine: false } & Omit<ClientFrame<"erase">, "kind">)
		| { readonly mine: true };
	logout: { readonly all: boolean };
}

/** With what its client calls the request, to know the answer by. */
export type Command<K extends keyof Commands = keyof Commands> = {
	[Name in K]: Commands[Name] & {
		readonly type: (typeof MessageType)[Name];
		readonly id?: string | undefined;
	};
}[K];
