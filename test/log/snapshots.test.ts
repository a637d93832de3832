/** Snapshots are a cache: with them, without them, or with bad ones, a server starts with the same state. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PlumeEvent } from "../../machines/events.ts";
import { canonicalPieces } from "../../src/engine/canonical.ts";
import { evolve, visibleItem } from "../../src/engine/evolve.ts";
import { IllegalEvent } from "../../src/engine/machines.ts";
import { recoverState } from "../../src/engine/recovery.ts";
import { deserialize } from "../../src/engine/saved-state.ts";
import { Snapshotter } from "../../src/engine/snapshotter.ts";
import { State } from "../../src/engine/state.ts";
import { defaultLimits } from "../../src/limits.ts";
import { textOf as diskText } from "../../src/log/disk.ts";
import { openFileLog } from "../../src/log/file-log.ts";
import { sha256 } from "../../src/log/line.ts";
import type { Entry, Log, LogPosition } from "../../src/log/log.ts";
import type { TornTail } from "../../src/log/open-log.ts";
import { segmentsOf } from "../../src/log/reader.ts";
import { scrub } from "../../src/log/scrub.ts";
import { Snapshots } from "../../src/log/snapshots.ts";
import { VERSION } from "../../src/version.ts";
import { FakeDisk, type Interrupt, seeded } from "../fakes/disk.ts";
import { clientEvents, roomEvents } from "../machines/events.ts";
import { settle, Witness } from "./entries.ts";
import { changed, StillClock } from "./folder.ts";

const id = "abcdefghijklmnopqrstuv";
const EVERY = 10;

const events = fc.array(
	fc.constantFrom<PlumeEvent>(
		{ type: "server.started", time: 0, node: "n", version: "1" },
		{ type: "checkpoint", time: 0, of: 1, stateHash: "h" },
		...clientEvents,
		...roomEvents,
		...roomEvents,
	),
	{ maxLength: 120, size: "max" },
);

const log = { id };

/** Those events that are legal in their order. */
function legal(wanted: readonly PlumeEvent[]): PlumeEvent[] {
	let state = State.initial(log);
	return wanted.filter((event) => {
		try {
			state = evolve(state, event);
			return true;
		} catch (error) {
			if (error instanceof IllegalEvent) return false;
			throw error;
		}
	});
}

const folded = (events: readonly PlumeEvent[], from = State.initial(log)) =>
	events.reduce((state, event) => evolve(state, event), from);

/** The client that waits for the code of a login. */
function pendingIn(state: State) {
	const client = state.clientOfLogin("p");
	return client?.matches("awaitingCode") ? client.context.id : undefined;
}

const textOf = (state: State) =>
	[...canonicalPieces(state.serialize(), 6)].join("");

test("an event that is refused leaves the state as it was", () =>
	fc.assert(
		fc.property(events, (story) => {
			let state = State.initial(log);
			for (const event of story) {
				const { parts } = state;
				const before = { ...parts, hash: state.hash() };
				try {
					state = evolve(state, event);
				} catch (error) {
					if (!(error instanceof IllegalEvent)) throw error;
					expect({ ...state.parts, hash: state.hash() }).toEqual(before);
				}
			}
		}),
		{ numRuns: 30 },
	));

test("a snapshot at any event, and the tail, come to what the full replay comes to", () =>
	fc.assert(
		fc.property(events, (story) => {
			const logged = legal(story);
			for (let k = 0; k <= logged.length; k++) {
				let before = folded(logged.slice(0, k));
				const text = textOf(before);
				let after = deserialize(text, log);
				expect(after.hash()).toBe(before.hash());
				expect(textOf(after)).toBe(text);
				for (const event of logged.slice(k)) {
					const [was, other] = [before, after];
					before = evolve(was, event);
					after = evolve(other, event);
					expect(visibleItem(other, after, { event })).toEqual(
						visibleItem(was, before, { event }),
					);
					expect(
						[...after.clients.keys()].map((it) => after.client(it)?.value),
					).toEqual(
						[...after.clients.keys()].map((it) => before.client(it)?.value),
					);
				}
				expect(after.hash()).toBe(before.hash());
				expect([...after.clientsOf("ann@")].sort()).toEqual(
					[...before.clientsOf("ann@")].sort(),
				);
				expect(pendingIn(after)).toBe(pendingIn(before));
			}
		}),
		{ numRuns: 30 },
	));

