/**
 * A whole server on a disk that tears, fills and fails, with people who come
 * and go; and, beside it, what plain lists know of it. After every step
 * `check` holds the two against each other.
 */
import { expect } from "vitest";
import type { PlumeEvent } from "../../machines/events.ts";
import { IndexFiles } from "../../src/archive/index-files.ts";
import { botClaim } from "../../src/chat/bot.ts";
import { Checkpoints } from "../../src/cli/checkpoints.ts";
import { State } from "../../src/engine/state.ts";
import { openFileLog } from "../../src/log/file-log.ts";
import type { Log, LogListener, Stored } from "../../src/log/log.ts";
import { segmentsOf } from "../../src/log/reader.ts";
import { Snapshots } from "../../src/log/snapshots.ts";
import { FakeClock } from "../fakes/clock.ts";
import { FakeDisk, seeded } from "../fakes/disk.ts";
import { House, type Person, type Received, seededBytes } from "../house.ts";

const DATA = "data";

/** Somebody at a keyboard, with what they last asked for. */
export interface Guest {
	person: Person | undefined;
	email: string;
	/** What the tab keeps: who it is and what it saw last, here and in each room it was in. */
	memory: Person["memory"] | undefined;
	readonly places: Map<unknown, Person["memory"]>;
	/** The lines each client numbered, by their numbers. */
	readonly said: Map<unknown, string[]>;
	/** Where in each epoch this connection went on. */
	readonly from: Map<unknown, number>;
	/** The code that let them in: used, so it must never let anyone in again. */
	code: string;
}

export class World {
	readonly clock = new FakeClock();
	readonly guests: Guest[];
	house!: House;
	disk = new FakeDisk();
	/** All that was ordered since the log began, as it would be read back. */
	ordered: Stored[] = [];
	committed = 0;
	crashes = 0;
	starts = 0;
	/** How often someone read back to the first line. */
	pagings = 0;
	readonly faults: Record<string, number> = {};
	/** Every visible item that anyone was ever shown, by epoch and offset. */
	readonly #seen = new Map<string, string>();
	/** How far rooms were said to be. */
	readonly #heads = new Set<string>();
	#shadow!: State;
	#logId = "";

	constructor(guests = 4) {
		this.guests = Array.from({ length: guests }, () => ({
			person: undefined,
			email: "",
			memory: undefined,
			places: new Map(),
			said: new Map(),
			from: new Map(),
			code: "",
		}));
	}

	/** Starts the server on whatever the disk holds. */
	async start(): Promise<void> {
		const { disk } = this;
		const seed = `start ${this.starts++}`;
		const bytes = seededBytes(seed);
		const log = openFileLog({
			disk: this.disk,
			folder: DATA,
			clock: this.clock,
			ids: () => Buffer.from(bytes(16)).toString("base64url"),
			segmentBytes: 6000,
			batchBytes: 4000,
		});
		const recovered: Stored[] = [];
		for await (const some of log.read()) recovered.push(...some.map(asRead));
		this.#mustBePrefix(recovered);
		this.#logId = log.id;
		this.ordered = recovered;
		this.committed = recovered.length;
		this.#shadow = new State({ id: log.id }, botClaim);
		for (const stored of recovered) this.#shadow.apply(stored);
		this.house = await House.open({
			log: this.#tapped(log),
			snapshots: new Snapshots({
				disk: this.disk,
				folder: DATA,
				every: 40,
				warn: () => {},
			}),
			indexes: new IndexFiles({
				disk: this.disk,
				folder: DATA,
				warn: () => {},
			}),
			clock: this.clock,
			seed,
			environment: { PLUME_LIMITS: "off" },
			settled: () => this.#isQuiet(),
			isDead: () => disk.crashed,
		});
	}

	/** The power goes: what was not synced may be there in part, or not. */
	async crash(seed: number): Promise<void> {
		this.crashes++;
		this.#lookAround();
		this.#life.over = true;
		this.clock.forgetTimers();
		for (const guest of this.guests) {
			remember(guest);
			guest.person = undefined;
		}
		for (const [name, count] of Object.entries(this.disk.injected))
			this.faults[name] = (this.faults[name] ?? 0) + count;
		this.disk = this.disk.crash(seeded(seed));
		await this.start();
	}

	get isDead(): boolean {
		return this.disk.crashed || this.house.fatal !== undefined;
	}

	settle(): Promise<void> {
		return this.house.settle();
	}

