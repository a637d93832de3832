/**
 * What plain lists and maps know of a log, by counting. No machine is asked:
 * what it finds the server must have found as well. It takes each entry once,
 * in order, and throws where one breaks a promise.
 */

import assert from "node:assert/strict";
import {
	isOverwriting,
	type MessageErased,
	type PlumeEvent,
} from "../../machines/events.ts";
import { epochOf } from "../../machines/item.ts";
import { BOT_NAME, MessageType as types } from "../../machines/message.ts";
import type { Stored } from "../../src/log/log.ts";
import type { Received } from "../test-server.ts";

/** One visible item: its event, and the words it has in every frame. */
export interface Shown {
	readonly seq: number;
	readonly words: string;
}

const HOUR = 3_600_000;

interface Position {
	readonly room: string;
	readonly epoch: string;
	readonly offset: number;
}

/** A text, by the seq of its event. Other words for a message stand where that does. */
export interface Said extends Position {
	readonly time: number;
	readonly identity: string;
	readonly salt: string;
	readonly text: string;
	/** A room that has only a title has nothing that somebody expects to stay. */
	readonly isTitle?: true;
}

export const positionOf = ({ epoch, offset }: Received | Position) =>
	`${epoch}/${offset}`;

/** All that is said of an item in a frame, in one text. */
export function wordsOf({ type, kind, user, text, ...more }: Received): string {
	const { target, through } = more;
	return JSON.stringify([type, kind, user?.name, text, target, through]);
}

export class Ledger {
	/** Visible items, by epoch and offset. */
	readonly items = new Map<string, Shown>();
	readonly said = new Map<number, Said>();
	/** Which event has erased a text. */
	readonly erasedBy = new Map<number, number>();
	/** The edits of each message, by its position. */
	readonly edits = new Map<string, number[]>();
	/** For each client the events of its numbered lines, the first first. */
	readonly numbers = new Map<string, number[]>();
	readonly identities = new Map<string, string>();
	/** For each room that is not for all, the seq until which each person may enter. */
	readonly members = new Map<string, Map<string, number>>();
	/** The room of each invitation by name, and for whom it is. */
	readonly invited = new Map<string, string>();
	readonly #log: string;
	readonly #typed: (client: string, n: number) => string | undefined;
	/** The seqs of each room's latest title and topic, which are kept however old they are. */
	readonly #titles = new Map<string, number>();
	readonly #names = new Map<string, string>();
	readonly #rooms = new Map<string, { epoch: string; offset: number }>();
	readonly #sessions = new Map<string, string>();
	readonly #owners = new Map<string, string>();
	readonly #proved = new Set<string>();
	readonly #failed = new Map<string, number>();
	/** What each room was told of how long it keeps what is said, and since when that holds. */
	readonly #retention = new Map<string, { hours?: number; since: number }>();
	#seq = 0;
	#erasing: MessageErased | undefined;

	/** `typed` knows what each client numbered. */
	constructor(
		log: string,
		typed: (client: string, n: number) => string | undefined,
	) {
		this.#log = log;
		this.#typed = typed;
	}

