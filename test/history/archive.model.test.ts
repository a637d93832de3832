/**
 * Random conversations in two rooms over many small segments: paging back
 * gives every item once, in order and unchanged, even if index files are lost
 * or damaged and the process crashes in between.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { PlumeEvent } from "../../machines/events.ts";
import { epochOf } from "../../machines/item.ts";
import { Archive } from "../../src/history/archive.ts";
import { indexFiles } from "../../src/history/index-files.ts";
import { digestOf } from "../../src/log/line.ts";
import type { Entry, Log, Stored } from "../../src/log/log.ts";
import { FakeClock } from "../fakes/clock.ts";
import { FakeDisk, seeded } from "../fakes/disk.ts";
import { memoryLog } from "../fakes/memory-log.ts";
import { readAll, settle, Witness } from "../log/entries.ts";
import { changed, openOn } from "../log/folder.ts";

const ROOMS = ["lobby", "quiet"] as const;
type RoomName = (typeof ROOMS)[number];

/** The expected items of each room, in plain lists. */
class Story {
	readonly entries: Entry[] = [];
	readonly items = new Map<RoomName, string[]>();
	readonly #inside = new Map<RoomName, Set<string>>();
	#time = 0;

	constructor() {
		for (const room of ROOMS) {
			this.items.set(room, []);
			this.#inside.set(room, new Set());
			this.#add({ type: "room.opened", time: 0, room, incarnation: room });
		}
	}

	/** A client speaks, and enters first if it is not inside; without a text it leaves. */
	happens(room: RoomName, who: string, text: string): void {
		const client = `${who}-${room}`;
		const time = ++this.#time;
		const inside = this.#inside.get(room);
		const about = { time, room, client };
		const person = { identity: `${who}@`, nameKey: who, name: who };
		if (!inside?.has(client)) {
			inside?.add(client);
			const type = "client.entered";
			this.#shown(room, `entered ${who}`);
			this.#add({ type, ...about, ...person, node: "n" });
		}
		if (text) {
			const erasable = { salt: `${time}`, text };
			const digest = digestOf(erasable);
			this.#shown(room, `said ${who} ${text}`);
			this.#add({ type: "message.posted", ...about, digest }, erasable);
		} else {
			inside?.delete(client);
			this.#shown(room, `left ${who}`);
			this.#add({ type: "client.left", ...about, why: "closed" });
		}
	}

	#shown(room: RoomName, what: string): void {
		this.items.get(room)?.push(what);
	}

	#add(event: PlumeEvent, erasable?: Entry["erasable"]): void {
		this.entries.push({ event, ...(erasable && { erasable }) });
	}
}

/** Pages back from the newest to the first, and checks each page on the way. */
async function readBack(
	log: Log,
	archive: Archive,
	room: RoomName,
	count: number,
	limits: readonly number[],
): Promise<string[]> {
	const epoch = epochOf(log.id, room);
	const all: string[] = [];
	let before = count + 1;
	for (let turn = 0; ; turn++) {
		const limit = limits[turn % limits.length] ?? 1;
		const page = await archive.page({ room, epoch, before, limit });
		if (!page) throw new Error(`${room} has no place ${before}`);
		const { items, more } = page;
		expect(items.map(({ offset }) => offset)).toEqual(
			items.map((_, nth) => before - items.length + nth),
		);
		for (const item of items) expect(item).toMatchObject({ room, epoch });
		all.unshift(
			...items.map((item) =>
				item.kind === "said"
					? `said ${item.name} ${item.text}`
					: `${item.kind} ${item.name}`,
			),
		);
		before -= items.length;
		expect(more).toBe(before > 1);
		if (!more) return all;
		expect(items.length).toBeGreaterThan(0);
	}
}

const lines = fc.array(
	fc.record({
		room: fc.constantFrom("lobby", "lobby", "lobby", "quiet" as const),
		who: fc.constantFrom("ann", "bob", "cleo"),
		text: fc.oneof(fc.string({ maxLength: 60 }), fc.constant("")),
	}),
	{ maxLength: 12, size: "max" },
);
const limits = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 });

