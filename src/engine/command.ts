/**
 * What a client can ask of the engine: already parsed, whatever it came over.
 * A command is called what its frame is called in the schema.
 */
import { type ClientFrame, clientFrames } from "../../machines/protocol.ts";
import type { LastSeen } from "./connection.ts";

type Frames = { readonly [K in ClientFrame["kind"]]: ClientFrame<K> };

interface Requested<K> {
	readonly kind: K;
	/** What its client calls the request, to know the answer by. */
	readonly id?: string | undefined;
}

/** Commands that say something else than their frames. A room is as it was written. */
interface Parsed {
	readonly hello: Requested<"hello"> & {
		readonly name: string;
		readonly email: string;
		readonly room: string;
		/** Whether this protocol takes a second hello for "send it again". */
		readonly mayResend: boolean;
	};
	readonly auth: Requested<"auth"> & {
		readonly code: string;
		/** Whether this protocol can keep a session token. */
		readonly wantsSession: boolean;
	};
	readonly open: Requested<"open"> &
		Pick<ClientFrame<"open">, "session" | "client" | "pending"> & {
			readonly room: string;
			/** Present if the client says that it was here before. */
			readonly lastSeen?: LastSeen | undefined;
		};
}

type Commands = Omit<Frames, keyof Parsed> & Parsed;

export type Kind = keyof Commands;
export type Command<K extends Kind = Kind> = Commands[K];
/** The same for code that is generic in K: the compiler then sees that `kind` is K. */
export type CommandOf<K extends Kind> = {
	[Each in K]: Command<Each> & { readonly kind: Each };
}[K];

/** The type of its frames, which a refusal brings back. */
export const typeOf = (kind: Kind) => clientFrames[kind].type.constant;

/** Commands that are never logged. */
export type Signal = "typing" | "presence" | "heads";