	/** Takes what is new in a log that has only grown since. */
	replay(entries: readonly Stored[]): void {
		while (this.#seq < entries.length) {
			const entry = entries[this.#seq++];
			assert.equal(entry?.seq, this.#seq);
			if (entry) this.#note(entry);
		}
	}

	/** What someone said that was not taken back by an event up to `seq`. */
	saidBy(
		identity: string,
		seq: number,
	): readonly (Position & { text: string })[] {
		const left: (Position & { text: string })[] = [];
		for (const [of, { room, epoch, offset, text, ...who }] of this.said) {
			const gone = this.erasedBy.get(of) ?? Number.POSITIVE_INFINITY;
			if (of <= seq && gone > seq && who.identity === identity)
				left.push({ room, epoch, offset, text });
		}
		return left;
	}

	/** What was said before a time and is still there. */
	saidBefore(time: number): readonly Said[] {
		return [...this.said]
			.filter(
				([of, said]) =>
					said.time <= time &&
					!this.erasedBy.has(of) &&
					![...this.#titles.values()].includes(of),
			)
			.map(([, said]) => said);
	}

	#note(entry: Stored): void {
		const { event } = entry;
		this.#endErasure(event);
		this.#claim(event);
		if (event.type === "room.opened") {
			const epoch = epochOf(this.#log, event.incarnation);
			this.#rooms.set(event.room, { epoch, offset: 0 });
			this.#retention.delete(event.room);
		}
		if (event.type === "room.forgotten") this.#rooms.delete(event.room);
		this.#member(entry);
		if (event.type === "retention.changed") {
			const { room, time, hours } = event;
			const epoch = this.#rooms.get(room)?.epoch;
			const isNew = ![...this.said.values()].some(
				(said) =>
					said.epoch === epoch && said.identity !== BOT_NAME && !said.isTitle,
			);
			const since = isNew ? 0 : time + HOUR;
			this.#retention.set(room, { ...(hours && { hours }), since });
		}
		if (event.type === "client.entered") {
			assert.ok(this.maySee(event.room, event.identity, entry.seq, entry.seq));
			this.#names.set(event.client, event.name);
			this.identities.set(event.client, event.identity);
		}
		const words = this.#words(entry);
		if (!words || !("room" in event)) return;
		const at = this.#rooms.get(event.room);
		if (!at) throw new Error(`${event.room} was not opened`);
		const position = { room: event.room, epoch: at.epoch, offset: ++at.offset };
		this.items.set(positionOf(position), { seq: entry.seq, words });
		if (event.type === "message.posted") this.#say(entry, position);
		if (event.type === "room.titled" || event.type === "topic.changed") {
			const identity =
				"client" in event
					? (this.identities.get(event.client) ?? "")
					: event.identity;
			const who = { time: event.time, identity };
			this.#titles.set(`${event.type} ${event.room}`, entry.seq);
			const what = { salt: "", text: "", ...entry.erasable };
			const title = { ...position, ...who, ...what, isTitle: true as const };
			this.said.set(entry.seq, title);
		}
		if (event.type === "notice.posted") {
			const who = { time: event.time, identity: BOT_NAME };
			const what = { salt: "", text: "", ...entry.erasable };
			this.said.set(entry.seq, { ...position, ...who, ...what });
		}
		if (event.type === "message.erased") this.#erase(entry.seq, event);
		this.#relate(entry, position);
	}

	/** An edit is its author's own, and takes the place of the words before it. */
	#relate({ seq, event, erasable }: Stored, position: Position): void {
		const isWithText =
			event.type === "message.edited" || event.type === "message.reacted";
		if (!isWithText) return;
		const identity = this.identities.get(event.client) ?? "";
		const who = { time: event.time, identity };
		const what = { salt: "", text: "", ...erasable };
		const about = { ...position, offset: event.target };
		const where = event.type === "message.edited" ? about : position;
		this.said.set(seq, { ...where, ...who, ...what });
		if (!isOverwriting(event)) return;
		for (const of of event.seqs) {
			const before = this.said.get(of);
			assert.deepEqual(
				[before?.identity, before?.offset, this.erasedBy.get(of)],
				[identity, event.target, undefined],
			);
			this.erasedBy.set(of, seq);
		}
		const edits = this.edits.get(positionOf(about)) ?? [];
		this.edits.set(positionOf(about), [...edits, seq]);
	}

	isRelation(position: string): boolean {
		const { words = "" } = this.items.get(position) ?? {};
		return /"(edited|reacted|unreacted)"/.test(words);
	}

	/** The event that took away the last words of a message, or the text of any other item. */
	endOf({ seq }: Shown, position: string): number | undefined {
		return this.erasedBy.get(this.edits.get(position)?.at(-1) ?? seq);
	}

	#words({ event, erasable }: Stored): string | undefined {
		const name = "client" in event ? this.#names.get(event.client) : undefined;
		const user = { name: name ?? "" };
		switch (event.type) {
			case "client.entered":
				return wordsOf({
					type: types.system,
					kind: "entered",
					user,
					text: "entered chat",
				});
			case "client.left":
				return wordsOf({
					type: types.system,
					kind: "left",
					user,
					text: "left chat",
				});
			case "notice.posted":
				return wordsOf({
					type: types.system,
					kind: "notice",
					user: { name: BOT_NAME },
					text: erasable?.text ?? "",
				});
			case "room.titled":
				return wordsOf({
					type: types.system,
					kind: "titled",
					user: { name: event.name },
					text: erasable?.text ?? "",
				});
			case "topic.changed":
				return wordsOf({
					...{ type: types.system, kind: "topic", user },
					text: erasable?.text ?? "",
				});
			case "room.closed":
				return wordsOf({
					type: types.system,
					kind: "closed",
					user: { name: event.name },
					text: "closed this room",
				});
			case "message.edited":
			case "message.reacted":
			case "message.unreacted":
				return wordsOf({
					...{ type: types.system, kind: event.type.split(".")[1] ?? "" },
					...{ user, text: erasable?.text ?? "", target: event.target },
				});
			case "message.posted":
				return wordsOf({ type: types.text, user, text: erasable?.text ?? "" });
			case "message.erased": {
				const { target, through } = event;
				const what = target === undefined ? { through } : { target };
				const user = { name: event.name };
				return wordsOf({
					type: types.system,
					kind: "erased",
					user,
					text: "",
					...what,
				});
			}
		}
	}

	/** What a tab numbered is there once each, in order, and as it was typed. */
	#say({ seq, event, erasable }: Stored, position: Position): void {
		if (event.type !== "message.posted") return;
		const { client, n } = event;
		const identity = this.identities.get(client) ?? "";
		this.said.set(seq, {
			...position,
			time: event.time,
			identity,
			salt: "",
			text: "",
			...erasable,
		});
		if (n === undefined) return;
		const numbers = this.numbers.get(client) ?? [];
		this.numbers.set(client, numbers);
		assert.equal(n, numbers.push(seq));
		assert.equal(erasable?.text, this.#typed(client, n) ?? erasable?.text);
	}

	/** Who may enter a room that is not for all, and until when someone else could. */
	#member({ seq, event }: Stored): void {
		if (event.type === "invitation.made" && event.identity !== undefined)
			this.invited.set(event.invitation, `${event.room} ${event.identity}`);
		if (event.type !== "member.added" && event.type !== "member.removed")
			return;
		const members = this.members.get(event.room) ?? new Map();
		this.members.set(event.room, members);
		const isAdded = event.type === "member.added";
		members.set(event.identity, isAdded ? Number.POSITIVE_INFINITY : seq);
	}

