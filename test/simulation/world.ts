/**
 * A whole server on a disk that tears, fills and fails, with people who come
 * and go; and, beside it, what plain lists know of it. Each frame is held
 * against them when it is shown, the whole state after every step.
 */
import assert from "node:assert/strict";
import { isOverwriting } from "../../machines/events.ts";
import { Checkpoints } from "../../src/cli/checkpoints.ts";
import { evolve } from "../../src/engine/evolve.ts";
import { State } from "../../src/engine/state.ts";
import { indexFiles } from "../../src/history/index-files.ts";
import { openFileLog } from "../../src/log/file-log.ts";
import type { Log, LogListener, Stored } from "../../src/log/log.ts";
import { readBatches, segmentsOf } from "../../src/log/reader.ts";
import { Snapshots } from "../../src/log/snapshots.ts";
import { Verifier } from "../../src/log/verifier.ts";
import { hoursOf, parseRetention } from "../../src/retention.ts";
import type { SearchStore } from "../../src/search/store.ts";
import { FakeClock } from "../fakes/clock.ts";
import { FakeDisk, type Interrupt, seeded } from "../fakes/disk.ts";
import { type Person, seededBytes, TestServer } from "../test-server.ts";
import { type Guest, newGuest, remember } from "./guest.ts";
import { Ledger } from "./ledger.ts";
import { MAILBOX_BYTES, Witness } from "./witness.ts";

const DATA = "data";
const HOUR = 3_600_000;
/** Small, so that people miss more than is remembered, and fall behind. */
const environment = {
	PLUME_LIMITS: "off",
	PLUME_LIMIT_HISTORY_MESSAGES: "2",
	PLUME_LIMIT_CATCH_UP_ITEMS: "12",
	PLUME_LIMIT_MAILBOX_BYTES: `${MAILBOX_BYTES}`,
};

export class World {
	readonly clock = new FakeClock();
	readonly guests: readonly Guest[];
	/** What changes when the settings are read again. */
	readonly again = { PLUME_RETENTION: "", PLUME_ADMINS: "" };
	plume!: TestServer;
	disk = new FakeDisk();
	/** All that was ordered since the log began, as it would be read back. */
	ordered: Stored[] = [];
	committed = 0;
	crashes = 0;
	starts = 0;
	/** How often what happened: what the steps count, and the faults of all disks. */
	readonly counts: Record<string, number> = {};
	readonly faults: Record<string, number> = {};
	readonly witness: Witness;
	ledger!: Ledger;
	/** Calls fail until the disk is well again. */
	#isIll = false;
	#shadow!: State;
	/** The state that was last held against the log. */
	#checked: State | undefined;
	#logId = "";
	/** Salts of what is being overwritten. */
	#overwriting: string[] = [];
	/** A process that died says nothing more, whatever was on its way in it. */
	#life = { over: false };
	/** Opens the search index of a start, if there is to be one. */
	readonly #openSearch: (() => SearchStore) | undefined;

	constructor(guests = 4, openSearch?: () => SearchStore) {
		this.#openSearch = openSearch;
		this.guests = Array.from({ length: guests }, newGuest);
		this.witness = new Witness(this);
	}

