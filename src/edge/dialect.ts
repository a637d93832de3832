/**
 * A dialect is one version of the wire protocol: how what a Client is told
 * becomes frames, and what it may ask. Encoded frames are shared by everyone
 * who speaks the same dialect.
 */
import { Sender } from "ws";
import type { Message } from "../../machines/message.ts";
import type { Notice, Refusal } from "../chat/notice.ts";
import type { Encoder } from "../chat/parcel.ts";
import type { Rule } from "../engine/refusals.ts";

export interface Dialect extends Encoder {
	/** What a browser that speaks it can do beyond the classic protocol: keep a session, ask for a code again, come back. */
	readonly isModern: boolean;
}

/** A Message, with whatever flat fields a newer protocol adds. */
export interface Frame extends Partial<Message> {
	readonly type: number;
	readonly [field: string]: unknown;
}

/** Makes a dialect of the way it puts notices into messages. */
export function dialect(
	frames: (notice: Notice) => readonly Frame[],
	isModern: boolean,
): Dialect {
	return {
		isModern,
		encode: (notice) => Buffer.concat(frames(notice).flatMap(webSocketFrame)),
	};
}

/** One text frame, unmasked, as a server sends it (RFC 6455 §5.2). */
function webSocketFrame(message: Frame): readonly Buffer[] {
	return Sender.frame(Buffer.from(JSON.stringify(message)), {
		fin: true,
		opcode: 1,
		mask: false,
		readOnly: false,
		rsv1: false,
	});
}

const codeRules: ReadonlySet<string> = new Set<Rule>([
	"loginIsPending",
	"codeIsFresh",
	"codeIsRight",
	"triesAreLeft",
	"isWhoAsked",
]);

/** Whether a refusal says that a login code was not valid. */
export function isAboutCode({ code, inRoom }: Refusal): boolean {
	return !inRoom && codeRules.has(code);
}
