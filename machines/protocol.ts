/**
 * The frames of `plume.2`, each declared once: its sender, its fields in wire
 * order, and the values each field allows. The server's parser and encoder,
 * the page's parser and the table of frames in PROTOCOL.md are derived from
 * it. A frame is recognised by its key fields, one of which is its type.
 */
import { clientFrames } from "./client-frames.ts";
import type { MessageType } from "./message-type.ts";
import * as s from "./schema.ts";
import { serverFrames } from "./server-frames.ts";

export { clientFrames } from "./client-frames.ts";
export { requestId } from "./frame-fields.ts";
export { MessageType } from "./message-type.ts";
export { serverFrames } from "./server-frames.ts";

type TypeOf<F> = F extends { type: s.Constant<infer V> } ? V : never;
/** Does not compile while a message type has no frame. */
({}) satisfies Record<
	Exclude<
		MessageType,
		| TypeOf<(typeof clientFrames)[keyof typeof clientFrames]>
		| TypeOf<(typeof serverFrames)[keyof typeof serverFrames]>
	>,
	never
>;

/** A parsed frame from a client; `kind` is its name in the table. */
export type ClientFrame<
	K extends keyof typeof clientFrames = keyof typeof clientFrames,
> = s.Frames<typeof clientFrames, K>;
/** A parsed frame from the server. */
export type ServerFrame<
	K extends keyof typeof serverFrames = keyof typeof serverFrames,
> = s.Frames<typeof serverFrames, K>;

/** Strict: undefined if no frame matches or a field is invalid. */
export const readClientFrame = s.reader(clientFrames, false);
/** Lenient: undefined if no frame matches; an invalid field reads as empty. */
export const readServerFrame = s.reader(serverFrames, true);

/** These return the wire object, ready for JSON. */
export const writeClientFrame = s.writer(clientFrames);
export const writeServerFrame = s.writer(serverFrames);
