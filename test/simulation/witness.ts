/**
 * Watches what people are shown, frame by frame, at the moment they are shown
 * it: only what is committed, as it was said, in one order, and never again
 * what was taken back.
 */

import assert from "node:assert/strict";
import { MessageType as types } from "../../machines/message.ts";
import type { Person, Received, TestServer } from "../test-server.ts";
import type { Guest } from "./guest.ts";
import { type Ledger, positionOf, wordsOf } from "./ledger.ts";

/** How much may be unsent to one person. */
export const MAILBOX_BYTES = 1800;

/** Lists in frames of which each entry names a room. */
const LISTS = ["hits", "rooms", "reads", "levels"];

/** What it holds people's frames against. */
export interface Evidence {
	readonly ledger: Ledger;
	readonly ordered: Parameters<Ledger["replay"]>[0];
	readonly committed: number;
	readonly disk: { has(bytes: string): boolean };
	count(what: string): void;
}

export class Witness {
	readonly #world: Evidence;
	/** Every item anyone was ever shown with its words, which must never be lost. */
	readonly #seen = new Map<string, string>();
	/** How far rooms were said to be. */
	readonly #heads = new Set<string>();
	readonly #secrets = new Set<string>();
	/** Texts that were overwritten before this start, by seq: nobody may be shown them. */
	#gone = new Set<number>();
	/** What someone was shown that they may not be; thrown at the next look, for it must not look like a fault of the server's. */
	#violation: unknown;
	/** How many frames each had when their order was last looked at. */
	readonly #looked = new WeakMap<Person, number>();

	constructor(world: Evidence) {
		this.#world = world;
	}

	replay(person: Person): void {
		/** What they know was taken back. */
		const gone = new Set<number>();
		person.onFrame = (frame) =>
			this.noting(() => this.#hear(person, frame, gone));
		this.#counting(person);
		const close = person.close.bind(person);
		person.close = (code, reason) => {
			this.#world.count(`closed with ${code}`);
			close(code, reason);
		};
	}

	get isViolated(): boolean {
		return this.#violation !== undefined;
	}

	/** Keeps what a look finds amiss for the next check. */
	noting(look: () => void): void {
		try {
			look();
		} catch (error) {
			this.#violation ??= error;
		}
	}

	/** Counts what is caught up with from the archive. */
	countAfter({ archive }: TestServer): void {
		const after = archive.after.bind(archive);
		archive.after = (...asked) => {
			this.#world.count("a piece of what was missed, from the archive");
			return after(...asked);
		};
	}

	/** Counts the pieces in which what was missed is told. */
	#counting(person: Person): void {
		const whenDrained = person.whenDrained.bind(person);
		person.whenDrained = (task) => {
			this.#world.count("a piece of what was missed");
			whenDrained(task);
		};
	}

	/** Someone reads no more: what is kept for them is bounded. */
	stall(person: Person): void {
		person.stalled = true;
		const send = person.send.bind(person);
		person.send = (bytes) => {
			const unsent = person.unsentBytes;
			this.noting(() =>
				assert.ok(unsent === 0 || unsent + bytes.length <= MAILBOX_BYTES),
			);
			send(bytes);
		};
	}

