/** Searches the log for texts that were not erased, one segment at a time. */
import {
	type Identity,
	isWithText,
	type WithText,
} from "../../machines/events.ts";
import { epochOf, isRelating, relationKindOf } from "../../machines/item.ts";
import { BOT_NAME } from "../../machines/message.ts";
import type { Span } from "../log/log.ts";
import type { Archive } from "./archive.ts";
import type { Found } from "./found.ts";
import { lastOf, type Person, SegmentIndex } from "./segment-index.ts";

export interface SaidLine {
	readonly seq: number;
	readonly event: WithText;
	readonly author: Person;
	/** Empty if it is broken. */
	readonly text: string;
}

interface Message extends SaidLine {
	/** Its text has changed since it was written. It can be erased, but not read. */
	readonly isBroken: boolean;
	/** How many earlier messages under the same name in the same room have no text where they were said. */
	readonly gaps: number;
	readonly span: Span;
	/** The index up to this message. */
	readonly index: SegmentIndex;
}

/** Notices are the bot's. */
const bot: Person = { name: BOT_NAME, identity: BOT_NAME, isInside: true };

/** Every message of a person, edit, reaction and title that they gave, from the first, also in rooms that no longer exist. Rejects at what can't be read; with `onUnread`, as it is to be erased, it passes over the rest of that segment, and finds texts that have rotted as well. */
export async function* saidBy(
	identity: Identity,
	archive: Archive,
	onUnread?: (error: unknown) => void,
): AsyncGenerator<Found, void> {
	const { indexes } = archive;
	const newest = await archive.inTurn(() => indexes.newest());
	/** The names that the person has used so far. */
	const names = new Set<string>();
	const gaps = new Map<string, number>();
	let run = 0;
	/** Counts a new run where another person uses one of these names. */
	const isTheirs = (person: Person) => {
		if (person.identity === identity) return true;
		if (names.has(person.name)) run++;
		return false;
	};
	async function* inSegment(segment: number) {
		const people = await archive.inTurn(() => indexes.of(segment));
		const all = [...(people?.people.values() ?? [])];
		if (!all.some((person) => person.identity === identity)) {
			all.forEach(isTheirs);
			return;
		}
		for await (const message of messagesIn(segment, archive, gaps)) {
			if (!isTheirs(message.author)) continue;
			if (message.isBroken && !onUnread)
				throw new Error(`the text of event ${message.seq} has rotted`);
			names.add(message.author.name);
			const found = foundAs(message, segment, archive, newest);
			yield { ...found, run: `${run} ${found.run}` };
		}
	}
	for (const segment of indexes.segments)
		try {
			yield* inSegment(segment);
		} catch (error) {
			if (!onUnread) throw error;
			onUnread(error);
			// No stretch may go over what could not be read.
			run++;
		}
}

/** Every text in a segment, from the first, also those that have rotted. */
export async function* textsIn(
	segment: number,
	archive: Archive,
): AsyncGenerator<Found, void> {
	const newest = await archive.inTurn(() => archive.indexes.newest());
	for await (const message of messagesIn(segment, archive))
		yield foundAs(message, segment, archive, newest);
}

/** Must be called before the next message is read. */
function foundAs(
	{ seq, event, author, text, span, index, gaps }: Message,
	segment: number,
	{ log }: Archive,
	newest: SegmentIndex | undefined,
): Found {
	const { room, time } = event;
	const then = index.rooms.get(room);
	const now = newest?.rooms.get(room);
	// A room that was restored has the same items under a new epoch.
	const same = now?.origin === then?.origin ? now : then;
	const epoch = epochOf(log.id, same?.incarnation ?? "");
	const position = { room, epoch, offset: then ? lastOf(then) : 0 };
	const where = { segment, seq, ...position, ...span };
	const run = `${gaps}`;
	const found = { time, text, author, run, ...where };
	if (isTitle(event)) return { isTitle: true, ...found };
	if (!isRelating(event)) return found;
	const relation = { kind: relationKindOf(event), target: event.target };
	return { relation, ...found };
}

/** Every text since a time, the newest segment first. */
export async function* saidSince(
	since: number,
	archive: Archive,
): AsyncGenerator<SaidLine, void> {
	const { indexes } = archive;
	await archive.inTurn(() => indexes.newest());
	for (const segment of indexes.segments.toReversed()) {
		let isOlder = false;
		for await (const message of messagesIn(segment, archive))
			if (message.event.time < since) isOlder = true;
			else yield message;
		if (isOlder) return;
	}
}

/** Whether it says what its room is called, or about. */
export const isTitle = ({ type }: WithText): boolean =>
	type === "room.titled" || type === "topic.changed";

/** Whose text this is, under the name that they had at this byte of the segment. */
export function authorOf(
	event: WithText,
	index: SegmentIndex,
	at: number,
): Person | undefined {
	if ("client" in event) return index.personAt(event.client, at);
	if (event.type !== "room.titled") return bot;
	const { name, identity } = event;
	return { name, identity, isInside: false };
}

/** Builds the segment's index again, so that each message comes with the index up to it. `gaps` counts the messages without text so far: one that was edited has its words elsewhere, so no erasure may go over it. */
async function* messagesIn(
	segment: number,
	archive: Archive,
	gaps = new Map<string, number>(),
): AsyncGenerator<Message, void> {
	const { log, indexes } = archive;
	const before = indexes.segments[indexes.segments.indexOf(segment) - 1] ?? 0;
	const index = SegmentIndex.after(
		await archive.inTurn(() => indexes.of(before)),
		segment,
	);
	for await (const { entries } of log.segments.scan(segment, index.end))
		for (const { stored, span, isBroken } of entries) {
			index.addEntry(stored, span);
			const { seq, event, erasable } = stored;
			if (!isWithText(event)) continue;
			const author = authorOf(event, index, span.at);
			if (!author) continue;
			const key = `${event.room} ${author.name}`;
			const before = gaps.get(key) ?? 0;
			if (!erasable && !isBroken) gaps.set(key, before + 1);
			else
				yield {
					seq,
					...{ event, author, text: "", ...erasable },
					...{ isBroken, gaps: before, span, index },
				};
		}
}
