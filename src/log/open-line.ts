/**
 * Decodes lines of format 1. Every byte of a decoded line is verified: the
 * hash covers the prefix, the digest covers the text, and the bytes around
 * them are compared. It throws `Broken` for bytes that have changed, which a
 * crash can do, and any other error for intact bytes that make no sense,
 * which no crash can do.
 */
import type { Erasable, PlumeEvent } from "../../machines/events.ts";
import { isNewer } from "../version.ts";
import {
	chainHash,
	digestOf,
	type Fields,
	isCount,
	LINE_START,
	tailOf,
	takeApart,
} from "./line.ts";
import type { Stored } from "./log.ts";
import { upcasters } from "./upcasters.ts";

/** The start of an event's line: the log's own fields. */
const EVENT_START =
	/^\{"level":30,("time":\d+),"seq":(\d+),"batch":\[(\d+),(\d+)\],/;
/** The prefix of a message without escaped characters, the most frequent line. Matching it instead of parsing JSON makes a replay a third faster. */
const MESSAGE =
	/^\{"level":30,"time":(0|[1-9]\d*),"seq":(\d+),"batch":\[(\d+),(\d+)\],"type":"message\.posted","room":"([ !#-[\]-\uffff]*)","client":"([ !#-[\]-\uffff]*)"(?:,"n":(0|[1-9]\d*))?,"digest":"([ !#-[\]-\uffff]*)"$/;
/** The tail of a line whose text has no escaped characters. */
const PLAIN = /^","salt":"([ !#-[\]-\uffff]*)","text":"([ !#-[\]-\uffff]*)"\}$/;
/** The tail of a line that was erased in place: spaces fill up the length. */
const ERASED = /^","erased":true} *$/;

export const CHANGED = "what follows its hash is not what was written";

/** The bytes have changed since they were written; the message says how that shows. */
export class Broken extends Error {}

/** The log is sound, but of a newer format, or with a newer version of an event. */
export class UnknownFormat extends Error {}

export interface Header {
	readonly kind: "header";
	readonly hash: string;
	/** The log's id. */
	readonly id: string;
	/** The seq of the segment's first entry. */
	readonly next: number;
	/** The fingerprint of the server's secret, if the header names it. */
	readonly secret: string | undefined;
}

export interface Line {
	readonly kind: "entry";
	readonly hash: string;
	readonly stored: Stored;
	/** Whether the text is there. `broken` may be an erasure that a crash cut short, or rot. */
	readonly tail: "whole" | "erased" | "broken";
	/** The first and last seq of its batch. */
	readonly first: number;
	readonly last: number;
}

/** Decodes a line (without its newline). If `previous` is given, the line must be chained to a line of that hash. */
export function openLine(line: string, previous?: string): Header | Line {
	const parts = takeApart(line);
	if (!parts) throw new Broken("it is not a whole line");
	const { prefix, hash, rest } = parts;
	if (previous !== undefined && hash !== chainHash(previous, prefix))
		throw new Broken("its hash does not follow from the line before it");
	const entry = openMessage(prefix) ?? openEvent(prefix);
	return entry ? openEntry(hash, entry, rest) : openHeader(hash, prefix, rest);
}

function openHeader(hash: string, prefix: string, rest: string): Header {
	const fields: Fields = JSON.parse(`${prefix}}`);
	const { type, format, log: id, next } = fields;
	const secret = fields.secret === undefined ? undefined : `${fields.secret}`;
	if (rest !== '"}') throw new Broken(CHANGED);
	if (type !== "segment.opened") throw new Error("it has no place in a batch");
	if (format !== 1)
		throw new UnknownFormat(`its format, ${format}, ${isNewer}`);
	if (typeof id !== "string" || !isCount(next))
		throw new Error("it opens a segment of no log");
	return { kind: "header", hash, id, next, secret };
}

/** The prefix of an event's line. */
interface Opened {
	readonly event: Fields;
	readonly seq: number;
	readonly first: number;
	readonly last: number;
}

function openMessage(prefix: string): Opened | undefined {
	const parts = MESSAGE.exec(prefix);
	if (!parts) return undefined;
	const [, at, seq, first, last, room, client, number, digest] = parts;
	const type = "message.posted";
	const time = Number(at);
	const n = Number(number);
	const event = number
		? { time, type, room, client, n, digest }
		: { time, type, room, client, digest };
	return { event, seq: Number(seq), first: Number(first), last: Number(last) };
}

function openEvent(prefix: string): Opened | undefined {
	const start = EVENT_START.exec(prefix);
	if (!start) return undefined;
	const [all, time, seq, first, last] = start;
	const event: Fields = JSON.parse(`{${time},${prefix.slice(all.length)}}`);
	return { event, seq: Number(seq), first: Number(first), last: Number(last) };
}

function openEntry(hash: string, opened: Opened, rest: string): Line {
	const { event: fields, seq, first, last } = opened;
	const { tail, erasable } = openTail(rest, fields.digest);
	if (!isCount(seq) || !isCount(first) || !isCount(last))
		throw new Error("it has no place in a batch");
	if (typeof fields.type !== "string" || !isCount(fields.time))
		throw new Error("it is no event");
	// The chain proves that Plume wrote it, and the compiler checks what Plume writes.
	const event = lifted(fields, seq) as unknown as PlumeEvent;
	const stored = erasable ? { seq, event, erasable } : { seq, event };
	return { kind: "entry", hash, tail, stored, first, last };
}

/** An event as this version has it. */
function lifted(fields: Fields, seq: number): Fields {
	const steps = upcasters.get(`${fields.type}`) ?? [];
	if (fields.v === undefined && steps.length === 0) return fields;
	const { v = 1, ...event } = fields;
	const isKnown = isCount(v) && v > 0 && v <= steps.length + 1;
	if (isKnown)
		return steps.slice(v - 1).reduce((one, lift) => lift(one), event);
	throw new UnknownFormat(
		`event ${seq}, ${event.type} of version ${v}, ${isNewer}`,
	);
}

interface Tail {
	readonly tail: Line["tail"];
	readonly erasable?: Erasable;
}

/** Decodes what follows the hash: nothing, the text that the digest names, or the erased tail. */
function openTail(rest: string, digest: unknown): Tail {
	if (digest === undefined && rest === '"}') return { tail: "whole" };
	if (digest !== undefined && ERASED.test(rest)) return { tail: "erased" };
	const erasable = plain(rest) ?? escaped(rest);
	if (erasable && digest === digestOf(erasable))
		return { tail: "whole", erasable };
	if (digest === undefined || rest.includes(LINE_START))
		throw new Broken(CHANGED);
	return { tail: "broken" };
}

function plain(rest: string): Erasable | undefined {
	const [, salt, text] = PLAIN.exec(rest) ?? [];
	return salt !== undefined && text !== undefined ? { salt, text } : undefined;
}

/** JSON can spell a text in many ways; only our own spelling is what was written. */
function escaped(rest: string): Erasable | undefined {
	try {
		const { salt, text }: Fields = JSON.parse(`{${rest.slice(2)}`);
		if (typeof salt !== "string" || typeof text !== "string") return undefined;
		return rest === `"${tailOf({ salt, text })}` ? { salt, text } : undefined;
	} catch {
		return undefined;
	}
}