	/** After a start: all that was seen is still there, and what was erased is gone from the disk. */
	recall(): void {
		const { ledger } = this.#world;
		for (const [position, words] of this.#seen)
			assert.deepEqual(
				[position, ledger.items.get(position)?.words],
				[position, words],
			);
		for (const position of this.#heads)
			assert.ok(ledger.items.has(position), position);
	}

	/** Text that events up to `seq` erased is nowhere on the disk, nor in its buffers. */
	checkErased(seq: number): void {
		const { ledger, disk } = this.#world;
		this.#gone = new Set();
		for (const [of, by] of ledger.erasedBy) {
			const said = ledger.said.get(of);
			if (by > seq || !said) continue;
			this.#gone.add(of);
			assert.ok(!disk.has(said.salt), `the text of event ${of} is there`);
		}
	}

	checkSecrets(): void {
		for (const secret of this.#secrets)
			assert.ok(!this.#world.disk.has(secret), `${secret} is on the disk`);
	}

	check(guests: readonly Guest[]): void {
		if (this.#violation) throw this.#violation;
		for (const { person, from, email } of guests) {
			if (email) this.#secrets.add(email);
			if (!person || this.#looked.get(person) === person.received.length)
				continue;
			this.#looked.set(person, person.received.length);
			checkOrder(person, from);
		}
	}

	#hear(person: Person, frame: Received, gone: Set<number>): void {
		const { ledger, ordered, committed } = this.#world;
		ledger.replay(ordered);
		if (frame.type === types.session) this.#secrets.add(`${frame.token}`);
		if (frame.type === types.pending) this.#secrets.add(`${frame.pending}`);
		if (frame.type === types.gap) this.#world.count("gap");
		if (frame.type === types.ack || frame.type === types.welcome) {
			const client = person.last(types.welcome)?.client;
			const taken = ledger.numbers.get(`${client}`) ?? [];
			// Who says something again before they are back is answered at once, and then by their welcome.
			const last = client === undefined ? 0 : Number(frame.last);
			if (last > 0) assert.ok((taken[last - 1] ?? Infinity) <= committed);
		}
		if (frame.kind === "head" && frame.offset !== 0) {
			const seq = ledger.items.get(positionOf(frame))?.seq ?? Infinity;
			assert.ok(seq <= committed);
			this.#heads.add(positionOf(frame));
		}
		this.#checkAccess(person, frame);
		if (isItem(frame)) this.#look(frame, gone);
	}

	#checkAccess(person: Person, frame: Received): void {
		if (frame.type === types.refused) return;
		const { identities } = this.#world.ledger;
		const client = frame.type === types.welcome ? frame.client : undefined;
		const own = `${client ?? person.last(types.welcome)?.client}`;
		const identity = identities.get(own) ?? "";
		const isHead = frame.kind === "head";
		// A list of members says nothing of when.
		const seq = isItem(frame) || isHead ? this.#seqOf(frame) : undefined;
		if (!isHead || frame.epoch !== "") this.#checkRoom(identity, frame, seq);
		// What somebody reads late was theirs when it was sent.
		const now = person.stalled ? undefined : Number.POSITIVE_INFINITY;
		for (const list of LISTS) {
			const entries: Received[] = Object(frame[list] ?? []);
			for (const entry of entries) {
				const seq = list === "hits" ? this.#seqOf(entry) : now;
				if (this.#checkRoom(identity, entry, seq))
					this.#world.count(`told of a private room in ${list}`);
			}
		}
	}

	#seqOf(item: Received): number {
		const none = item.offset === 0 ? 0 : Number.POSITIVE_INFINITY;
		return this.#world.ledger.items.get(positionOf(item))?.seq ?? none;
	}

	/** Nothing of a room that is not for all comes to anyone who was no member when it happened, or is none now. Returns whether it is such a room. */
	#checkRoom(identity: string, about: Received, seq: number | undefined) {
		const { ledger, committed } = this.#world;
		const room = `${about.room ?? ""}`;
		if (!room.startsWith("~")) return false;
		const isTheirs =
			seq === undefined
				? ledger.members.get(room)?.has(identity)
				: ledger.maySee(room, identity, seq, committed);
		const invited = ledger.invited.get(`${about.invitation}`);
		assert.ok(
			isTheirs || invited === `${room} ${identity}`,
			`${room} is not theirs`,
		);
		this.#world.count("shown something of a private room");
		return true;
	}

	#look(frame: Received, gone: Set<number>): void {
		const { ledger, committed } = this.#world;
		const position = positionOf(frame);
		const item = ledger.items.get(position);
		assert.ok(item && item.seq <= committed, `${position} is not durable`);
		if (frame.erased) {
			const by = ledger.endOf(item, position) ?? Infinity;
			assert.ok(by <= committed, `${position} is not erased`);
			assert.equal(frame.text, "");
			return;
		}
		const isGone = (seq: number) => gone.has(seq) || this.#gone.has(seq);
		this.#lookAtReactions(frame, isGone);
		if (frame.edited !== undefined) {
			const edits = ledger.edits.get(position) ?? [];
			const edit = edits.find(
				(seq) =>
					seq <= committed &&
					!isGone(seq) &&
					ledger.said.get(seq)?.text === frame.text &&
					ledger.said.get(seq)?.time === frame.edited,
			);
			assert.ok(edit, `${position} never had these words, or has no more`);
			this.#world.count("shown a message that was edited");
			return;
		}
		assert.deepEqual([position, wordsOf(frame)], [position, item.words]);
		this.#seen.set(position, item.words);
		assert.ok(!isGone(item.seq), `${position} is gone`);
		if (frame.kind === "erased" || frame.kind === "edited")
			this.#takeBack(item.seq, gone);
	}

	/** Each reaction to a message is an item of its own. */
	#lookAtReactions(frame: Received, isGone: (seq: number) => boolean): void {
		if (!Array.isArray(frame.reactions)) return;
		const { ledger, committed } = this.#world;
		for (const { text, by } of frame.reactions)
			for (const { name, offset } of by) {
				const item = ledger.items.get(positionOf({ ...frame, offset }));
				assert.ok(item && item.seq <= committed && !isGone(item.seq));
				const reacted = {
					...{ type: types.system, kind: "reacted", user: { name } },
					...{ text, target: frame.offset },
				};
				assert.equal(wordsOf(reacted), item.words);
				this.#world.count("shown a reaction with its message");
			}
	}

	/** An erasure that someone saw is final. */
	#takeBack(seq: number, gone: Set<number>): void {
		const { ledger, disk } = this.#world;
		for (const [of, by] of ledger.erasedBy) {
			const said = ledger.said.get(of);
			if (by !== seq || !said) continue;
			assert.ok(!disk.has(said.salt), `the text of event ${of} is there`);
			gone.add(of);
		}
	}
}

const isItem = ({ type, offset }: Received) =>
	typeof offset === "number" && (type === types.text || type === types.system);

/** A guest has seen every offset of this room from the first they were to see on, once and in order, and none of another room. */
function checkOrder({ received }: Person, from: Guest["from"]): void {
	const at = received.findLastIndex(({ type }) => type === types.welcome);
	const welcome = received[at];
	if (!welcome) return;
	const { epoch } = welcome;
	const since = received.slice(at);
	const end = since.findIndex(({ type }) => type === types.history);
	const gap = since.find(({ type }) => type === types.gap);
	const live = since.slice(end + 1).filter(isItem);
	const seen = received
		.slice(0, at)
		.findLast((frame) => isItem(frame) && frame.epoch === epoch);
	const missed = Number(seen?.offset ?? from.get(epoch) ?? Number.NaN);
	const first = 1 + (end < 0 ? missed : Number((gap ?? welcome).offset));
	assert.deepEqual(
		live.map((frame) => [frame.epoch, frame.offset]),
		live.map((_, index) => [epoch, first + index]),
	);
}