/** What happens between two reads. */
const trouble = fc.oneof(
	fc.constant({ kind: "nothing" as const }),
	fc.constant({ kind: "restart" as const }),
	fc.record({ kind: fc.constant("crash" as const), seed: fc.nat() }),
	fc.record({
		kind: fc.constantFrom("delete", "cut", "flip"),
		file: fc.nat(),
		at: fc.nat(),
	}),
);

const chapters = fc.array(fc.tuple(lines, limits, trouble), {
	minLength: 1,
	maxLength: 12,
	size: "max",
});

/** Appends the new entries of the story, in batches of at most three. */
async function append(log: Log, witness: Witness, { entries }: Story) {
	for (let from = witness.ordered.length; from < entries.length; from += 3) {
		log.append(entries.slice(from, from + 3));
		await settle();
	}
	while (log.committed < entries.length) await settle();
}

function damaged(
	files: Map<string, Buffer>,
	{ kind, file, at }: { kind: string; file: number; at: number },
): Map<string, Buffer> {
	const indexes = [...files.keys()].filter((path) => path.includes("/index/"));
	const path = indexes[file % indexes.length];
	if (path === undefined) return files;
	if (kind === "delete")
		return new Map([...files].filter(([other]) => other !== path));
	return changed(files, path, (bytes) => {
		const offset = at % bytes.length;
		if (kind === "cut") return bytes.subarray(0, offset);
		bytes[offset] = (bytes[offset] ?? 0) ^ (1 << (at % 8));
		return bytes;
	});
}

test("paging back gives what was said, whatever becomes of the index files", async () => {
	const totals = { segments: 0, warned: 0 };
	await fc.assert(
		fc.asyncProperty(chapters, async (story) => {
			const said = new Story();
			let disk = new FakeDisk();
			let log: Log | undefined;
			let witness = new Witness();
			let archive: Archive | undefined;
			const begin = async () => {
				log = await openOn(disk, { segmentBytes: 1500 });
				witness = new Witness(log);
				witness.ordered.push(...(await readAllOf(disk)));
				const warn = () => void totals.warned++;
				const files = indexFiles({ disk, folder: "data", warn });
				archive = new Archive(log, files);
				return log;
			};
			for (const [happening, sizes, after] of story) {
				const open = log ?? (await begin());
				for (const { room, who, text } of happening)
					said.happens(room, who, text);
				await append(open, witness, said);
				for (const room of ROOMS) {
					const items = said.items.get(room) ?? [];
					if (!archive || items.length === 0) continue;
					expect(
						await readBack(open, archive, room, items.length, sizes),
					).toEqual(items);
				}
				if (after.kind === "nothing") continue;
				if (after.kind !== "crash") await open.close();
				if (after.kind === "crash" && "seed" in after)
					disk = disk.crash(seeded(after.seed));
				else if ("file" in after)
					disk = new FakeDisk(damaged(disk.files, after));
				log = undefined;
			}
			totals.segments += [...disk.files.keys()].filter((path) =>
				path.includes("/log/"),
			).length;
		}),
		{ numRuns: 150 },
	);
	expect(totals.segments / 150).toBeGreaterThan(4);
	expect(totals.warned).toBeGreaterThan(0);
});

/** The disk that the next process starts from. */
async function readAllOf(disk: FakeDisk): Promise<Stored[]> {
	const log = await openOn(new FakeDisk(disk.files));
	const all = await readAll(log);
	await log.close();
	return all;
}

test("paging back gives what was said, from memory too", async () => {
	await fc.assert(
		fc.asyncProperty(chapters, async (story) => {
			const log = memoryLog("a log", new FakeClock());
			await readAll(log);
			const witness = new Witness(log);
			const archive = new Archive(log);
			const said = new Story();
			for (const [happening, sizes] of story) {
				for (const { room, who, text } of happening)
					said.happens(room, who, text);
				await append(log, witness, said);
				for (const room of ROOMS) {
					const items = said.items.get(room) ?? [];
					if (items.length > 0)
						expect(
							await readBack(log, archive, room, items.length, sizes),
						).toEqual(items);
				}
			}
		}),
		{ numRuns: 100 },
	);
});
