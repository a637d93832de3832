/**
 * Format 1, one line at a time: facts into bytes (`open-line.ts` is the way
 * back). A line is a prefix, the hash that chains it to the line before, and
 * a tail that may be erased in place later, because the chain knows it only
 * by its digest. It refuses to write what could not be read back as it is.
 */
import { hash } from "node:crypto";
import type { Erasable } from "../../machines/events.ts";
import type { Stored } from "./log.ts";

/**
 * How every line begins. A string in JSON has its quotes escaped, so this
 * cannot occur raw inside one, and a line can be found without its newline.
 */
export const LINE_START = '{"level":30,';
const HASH = ',"hash":"';
const HASH_LENGTH = 43;
const ERASED = ',"erased":true}';
/** Fields that would be taken for the line's own. */
const RESERVED = /,"(?:level|seq|batch|hash)":|\{"level":30,/;
/** Fields that have a place of their own. */
const ELSEWHERE = new Set(["type", "time", "digest"]);
/** What a line has around its body and tail, at most. */
const FRAME_BYTES = 160;

/** The hash before the first line. */
export const GENESIS = "A".repeat(HASH_LENGTH);

export const sha256 = (text: string) => hash("sha256", text, "base64url");

/** The digest by which an event names what may be erased beside it. */
export const digestOf = ({ salt, text }: Erasable): string =>
	sha256(`${salt}\0${text}`);

/** The hash of a line that begins with `prefix`, after a line of hash `previous`. */
export const chainHash = (previous: string, prefix: string): string =>
	sha256(`${previous}\n${prefix}`);

/** The tail of a line whose text has not been erased. */
export const tailOf = ({ salt, text }: Erasable): string =>
	`,"salt":${JSON.stringify(salt)},"text":${JSON.stringify(text)}}`;

/** The fields of an event that the log itself knows. */
export interface Fields {
	readonly type?: unknown;
	readonly time?: unknown;
	readonly digest?: unknown;
	readonly [name: string]: unknown;
}

export const isCount = (value: unknown): value is number =>
	typeof value === "number" && Number.isSafeInteger(value) && value >= 0;

/** An entry encoded as far as it can be before its batch is known. */
export interface Draft {
	readonly stored: Stored;
	readonly body: string;
	readonly tail: string;
	/** What its line takes up, at most. */
	readonly bytes: number;
}

/** Throws if the entry could not be read back as it is: that is a bug of the caller. */
export function draft(stored: Stored): Draft {
	const { event, erasable } = stored;
	const { type, time } = event;
	const digest = "digest" in event ? event.digest : undefined;
	const named = digest !== undefined;
	let body = `"type":${JSON.stringify(type)}`;
	for (const [name, value] of Object.entries(event))
		if (value !== undefined && !ELSEWHERE.has(name))
			body += `,"${name}":${JSON.stringify(value)}`;
	if (named) body += `,"digest":${JSON.stringify(digest)}`;
	const refuse = (why: string) => new Error(`${type} ${stored.seq} ${why}`);
	if (!isCount(time)) throw refuse("has no time");
	if (RESERVED.test(body)) throw refuse("has a field that is the log's own");
	if (erasable && !`${erasable.salt}${erasable.text}`.isWellFormed())
		throw refuse("has text that is not well-formed Unicode");
	if (erasable && digestOf(erasable) !== digest)
		throw refuse("has text that its digest does not name");
	const tail = erasable ? tailOf(erasable) : named ? ERASED : "}";
	const bytes = Buffer.byteLength(body) + Buffer.byteLength(tail) + FRAME_BYTES;
	return { stored, body, tail, bytes };
}

/** Lines, newlines included, and the hash that the next one follows from. */
export interface Sealed {
	readonly line: string;
	readonly hash: string;
}

/** The lines of a batch, and the hash that the line after them follows from. */
export function sealBatch(previous: string, batch: readonly Draft[]): Sealed {
	const first = batch[0]?.stored.seq ?? 0;
	const last = first + batch.length - 1;
	let [line, hash] = ["", previous];
	for (const { stored, body, tail } of batch) {
		const { seq, event } = stored;
		const place = `"time":${event.time},"seq":${seq},"batch":[${first},${last}]`;
		const sealed = seal(hash, `${LINE_START}${place},${body}`, tail);
		line += sealed.line;
		hash = sealed.hash;
	}
	return { line, hash };
}

interface HeaderFields {
	readonly id: string;
	readonly next: number;
	readonly time: number;
	/** The fingerprint of the server's secret, if the log is to name it. */
	readonly secret: string | undefined;
}

/** The first line of a segment: in the chain, but no event, so it has no seq. */
export function sealHeader(
	previous: string,
	{ id, next, time, secret }: HeaderFields,
): Sealed {
	const what = `"time":${time},"type":"segment.opened","format":1`;
	const named = secret === undefined ? "" : `,"secret":"${secret}"`;
	const where = `"log":${JSON.stringify(id)}${named},"next":${next},"prev":"${previous}"`;
	return seal(previous, `${LINE_START}${what},${where}`, "}");
}

function seal(previous: string, prefix: string, tail: string): Sealed {
	const hash = chainHash(previous, prefix);
	return { line: `${prefix}${HASH}${hash}"${tail}\n`, hash };
}

/** What is written in place over the tail of a whole line (without its newline) that stands at a byte, and at which. */
export function erasedTail(line: Buffer, lineAt: number) {
	const kept = line.indexOf(HASH) + HASH.length + HASH_LENGTH + 1;
	return {
		at: lineAt + kept,
		tail: Buffer.from(ERASED.padEnd(line.length - kept)),
	};
}

/** A line's prefix, its recorded hash and the rest; whether they are sound is not asked. */
export function takeApart(line: string) {
	const at = line.indexOf(HASH);
	if (at < 0) return undefined;
	const end = at + HASH.length + HASH_LENGTH;
	const hash = line.slice(at + HASH.length, end);
	return { prefix: line.slice(0, at), hash, rest: line.slice(end) };
}