/** A server's log, state and snapshots, without the server. */
async function live(
	disk: FakeDisk,
	warnings: string[] = [],
	torn: TornTail[] = [],
) {
	const warn = (error: Error) => warnings.push(error.message);
	const snapshots = new Snapshots({ disk, folder: "data", every: EVERY, warn });
	const clock = new StillClock();
	const onTorn = (tail: TornTail) => torn.push(tail);
	const options = { disk, folder: "data", clock, ids: () => id, onTorn };
	const log = openFileLog({ ...options, segmentBytes: 3000 });
	const positions: LogPosition[] = [];
	const reading = log.read.bind(log);
	log.read = (after) => {
		if (after) positions.push(after);
		return reading(after);
	};
	const { state } = await recoverState(log, defaultLimits(), snapshots);
	await snapshots.tidy();
	const states = { ordered: state, committed: state };
	const after = new Map<number, State>();
	const snapshotter = new Snapshotter({ log, states, snapshots }, () => {});
	const witness = new Witness();
	const onOrdered = witness.onOrdered.bind(witness);
	witness.onOrdered = (stored) => {
		states.ordered = evolve(states.ordered, stored.event);
		after.set(stored.seq, states.ordered);
		onOrdered(stored);
	};
	const onCommitted = witness.onCommitted.bind(witness);
	witness.onCommitted = (seq) => {
		states.committed = after.get(seq) ?? states.committed;
		snapshotter.onCommitted(seq);
		onCommitted(seq);
	};
	log.listen(witness);
	return {
		log,
		state,
		states,
		snapshotter,
		witness,
		clock,
		positions,
		warnings,
	};
}

const room = "lobby";
const history: PlumeEvent[] = [
	{ type: "server.started", time: 0, node: "n", version: "1" },
	{ type: "room.opened", time: 0, room, incarnation: "i" },
	...Array.from({ length: 45 }, (): PlumeEvent[] => [
		{
			type: "client.entered",
			time: 1,
			room,
			client: "a",
			identity: "a@",
			nameKey: "a",
			name: "a",
			session: "s",
			node: "n",
		},
		{ type: "client.left", time: 2, room, client: "a", why: "closed" },
	]).flat(),
];

/** Appends the events, two at a time; most are ordered while others are still being written. */
async function write(log: Log, from: number, to = history.length) {
	for (let at = from; at < to; at += 2) {
		const two = history.slice(at, at + 2);
		log.append(two.map((event): Entry => ({ event })));
		if (at % 6 === 0) await settle();
		else await undefined;
	}
	await settle();
}

/** The disk after `history`: a snapshot at its end, and `more` events after that. */
async function written(more = 0) {
	const disk = new FakeDisk([], 64);
	const { log, states, snapshotter, warnings } = await live(disk);
	await write(log, 0);
	await write(log, 2, 2 + more);
	await log.close();
	await snapshotter.settle();
	expect(warnings).toEqual([]);
	return { disk, hash: states.ordered.hash() };
}

const snapshotsOf = (files: Map<string, Buffer>) =>
	[...files.keys()].filter((path) => path.includes("/snapshots/")).sort();

test("two are kept, far enough apart, and a start reads only what is behind the newer", async () => {
	const { disk, hash } = await written();
	const [older = "", newer = "", ...others] = snapshotsOf(disk.files);
	const [from, to] = [older, newer].map((path) => Number(/\d+/.exec(path)));
	expect([others, Number(to) - Number(from) >= EVERY]).toEqual([[], true]);
	const { state, positions, log } = await live(disk);
	expect(positions).toMatchObject([{ seq: to }]);
	expect([state.hash(), log.committed]).toEqual([hash, history.length]);
	await log.close();
});

