/**
 * Encodes entries as lines of format 1 (`open-line.ts` decodes them). A line
 * is a prefix, the hash that chains it to the line before, and a tail. The
 * chain covers the tail only through its digest, so the tail can be erased in
 * place later. An entry that could not be read back unchanged is refused.
 */
import { hash } from "node:crypto";
import type { Erasable } from "../../machines/events.ts";
import type { Stored } from "./log.ts";
import { upcasters } from "./upcasters.ts";

/**
 * How every line begins. It cannot occur inside a JSON string, where quotes
 * are escaped, so a line can be found even if the newline before it is lost.
 */
export const LINE_START = '{"level":30,';
const HASH = ',"hash":"';
const HASH_LENGTH = 43;
const ERASED = ',"erased":true}';
/** What an event must not contain, because it could be mistaken for the line's own fields. */
const RESERVED = /,"(?:level|seq|batch|hash)":|\{"level":30,/;
/** Fields that a line has at a fixed place, whatever their place in the event. */
const ELSEWHERE = new Set(["type", "time", "digest"]);
/** The most bytes that a line has around its body and tail. */
const FRAME_BYTES = 160;

/** The hash before the first line. */
export const GENESIS = "A".repeat(HASH_LENGTH);

/** SHA-256 in base64url. */
export const sha256 = (text: string) => hash("sha256", text, "base64url");

/** The digest of erasable text, which its event carries. */
export const digestOf = ({ salt, text }: Erasable): string =>
	sha256(`${salt}\0${text}`);

/** The hash of a line that begins with `prefix`, after a line of hash `previous`. */
export const chainHash = (previous: string, prefix: string): string =>
	sha256(`${previous}\n${prefix}`);

/** The tail of a line whose text has not been erased. */
export const tailOf = ({ salt, text }: Erasable): string =>
	`,"salt":${JSON.stringify(salt)},"text":${JSON.stringify(text)}}`;

/** Parsed JSON, with the fields of an event that the log itself reads. */
export interface Fields {
	readonly type?: unknown;
	readonly time?: unknown;
	readonly digest?: unknown;
	readonly [name: string]: unknown;
}

export const isCount = (value: unknown): value is number =>
	typeof value === "number" && Number.isSafeInteger(value) && value >= 0;

/** An entry, encoded as far as possible before its batch is known. */
export interface Draft {
	readonly stored: Stored;
	readonly body: string;
	readonly tail: string;
	/** The most bytes that its line can have. */
	readonly bytes: number;
}

/** Throws if the entry could not be read back unchanged, which is a bug of the caller. */
export function draft(stored: Stored): Draft {
	const { event, erasable } = stored;
	const { type, time } = event;
	const digest = "digest" in event ? event.digest : undefined;
	const named = digest !== undefined;
	let body = `"type":${JSON.stringify(type)}`;
	for (const [name, value] of Object.entries(event))
		if (value !== undefined && !ELSEWHERE.has(name))
			body += `,"${name}":${JSON.stringify(value)}`;
	const older = upcasters.get(type)?.length ?? 0;
	if (older > 0) body += `,"v":${older + 1}`;
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

/** Lines, newlines included, and the hash of the last one. */
export interface Sealed {
	readonly line: string;
	readonly hash: string;
}

/** Encodes a batch that follows a line of hash `previous`. */
export function sealBatch(previous: string, batch: readonly Draft[]): Sealed {
	const first = batch[0]?.stored.seq ?? 0;
	const last = first + batch.length - 1;
	let [line, hash] = ["", previous];
	for (const { stored, body, tail } of batch) {
		const { seq, event } = stored;
		const header = `"time":${event.time},"seq":${seq},"batch":[${first},${last}]`;
		const sealed = seal(hash, `${LINE_START}${header},${body}`, tail);
		line += sealed.line;
		hash = sealed.hash;
	}
	return { line, hash };
}

interface HeaderFields {
	readonly id: string;
	readonly next: number;
	readonly time: number;
	/** The fingerprint of the server's secret, if the header should name it. */
	readonly secret: string | undefined;
}

/** The first line of a segment. It is part of the chain but no event, so it has no seq. */
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

/** The tail that erases the text of a line, padded to the same length, and the byte to write it at. */
export function erasedTail(line: Buffer, lineAt: number) {
	const tailStart = line.indexOf(HASH) + HASH.length + HASH_LENGTH + 1;
	return {
		at: lineAt + tailStart,
		tail: Buffer.from(ERASED.padEnd(line.length - tailStart)),
	};
}

const SEQ = /^\{"level":30,"time":\d+,"seq":(\d+),/;

/** The seq of the event that a line begins with; `NaN` for any other line. */
export const seqOf = (line: Buffer) =>
	Number(SEQ.exec(line.toString("latin1", 0, 100))?.[1]);

const OPENED =
	/^\{"level":30,"time":\d+,"type":"segment\.opened".{0,200}?,"next":(\d+),/;

/** The first seq of the segment that these lines begin; undefined if they begin with an event. */
export function firstAfter(lines: Buffer): number | undefined {
	const [, next] = OPENED.exec(lines.toString("latin1", 0, 400)) ?? [];
	return next === undefined ? undefined : Number(next);
}

/** Splits a line into its prefix, its recorded hash and the rest, without verifying them. */
export function takeApart(line: string) {
	const at = line.indexOf(HASH);
	if (at < 0) return undefined;
	const end = at + HASH.length + HASH_LENGTH;
	const hash = line.slice(at + HASH.length, end);
	return { prefix: line.slice(0, at), hash, rest: line.slice(end) };
}
