/**
 * Format 1, from bytes back into facts. It promises that every byte of a line
 * it opens is the byte that was written: the hash answers for the prefix, the
 * digest for the text, and the little around them is compared. It refuses
 * everything else, and tells bytes that have changed (`Broken`, which a crash
 * can do) from sound ones that make no sense (any other error, which no crash
 * can do).
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

/** How an event's line begins, which is taken apart here so that the rest is parsed once. */
const PLACE = /^\{"level":30,("time":\d+),"seq":(\d+),"batch":\[(\d+),(\d+)\],/;
/** What a log is full of: all before the hash of a message of which nothing is escaped. Taken apart at once, it needs no parsing, and a replay a third less time. */
const MESSAGE =
	/^\{"level":30,"time":(0|[1-9]\d*),"seq":(\d+),"batch":\[(\d+),(\d+)\],"type":"message\.posted","room":"([ !#-[\]-\uffff]*)","client":"([ !#-[\]-\uffff]*)"(?:,"n":(0|[1-9]\d*))?,"digest":"([ !#-[\]-\uffff]*)"$/;
/** Text of which we escape nothing, so it stands there as it is. */
const PLAIN = /^","salt":"([ !#-[\]-\uffff]*)","text":"([ !#-[\]-\uffff]*)"\}$/;
/** Erased in place: spaces take up what the text did. */
const ERASED = /^","erased":true} *$/;

export const CHANGED = "what follows its hash is not what was written";

/** These are not the bytes that were written; the message says how it shows. */
export class Broken extends Error {}

/** Nothing is wrong with what cannot be read here. */
export class UnknownFormat extends Error {}

export interface Header {
	readonly kind: "header";
	readonly hash: string;
	/** The log's. */
	readonly id: string;
	/** The seq of the segment's first entry. */
	readonly next: number;
	/** The fingerprint of the secret that it was written with, if it names it. */
	readonly secret: string | undefined;
}

export interface Line {
	readonly kind: "entry";
	readonly hash: string;
	readonly stored: Stored;
	/** What became of the text; `broken` may be an erasing that a crash cut short, or rot. */
	readonly tail: "whole" | "erased" | "broken";
	/** The bounds of its batch. */
	readonly first: number;
	readonly last: number;
}

/** Opens a line (without its newline) that follows a line of hash `previous`; without one, the chain is not asked. */
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

/** What stands before the hash of an event's line. */
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
	const place = PLACE.exec(prefix);
	if (!place) return undefined;
	const [all, time, seq, first, last] = place;
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
	// The chain vouches that we wrote it, and the compiler for what we write.
	const event = fields as unknown as PlumeEvent;
	const stored = erasable ? { seq, event, erasable } : { seq, event };
	return { kind: "entry", hash, tail, stored, first, last };
}

interface Tail {
	readonly tail: Line["tail"];
	readonly erasable?: Erasable;
}

/** What follows the hash: nothing, the text that the digest names, or that it was erased. */
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

/** JSON has many spellings for one text; only ours is what was written. */
function escaped(rest: string): Erasable | undefined {
	try {
		const { salt, text }: Fields = JSON.parse(`{${rest.slice(2)}`);
		if (typeof salt !== "string" || typeof text !== "string") return undefined;
		return rest === `"${tailOf({ salt, text })}` ? { salt, text } : undefined;
	} catch {
		return undefined;
	}
}