	/** Starts the server on whatever the disk holds; in vain, if the disk dies meanwhile. */
	async start(): Promise<void> {
		const { disk, clock } = this;
		const seed = `start ${this.starts++}`;
		const bytes = seededBytes(seed);
		const storage = { disk, folder: DATA, warn: () => {} };
		const log = openFileLog({
			...storage,
			clock,
			ids: () => Buffer.from(bytes(16)).toString("base64url"),
			segmentBytes: 6000,
			batchBytes: 4000,
		});
		const recovered: Stored[] = [];
		for await (const some of log.read()) recovered.push(...some.map(asRead));
		if (disk.crashed) return;
		this.#logId ||= log.id;
		assert.equal(log.id, this.#logId);
		this.#recover(recovered);
		const plume = await TestServer.open({
			log: this.#tapped(log),
			snapshots: new Snapshots({ ...storage, every: 40 }),
			indexes: indexFiles(storage),
			...(this.#openSearch && { searchStore: this.#openSearch() }),
			clock,
			seed,
			environment: { ...environment, ...this.again },
			again: this.again,
			settled: () => this.#isQuiet(log, disk),
			isDead: () => disk.crashed,
		});
		if (disk !== this.disk) return;
		this.plume = plume;
		this.witness.countAfter(plume);
		if (!disk.crashed) this.witness.checkErased(recovered.length);
	}

	/** The power goes: what was not synced may be there in part, or not. It may go again, some disk calls into the next start. */
	async crash(seed: number, ...again: readonly number[]): Promise<void> {
		this.check();
		this.crashes++;
		if (this.#isOverwriting(this.disk))
			this.count("crash while text was overwritten");
		await this.#crash(seed, again);
	}

	/** From now on this happens to calls to the disk; it is ill if they fail, until it is healed. */
	interrupt(interrupt: Interrupt, isIll = this.#isIll): void {
		this.disk.interrupt = interrupt;
		this.#isIll = isIll;
	}

	/** The disk works again, and everyone who waited for it has tried once more. */
	async heal(): Promise<void> {
		this.interrupt(() => undefined, false);
		this.clock.advance(2000);
		await this.settle();
	}

	count(what: string): void {
		this.counts[what] = (this.counts[what] ?? 0) + 1;
	}

	connect(guest: Guest, protocol: "classic" | "plume.2" = "plume.2"): Person {
		const network = `10.0.0.${this.guests.indexOf(guest)}`;
		const person = this.plume.connect(protocol, network);
		this.witness.replay(person);
		guest.person = person;
		return person;
	}

	get isDead(): boolean {
		return this.disk.crashed || this.plume.fatal !== undefined;
	}

	/** What was taken back can't be overwritten, and what follows waits for it. */
	get isHeld(): boolean {
		return this.#isIll && this.#isOverwriting(this.disk);
	}

	settle(): Promise<void> {
		return this.plume.settle();
	}

	/** Everything that must hold, at any moment. */
	check(): void {
		const { fatal } = this.plume;
		// It may end for what the disk did to it, and for nothing else.
		if (fatal && !fatal.message.includes("simulated")) throw fatal;
		if (!fatal) this.#checkState();
		assert.ok(this.plume.log.committed <= this.ordered.length);
		this.ledger.replay(this.ordered);
		this.witness.check(this.guests);
	}

	/** The log is sound to its last line, and nothing in it, or beside it, is a secret. */
	async checkLog(): Promise<void> {
		const verifier = new Verifier();
		const sources = await segmentsOf(this.disk, DATA);
		for await (const _ of readBatches(sources, verifier));
		verifier.assertErasuresLogged();
		assert.equal(verifier.seq, this.committed);
		this.witness.checkSecrets();
	}

	/** Some hours pass, one by one. Then nothing is left that is so much older than its room keeps it. */
	async expire(): Promise<void> {
		for (let hour = 0; hour < 4; hour++) {
			this.clock.advance(HOUR);
			await this.settle();
		}
		const retention = parseRetention(this.again.PLUME_RETENTION || "forever");
		const now = this.clock.now();
		const isOverdue = () => {
			this.ledger.replay(this.ordered);
			return this.ledger
				.saidBefore(now - 3 * HOUR)
				.some(
					({ room, time }) =>
						time <= now - (hoursOf(retention, room) + 2) * HOUR,
				);
		};
		await this.plume.until(() => this.witness.isViolated || !isOverdue());
		await this.settle();
	}

	/** Every checkpoint vouches for what the log folds to; answers how many there are. */
	checkCheckpoints(): number {
		const checkpoints = new Checkpoints();
		let state = State.initial({ id: this.#logId });
		for (const stored of this.ordered) {
			assert.equal(checkpoints.check({ stored, before: state }), undefined);
			state = evolve(state, stored.event);
		}
		return checkpoints.verified;
	}

	async #crash(seed: number, again: readonly number[]): Promise<void> {
		this.#life.over = true;
		this.clock.forgetTimers();
		for (const guest of this.guests) {
			remember(guest);
			guest.person = undefined;
		}
		for (const [name, count] of Object.entries(this.disk.injected))
			this.faults[name] = (this.faults[name] ?? 0) + count;
		const disk = this.disk.crash(seeded(seed));
		this.disk = disk;
		this.#isIll = false;
		const [calls, ...others] = again;
		if (calls === undefined) return this.start();
		disk.interrupt = ({ number }) => (number > calls ? "crash" : undefined);
		await Promise.race([this.start(), disk.crashing]);
		if (disk.crashed) {
			this.count("crash in a start");
			await this.#crash(seed + 1, others);
		}
	}

	/** The live state is what the log folds to. */
	#checkState(): void {
		const { state } = this.plume;
		if (state === this.#checked) return;
		this.#checked = state;
		assert.equal(state.hash(), this.#shadow.hash());
	}

	/** Nothing that was committed is missing, and nothing is there that was not ordered; only text may be gone, and only by an event. */
	#recover(recovered: readonly Stored[]): void {
		assert.ok(recovered.length >= this.committed);
		if (this.starts === 1) this.ordered = [...recovered];
		const known = this.ordered.slice(0, recovered.length);
		const ledger = new Ledger(this.#logId, (client, n) =>
			this.guests
				.map(({ said }) => said.get(client)?.[n - 1])
				.find((text) => text !== undefined),
		);
		ledger.replay(known);
		for (const [index, { erasable, ...entry }] of recovered.entries()) {
			const { erasable: written, ...was } = known[index] ?? {};
			assert.deepEqual(entry, was);
			if (erasable || !ledger.erasedBy.has(entry.seq))
				assert.deepEqual(erasable, written);
		}
		this.ordered = known;
		this.ledger = ledger;
		this.committed = known.length;
		this.#shadow = State.initial({ id: this.#logId });
		for (const { event } of known) this.#shadow = evolve(this.#shadow, event);
		this.#checked = undefined;
		this.#overwriting = [];
		this.witness.recall();
	}

	/** What is committed, and whatever it erased is overwritten, unless the disk can't. */
	#isQuiet({ ordered, committed, frozen }: Log, disk: FakeDisk): boolean {
		if (frozen || disk.crashed) return true;
		if (ordered !== committed) return false;
		return this.#isIll || !this.#isOverwriting(disk);
	}

	#isOverwriting(disk: FakeDisk): boolean {
		this.#overwriting = this.#overwriting.filter((salt) => disk.has(salt));
		return this.#overwriting.length > 0;
	}

	/** The same log, with us listening in. */
	#tapped(log: Log): Log {
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
					this.#shadow = evolve(this.#shadow, read.event);
				},
				onCommitted: (seq) => {
					if (life.over) return;
					this.#commit(seq);
					listener.onCommitted(seq);
				},
				onFrozen: (error) => listener.onFrozen(error),
				onThawed: () => listener.onThawed(),
				onFatal: (error) => listener.onFatal(error),
			});
		return log;
	}

	#commit(seq: number): void {
		for (const { event } of this.ordered.slice(this.committed, seq)) {
			if (!isOverwriting(event)) continue;
			if (event.type === "message.erased" && event.as === "retention")
				this.count("deleted by age");
			this.witness.noting(() => this.ledger.replay(this.ordered));
			for (const of of event.seqs)
				this.#overwriting.push(this.ledger.said.get(of)?.salt ?? "");
		}
		this.committed = seq;
	}
}

/** As the log will tell it back: only what survives JSON. */
function asRead({ seq, event, erasable }: Stored): Stored {
	return JSON.parse(JSON.stringify({ seq, event, erasable }));
}