	/** Whether someone may be shown an event of a room, now that so many are committed. */
	maySee(room: string, identity: string, seq: number, committed: number) {
		if (!room.startsWith("~")) return true;
		const until = this.members.get(room)?.get(identity) ?? 0;
		return until > committed || seq <= until;
	}

	/** One takes back what is one's own, each line once. */
	#erase(seq: number, event: MessageErased): void {
		for (const of of event.seqs) {
			const said = this.said.get(of);
			if (event.as === "author") assert.equal(said?.identity, event.by);
			if (event.as === "retention" && said) this.#expire(said, event);
			assert.equal(this.erasedBy.get(of), undefined);
			this.erasedBy.set(of, seq);
			if (event.target === undefined) continue;
			assert.deepEqual([said?.room, said?.offset], [event.room, event.target]);
		}
		if (event.author && event.as === "author") this.#erasing = event;
	}

	/** It is as old as its room was told, an hour ago at least. */
	#expire({ room, epoch, time }: Said, event: MessageErased): void {
		if (this.#rooms.get(room)?.epoch !== epoch) return;
		const { hours = Infinity, since = Infinity } =
			this.#retention.get(room) ?? {};
		assert.ok(time + hours * HOUR <= event.time, `${room} keeps it longer`);
		assert.ok(since <= event.time, `${room} was told just now`);
	}

	/** An author who erased everything has said nothing, in any room. */
	#endErasure(event: PlumeEvent): void {
		const author = this.#erasing?.author;
		if (!author) return;
		if (event.type === "message.erased" && event.by === author) return;
		this.#erasing = undefined;
		assert.deepEqual(this.saidBy(author, this.#seq), []);
	}

	/** One owner for each name, nobody inside without a code or a session that came of one, at most five tries. */
	#claim(event: PlumeEvent): void {
		switch (event.type) {
			case "name.released":
				this.#owners.delete(event.nameKey);
				break;
			case "name.renamed": {
				const owner = this.#owners.get(event.nameKey) ?? "";
				const other = this.#owners.get(event.to) ?? owner;
				assert.ok(owner && other === owner);
				if (!event.stays) this.#owners.delete(event.nameKey);
				this.#owners.set(event.to, owner);
				break;
			}
			case "login.failed": {
				const tries = (this.#failed.get(event.client) ?? 0) + 1;
				assert.ok(tries <= 5);
				this.#failed.set(event.client, tries);
				break;
			}
			case "login.succeeded": {
				const { nameKey, identity, client } = event;
				assert.equal(this.#owners.get(nameKey) ?? identity, identity);
				this.#owners.set(nameKey, identity);
				assert.ok(!this.#proved.has(client));
				this.#proved.add(client);
				break;
			}
			case "session.opened":
				this.#sessions.set(event.session, event.identity);
				break;
			case "session.closed":
				this.#sessions.delete(event.session);
				break;
			case "client.entered":
				if (this.#proved.has(event.client)) break;
				assert.equal(this.#sessions.get(event.session ?? ""), event.identity);
		}
	}
}