describe("a snapshot that is no good is ignored, told, and removed", () => {
	test.each([0, 2])(
		"whichever bit of it is flipped with %i events behind it, and the older is taken",
		async (more) => {
			const { disk, hash } = await written(more);
			const [, newer = ""] = snapshotsOf(disk.files);
			const size = disk.files.get(newer)?.length ?? 0;
			// Half of them in the head: the log position and the hashes.
			const anywhere = fc.oneof(fc.nat(250), fc.nat(size - 1));
			await fc.assert(
				fc.asyncProperty(anywhere, fc.nat(7), async (at, bit) => {
					const files = changed(disk.files, newer, (bytes) => {
						bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
						return bytes;
					});
					const again = new FakeDisk(files);
					const { state, warnings, positions, log } = await live(again);
					const all = history.length + more;
					expect([state.hash(), log.committed]).toEqual([hash, all]);
					const left = snapshotsOf(again.files);
					const removed = !left.includes(newer);
					expect(warnings.length > 0).toBe(removed);
					// If its log position has changed, the log does not continue from there.
					const from = left.at(-1) ?? newer;
					expect(positions).toMatchObject([{ seq: Number(/\d+/.exec(from)) }]);
					// Only the bytes after the state can change and leave the snapshot sound.
					expect(removed || at >= size - 2).toBe(true);
					await log.close();
				}),
				{ numRuns: 200 },
			);
		},
	);

	test("and the next is not counted from it", async () => {
		const { disk } = await written();
		const bad = "data/snapshots/snapshot-1000000.json";
		const files = new Map([...disk.files, [bad, Buffer.of()]]);
		const snapshots = new Snapshots({
			...{ disk: new FakeDisk(files), folder: "data", every: EVERY },
			warn() {},
		});
		const { position } = (await snapshots.load()) ?? {};
		const seq = position?.seq ?? 0;
		expect(
			[EVERY - 1, EVERY].map((more) => snapshots.isDue(seq + more)),
		).toEqual([false, true]);
	});
});

test("a log that ends at its snapshot goes on from there", async () => {
	const { disk } = await written();
	const again = new FakeDisk(new Map(disk.files));
	const { log, positions, warnings } = await live(again);
	expect([positions.at(-1)?.seq, warnings]).toEqual([history.length, []]);
	await write(log, 2, 4);
	await log.close();
	const files = new Map(again.files);
	for (const path of snapshotsOf(again.files)) files.delete(path);
	const whole = await live(new FakeDisk(files));
	expect(whole.log.committed).toBe(history.length + 2);
	await whole.log.close();
});

test("a crash at any call, and one more while it recovers, leave a server that starts with the same state", () =>
	fc.assert(
		fc.asyncProperty(fc.nat(), async (seed) => {
			const later = seeded(seed)(40);
			const dying = async (disk: FakeDisk, crashAt: number, from: number) => {
				disk.interrupt = (({ number }) =>
					number === crashAt ? "crash" : undefined) satisfies Interrupt;
				const life = async () => {
					const { log, snapshotter } = await live(disk);
					await write(log, from);
					await log.close();
					await snapshotter.settle();
					return true;
				};
				return Promise.race([life(), disk.crashing.then(() => false)]);
			};
			for (let crashAt = 1 + (seed % 5); ; crashAt += 5) {
				const first = new FakeDisk([], 64);
				const survived = await dying(first, crashAt, 0);
				const second = first.crash(seeded(seed + crashAt));
				await dying(second, later, history.length);
				const disk = second.crash(seeded(seed));
				const { state, log, warnings } = await live(disk);
				const full = folded(history.slice(0, log.committed));
				expect([state.hash(), warnings]).toEqual([full.hash(), []]);
				await log.close();
				if (survived) break;
			}
		}),
		{ numRuns: 8 },
	));