	/** Everything that must hold, at any moment. */
	check(): void {
		this.#lookAround();
		expect(this.#shadow.hash()).toBe(this.house.state.hash());
		expect(this.house.log.committed).toBeLessThanOrEqual(this.ordered.length);
		const visible = this.#itemsUpTo(this.committed);
		for (const [place, item] of this.#seen)
			expect([place, visible.get(place)]).toEqual([place, item]);
		for (const place of this.#heads)
			expect([place, visible.has(place)]).toEqual([place, place !== "/0"]);
		this.#checkClaims();
		for (const { person, from } of this.guests)
			if (person) checkOrder(person, from);
		this.#checkNumbers();
	}

	/** Someone reads back to the first line: each is there once, as the log has it. */
	async readBack(person: Person, limit: number): Promise<void> {
		await this.settle();
		if (person.closed) return;
		const { epoch, offset } = person.memory;
		const room = person.last(7)?.room;
		let before = Number(offset) + 1;
		for (let more = true; more; ) {
			const from = person.received.length;
			person.askHistory({ room, epoch, before, limit });
			await this.house.until(
				() => this.isDead || !!person.closed || person.received.length > from,
			);
			const items = person.received.splice(from);
			const end = items.pop();
			if (this.isDead || end?.type !== 14) return;
			for (const item of items) this.#remember(item);
			expect(items.map((item) => item.offset)).toEqual(
				items.map((_, nth) => before - items.length + nth),
			);
			before -= items.length;
			more = end.more === true;
			expect(more).toBe(before > 1);
		}
		this.pagings++;
	}

	/** Every checkpoint vouches for what the log folds to; answers how many there are. */
	async checkCheckpoints(): Promise<number> {
		const checkpoints = await Checkpoints.in(await segmentsOf(this.disk, DATA));
		const state = new State({ id: this.#logId }, botClaim);
		for (const stored of this.ordered) {
			state.apply(stored);
			expect(checkpoints.check(state, stored)).toBeUndefined();
		}
		return checkpoints.held;
	}

	/** What a tab numbered is in the log once each, in order, and as it was typed. */
	#checkNumbers(): void {
		const numbers = new Map<string, number>();
		const texts = new Map(this.guests.flatMap(({ said }) => [...said]));
		for (const { event, erasable } of this.ordered) {
			if (event.type !== "message.posted" || event.n === undefined) continue;
			const { client, n } = event;
			expect(n).toBe((numbers.get(client) ?? 0) + 1);
			numbers.set(client, n);
			const said = texts.get(client);
			if (said) expect(erasable?.text).toBe(said[n - 1]);
		}
	}

	/** What people were shown so far, into the list of what must never be lost. */
	#lookAround(): void {
		for (const { person } of this.guests)
			for (const frame of person?.received ?? [])
				if (isItem(frame)) this.#remember(frame);
				else if (frame.kind === "head")
					this.#heads.add(`${frame.epoch}/${frame.offset}`);
	}

	#remember({ epoch, offset, user, text, type }: Received): void {
		const place = `${epoch}/${offset}`;
		const item = `${type} ${user?.name} ${text}`;
		expect([place, this.#seen.get(place) ?? item]).toEqual([place, item]);
		this.#seen.set(place, item);
	}

	/** The visible items of the log's first `count` entries, by plain counting. */
	#itemsUpTo(count: number): Map<string, string> {
		const items = new Map<string, string>();
		const names = new Map<string, string>();
		const rooms = new Map<string, { incarnation: string; offset: number }>();
		for (const { event, erasable } of this.ordered.slice(0, count)) {
			if (event.type === "room.opened")
				rooms.set(event.room, { incarnation: event.incarnation, offset: 0 });
			if (event.type === "client.entered") names.set(event.client, event.name);
			const shown = asShown(event, erasable?.text);
			if (!shown || !("client" in event) || !("room" in event)) continue;
			const room = rooms.get(event.room);
			if (!room) throw new Error(`${event.room} was not opened`);
			const incarnation = room.incarnation.slice(0, 6);
			const epoch = `${this.#logId.slice(0, 6)}.${incarnation}`;
			const [type, text] = shown;
			const name = names.get(event.client);
			items.set(`${epoch}/${++room.offset}`, `${type} ${name} ${text}`);
		}
		return items;
	}

	/** One owner for each name, nobody inside without a code or a session that came of one, at most five tries. */
	#checkClaims(): void {
		const sessions = new Map<string, string>();
		const owners = new Map<string, string>();
		const proved = new Set<string>();
		const failed = new Map<string, number>();
		for (const { event } of this.ordered)
			switch (event.type) {
				case "name.released":
					owners.delete(event.nameKey);
					break;
				case "login.failed": {
					const tries = (failed.get(event.client) ?? 0) + 1;
					expect(tries).toBeLessThanOrEqual(5);
					failed.set(event.client, tries);
					break;
				}
				case "login.succeeded":
					expect(owners.get(event.nameKey) ?? event.identity).toBe(
						event.identity,
					);
					owners.set(event.nameKey, event.identity);
					expect(proved.has(event.client)).toBe(false);
					proved.add(event.client);
					break;
				case "session.opened":
					sessions.set(event.session, event.identity);
					break;
				case "session.closed":
					sessions.delete(event.session);
					break;
				case "client.entered":
					if (proved.has(event.client)) break;
					expect(sessions.get(event.session ?? "")).toBe(event.identity);
			}
	}

	/** After a crash: nothing that was acknowledged is missing, and nothing is there that was not ordered. */
	#mustBePrefix(recovered: readonly Stored[]): void {
		expect(recovered.length).toBeGreaterThanOrEqual(this.committed);
		expect(recovered).toEqual(this.ordered.slice(0, recovered.length));
	}

	#isQuiet(): boolean {
		const { ordered, committed, frozen } = this.#log;
		return frozen || this.disk.crashed || ordered === committed;
	}

