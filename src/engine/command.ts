/**
 * What a client can ask of the engine, whatever protocol it speaks. A command
 * has the name of its frame in the schema, and mostly its fields.
 */
import { type ClientFrame, clientFrames } from "../../machines/protocol.ts";
import type { Language } from "../languages/words.ts";
import type { LastSeen } from "./connection.ts";

type Frames = { readonly [K in ClientFrame["kind"]]: ClientFrame<K> };

interface Requested<K> {
	readonly kind: K;
	/** Chosen by the client; the answer brings it back. */
	readonly id?: string | undefined;
}

/** Commands that differ from their frames. Names of rooms are not normalised yet. */
interface Parsed {
	readonly hello: Requested<"hello"> & {
		/** Undefined if none was typed: the email's owner is asked for one if they have none. */
		readonly name: string | undefined;
		readonly email: string;
		readonly room: string;
		/** Whether a second hello means "send the code again" in this protocol. */
		readonly mayResend: boolean;
		/** The token of an invitation. */
		readonly invitation?: string | undefined;
		readonly language?: Language | undefined;
	};
	readonly auth: Requested<"auth"> & {
		readonly code: string;
		/** For someone who logs in without a name, and has none yet. */
		readonly name?: string | undefined;
		/** Whether a client of this protocol can keep a session token. */
		readonly wantsSession: boolean;
	};
	readonly open: Requested<"open"> &
		Pick<ClientFrame<"open">, "session" | "client" | "pending"> & {
			readonly room: string;
			/** Present if the client says that it was here before. */
			readonly lastSeen?: LastSeen | undefined;
			readonly language?: Language | undefined;
		};
}

type Commands = Omit<Frames, keyof Parsed> & Parsed;

export type Kind = keyof Commands;
/** Written so that the compiler knows `kind` is K even where K is generic. */
export type Command<K extends Kind = Kind> = {
	[Each in K]: Commands[Each] & { readonly kind: Each };
}[K];

/** The type of a command's frames, which a refusal brings back. */
export const typeOf = (kind: Kind) => clientFrames[kind].type.constant;

/** Commands that are never logged. */
export type LiveUpdate = "typing" | "presence" | "heads";