describe("the scrub", () => {
	async function scrubbed(files: Map<string, Buffer>) {
		const { log, positions, clock } = await live(new FakeDisk(files));
		let over = false;
		const outcome = log.scrub().then(
			() => "sound",
			(error: Error) => error.message,
		);
		const ending = outcome.then(() => {
			over = true;
		});
		for (let turn = 0; !over && turn < 1000; turn++) {
			await settle();
			clock.advance(10);
		}
		await ending;
		await log.close();
		return { found: await outcome, from: positions[0]?.seq };
	}

	test("finds nothing in a sound log", async () => {
		const { disk } = await written();
		expect(await scrubbed(disk.files)).toMatchObject({ found: "sound" });
	});

	test("or the start finds any bit flipped before the last batch", async () => {
		const { disk } = await written();
		const segments = [...disk.files].filter(([path]) => path.includes("/log/"));
		const sizes = segments.map(([, { length }]) => length);
		const all = sizes.reduce((sum, size) => sum + size, 0);
		let skipped = 0;
		await fc.assert(
			fc.asyncProperty(fc.nat(all - 1200), fc.nat(7), async (offset, bit) => {
				let at = offset;
				const [path = ""] =
					segments.find(([, { length }]) => {
						if (at < length) return true;
						at -= length;
						return false;
					}) ?? [];
				const files = changed(disk.files, path, (bytes) => {
					bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
					return bytes;
				});
				try {
					const { found, from } = await scrubbed(files);
					expect(from).toBeGreaterThan(0);
					expect(found).toContain(`${path} is damaged at line`);
					skipped++;
				} catch (error) {
					expect(error).toMatchObject({ name: "Damage", file: path });
				}
			}),
			{ numRuns: 200 },
		);
		expect(skipped).toBeGreaterThan(20);
	});

	test("finds a past that is sound, but not the one the snapshot came from", async () => {
		const { disk } = await written();
		const { log, positions, clock } = await live(disk);
		const [position] = positions;
		if (!position) throw new Error("it started without a snapshot");
		await log.close();
		const { signal } = new AbortController();
		const sources = await segmentsOf(disk, "data");
		const another = { ...position, hash: "another past" };
		const outcomes = [position, another].map((one) =>
			scrub(sources, one, clock, signal).then(
				() => "sound",
				(error: Error) => error.message,
			),
		);
		for (let turn = 0; turn < 100; turn++) {
			await settle();
			clock.advance(10);
		}
		expect(await Promise.all(outcomes)).toEqual([
			"sound",
			expect.stringContaining(`does not lead to event ${position.seq}`),
		]);
	});

	test("is over when the log is closed", async () => {
		const { disk } = await written();
		const { log, clock } = await live(disk);
		const scrubbing = log.scrub();
		await settle();
		await log.close();
		clock.advance(10);
		await expect(scrubbing).resolves.toBeUndefined();
	});
});

test("rot in the header of a segment before the snapshot is found at the start", async () => {
	const { disk } = await written();
	const [path = ""] = [...disk.files.keys()].filter((it) =>
		it.includes("/log/"),
	);
	const files = changed(disk.files, path, (bytes) => {
		bytes[20] = (bytes[20] ?? 0) ^ 1;
		return bytes;
	});
	await expect(live(new FakeDisk(files))).rejects.toMatchObject({ line: 1 });
});

test("a torn tail behind a snapshot is cut off and named by its line", async () => {
	const { disk, hash } = await written();
	const path = [...disk.files.keys()].findLast((it) => it.includes("/log/"));
	const files = changed(disk.files, path ?? "", (bytes) =>
		Buffer.concat([bytes, Buffer.from('{"level":30,')]),
	);
	const lines = String(files.get(path ?? "")).split("\n").length;
	const torn: TornTail[] = [];
	const { state, positions, log } = await live(new FakeDisk(files), [], torn);
	expect([positions.length, state.hash()]).toEqual([1, hash]);
	expect(torn).toMatchObject([{ damage: { line: lines } }]);
	await log.close();
});

test("a snapshot of another version is left aside, so that the first start after an upgrade reads the whole log", async () => {
	const disk = new FakeDisk();
	const warnings: string[] = [];
	const options = {
		folder: "data",
		warn: ({ message }: Error) => warnings.push(message),
	};
	const position = { log: id, seq: 7, hash: "h", offset: 0 };
	await new Snapshots({ disk, ...options }).save(position, ["{}"], 0);
	expect(await new Snapshots({ disk, ...options }).load()).toBeDefined();
	const path = "data/snapshots/snapshot-7.json";
	const [, head = ""] = /^(.*),"sum":/.exec(await diskText(disk, path)) ?? [];
	const older = head.replace(`"version":"${VERSION}"`, '"version":"0.9.0"');
	const text = `${older},"sum":"${sha256(older)}","state":{}}\n`;
	const before = new FakeDisk([[path, Buffer.from(text)]]);
	const snapshots = new Snapshots({ disk: before, ...options });
	expect(await snapshots.load()).toBeUndefined();
	expect(warnings).toEqual([`${path} is of another version of Plume`]);
});