	#log!: Log;
	/** A process that died says nothing more, whatever was on its way in it. */
	#life = { over: false };

	/** The same log, with us listening in. */
	#tapped(log: Log): Log {
		this.#log = log;
		const life = { over: false };
		this.#life = life;
		const listen = log.listen.bind(log);
		log.listen = (listener: LogListener) =>
			listen({
				onOrdered: (stored) => {
					if (life.over) return;
					listener.onOrdered(stored);
					const read = asRead(stored);
					this.ordered.push(read);
					this.#shadow.apply(read);
				},
				onCommitted: (seq) => {
					if (life.over) return;
					this.committed = seq;
					listener.onCommitted(seq);
				},
				onGathered: (seq) => {
					if (!life.over) listener.onGathered(seq);
				},
				onFrozen: (error) => listener.onFrozen(error),
				onThawed: () => listener.onThawed(),
				onFatal: (error) => listener.onFatal(error),
			});
		return log;
	}
}

/** As the log will tell it back: only what survives JSON. */
function asRead({ seq, event, erasable }: Stored): Stored {
	return JSON.parse(JSON.stringify({ seq, event, erasable }));
}

function asShown(event: PlumeEvent, text = ""): [number, string] | undefined {
	if (event.type === "client.entered") return [12, "entered chat"];
	if (event.type === "client.left") return [12, "left chat"];
	return event.type === "message.posted" ? [1, text] : undefined;
}

/** A tab keeps what it needs to come back; a connection that came to nothing changes none of it. */
export function remember(guest: Guest): void {
	if (!guest.person?.last(7)) return;
	const { session, ...place } = guest.person.memory;
	guest.memory = { ...place, session: session ?? guest.memory?.session };
	guest.places.set(place.room, guest.memory);
}

/** Someone else sits down there. */
export function isNew(guest: Guest, person: Person): void {
	guest.person = person;
	guest.memory = undefined;
	guest.places.clear();
	guest.from.clear();
}

const isItem = ({ type, offset }: Received) =>
	typeof offset === "number" && (type === 1 || type === 12);

/** Whoever is inside has seen every offset from their entering on, or from where they went on, once, in order, and of no other room. */
function checkOrder({ received }: Person, from: Guest["from"]): void {
	const at = received.findLastIndex(({ type }) => type === 7);
	const welcome = received[at];
	if (!welcome) return;
	const { epoch } = welcome;
	const since = received.slice(at);
	const end = since.findIndex(({ type }) => type === 14);
	const live = since.slice(end + 1).filter(isItem);
	const seen = received
		.slice(0, at)
		.findLast((frame) => isItem(frame) && frame.epoch === epoch);
	const missed = Number(seen?.offset ?? from.get(epoch) ?? Number.NaN);
	const first = 1 + (end < 0 ? missed : Number(welcome.offset));
	expect(live.map((frame) => [frame.epoch, frame.offset])).toEqual(
		live.map((_, index) => [epoch, first + index]),
	);
}
