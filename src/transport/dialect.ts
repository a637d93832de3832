/**
 * A dialect is one version of the wire protocol: how what a Client is told
 * becomes frames, and what it may ask. Encoded frames are shared by everyone
 * who speaks the same dialect.
 */

import type { Encoder } from "../chat/batch.ts";
import type { Refusal, ServerMessage } from "../chat/server-message.ts";
import type { Rule } from "../engine/refusals.ts";

export interface Dialect extends Encoder {
	/** What a browser that speaks it can do beyond the classic protocol: keep a session, ask for a code again, come back. */
	readonly isModern: boolean;
}

/** Makes a dialect of the way it puts notices into messages; one that is text already was put into JSON before. */
export function dialect(
	frames: (message: ServerMessage) => readonly (object | string)[],
	isModern: boolean,
): Dialect {
	return {
		isModern,
		encode: (message) =>
			webSocketFrames(
				frames(message).map((frame) =>
					typeof frame === "string" ? frame : JSON.stringify(frame),
				),
			),
	};
}

/** Text frames, unmasked, as a server sends them (RFC 6455 §5.2): hundreds of them in a single piece of memory. */
function webSocketFrames(texts: readonly string[]): Buffer {
	let total = 0;
	for (const text of texts) {
		const size = Buffer.byteLength(text);
		total += headSize(size) + size;
	}
	const bytes = Buffer.allocUnsafe(total);
	let at = 0;
	for (const text of texts) {
		const size = Buffer.byteLength(text);
		const head = headSize(size);
		bytes[at] = FINAL_TEXT;
		bytes[at + 1] = head === 2 ? size : head === 4 ? 126 : 127;
		if (head === 4) bytes.writeUInt16BE(size, at + 2);
		if (head === 10) bytes.writeBigUInt64BE(BigInt(size), at + 2);
		at += head + bytes.write(text, at + head);
	}
	return bytes;
}

const FINAL_TEXT = 0x81;
const headSize = (size: number) => (size < 126 ? 2 : size < 65_536 ? 4 : 10);

const codeRules: ReadonlySet<string> = new Set<Rule>([
	"loginIsPending",
	"codeIsFresh",
	"codeIsWhole",
	"codeIsRight",
	"triesAreLeft",
	"isWhoAsked",
]);

/** Whether a refusal says that a login code was not valid. */
export function isAboutCode({ code, inRoom }: Refusal): boolean {
	return !inRoom && codeRules.has(code);
}
