/** A log that is a copy from before: nobody takes what was said since for what they saw. */

import { describe, expect, test } from "vitest";
import { MessageType as types } from "../machines/message.ts";
import { openFileLog } from "../src/log/file-log.ts";
import { FakeClock } from "./fakes/clock.ts";
import { FakeDisk } from "./fakes/disk.ts";
import { lineOf, relates } from "./relations.ts";
import { type Person, TestServer } from "./test-server.ts";

async function testServerOn(
	disk: FakeDisk,
	clock: FakeClock,
	restored = false,
) {
	const ids = () => "abcdefghijklmnopqrstuv";
	const storage = { disk, folder: "data", clock, ids };
	return TestServer.open({
		...{ clock, log: openFileLog({ ...storage, segmentBytes: 2000 }) },
		environment: { PLUME_LIMITS: "off" },
		accepts: { clock: false, missing: false, restored, secret: false },
		seed: `restored ${restored} ${disk.files.size}`,
	});
}

async function says(
	plume: TestServer,
	person: Person,
	n: number,
	text: string,
) {
	plume.clock.advance(1000);
	person.say(text, n);
	await plume.settle();
}

/** Ann and Bob have talked, a backup was made, and they went on to talk. */
async function talkedOn() {
	const disk = new FakeDisk();
	const clock = new FakeClock();
	const plume = await testServerOn(disk, clock);
	const ann = await plume.enter("ann", "plume.2");
	const bob = await plume.enter("bob", "plume.2");
	for (let n = 1; n <= 5; n++) await says(plume, ann, n, `kept ${n}`);
	const backup = new FakeDisk(disk.files);
	for (let n = 6; n <= 9; n++) await says(plume, ann, n, `lost ${n}`);
	await plume.engine.stop();
	return { backup, clock, ann, bob };
}

async function comesBack(plume: TestServer, memory: Person["memory"]) {
	const back = plume.connect("plume.2");
	back.open(memory);
	await plume.settle();
	return back;
}

async function restored(isTold = true) {
	const { backup, clock, ann, bob } = await talkedOn();
	const plume = await testServerOn(backup, clock, isTold);
	const other = await comesBack(plume, { ...bob.memory, client: undefined });
	return { plume, backup, clock, ann, bob, other };
}

const typesOf = (person: Person) => person.received.map(({ type }) => type);

describe("after a restore with --restored", () => {
	test("a client that resumes receives a gap, then the history anew", async () => {
		const { plume, ann, other } = await restored();
		const last = Number(other.last(types.welcome)?.last);
		for (let n = 1; n <= 15; n++)
			await says(plume, other, last + n, `new ${n}`);
		const back = await comesBack(plume, ann.memory);
		expect(typesOf(back)).toContain(types.gap);
		expect(back.last(types.welcome)?.epoch).not.toBe(ann.memory.epoch);
		expect(back.lines.slice(0, 5)).toEqual(
			[1, 2, 3, 4, 5].map((n) => `ann: kept ${n}`),
		);
		expect(back.lines.at(-1)).toBe("bob: new 15");
		const epochs = new Set(back.items.map(({ epoch }) => epoch));
		expect([...epochs]).toEqual([back.last(types.welcome)?.epoch]);
	});

	test("offsets, like numbers, go on from where the copy ends", async () => {
		const { plume, ann } = await restored();
		const back = await comesBack(plume, ann.memory);
		expect(back.last(types.welcome)).toMatchObject({
			client: ann.memory.client,
			last: 5,
			said: 5,
		});
		await says(plume, back, 10, "too far on");
		expect(back.last(types.refused)).toMatchObject({
			code: "isNextInOrder",
			expected: 6,
		});
		await says(plume, back, 6, "goes on");
		expect(back.lines.at(-1)).toBe("ann: goes on");
	});

	test("older items are read under the new epoch, under no other", async () => {
		const { plume, ann, other } = await restored();
		const { epoch } = other.memory;
		const before = Number(other.memory.offset) + 1;
		other.news();
		other.askHistory({ room: "lobby", epoch, before, limit: 200 });
		await plume.until(() => other.last(types.history)?.before === before);
		const said = other.news().filter(({ type }) => type === types.text);
		expect(said.map(({ text }) => text)).toEqual(
			[1, 2, 3, 4, 5].map((n) => `kept ${n}`),
		);
		for (const ask of ["askHistory", "erase"] as const) {
			other[ask]({
				room: "lobby",
				epoch: ann.memory.epoch,
				before: 2,
				target: 3,
			});
			await plume.until(() => other.news().length > 0);
			expect(other.last(types.refused)?.code).toBe("placeIsKnown");
		}
	});

	test("who erases all they said erases what is older than the restore", async () => {
		const { plume, backup, ann, other } = await restored();
		const back = await comesBack(plume, ann.memory);
		back.eraseAll();
		await plume.until(() => back.closed !== undefined);
		const { epoch } = other.memory;
		expect(other.last(types.system)?.epoch).toBe(epoch);
		expect(other.received.filter(({ kind }) => kind === "erased")).toEqual([
			expect.objectContaining({ epoch, from: 3, through: 7 }),
		]);
		expect(backup.has("kept 3")).toBe(false);
	});

	test("a head tells how many messages were said before", async () => {
		const { plume, backup, clock, bob, other } = await restored();
		const last = Number(other.last(types.welcome)?.last);
		await says(plume, other, last + 1, "new");
		await plume.engine.stop();
		const again = await testServerOn(backup, clock);
		const back = await comesBack(again, bob.memory);
		back.publish("heads", { rooms: ["lobby"] });
		await again.settle();
		const head = back.received.find(({ kind }) => kind === "head");
		expect(head).toMatchObject({ said: 6, restored: 5 });
	});

	test("what is said of an older message since is still shown after a crash", async () => {
		const { plume, backup, clock, ann, other } = await restored();
		const back = await comesBack(plume, ann.memory);
		const line = lineOf(back, "kept 3");
		await relates(plume, back, "edit", line, "other words");
		await relates(plume, other, "react", line, "👍");
		const again = await testServerOn(backup.kill(), clock);
		const cleo = await again.enter("cleo", "plume.2");
		expect(lineOf(cleo, "other words").reactions).toMatchObject([
			{ text: "👍", by: [{ name: "bob" }] },
		]);
	});

	test("the next start needs no --restored", async () => {
		const { plume, backup, clock, bob, other } = await restored();
		await plume.engine.stop();
		const again = await testServerOn(backup, clock);
		const { session } = bob.memory;
		const back = await comesBack(again, { ...other.memory, session });
		expect(typesOf(back)).toContain(types.welcome);
		expect(typesOf(back)).not.toContain(types.gap);
	});

	test("a node that comes to decide once more begins no other epochs", async () => {
		const { plume, other } = await restored();
		plume.engine.lead();
		await plume.settle();
		const cleo = await plume.enter("cleo", "plume.2");
		expect(cleo.memory.epoch).toBe(other.memory.epoch);
	});

	test("the times of a start do not go back, however slowly it is decided", async () => {
		const { backup } = await talkedOn();
		const slow = new (class extends FakeClock {
			override now(): number {
				this.suspend(1);
				return super.now();
			}
		})();
		slow.suspend(60_000);
		const plume = await testServerOn(backup, slow, true);
		await plume.engine.stop();
		const text = [...backup.files.values()].join("");
		const times = Array.from(text.matchAll(/"time":(\d+),"seq"/g), ([, time]) =>
			Number(time),
		);
		expect(text).toContain('"log.restored"');
		expect(times).toEqual(times.toSorted((a, b) => a - b));
	});
});

describe("after a restore without --restored", () => {
	test("an offset that the room has not reached gets a gap", async () => {
		const { plume, ann } = await restored(false);
		const back = await comesBack(plume, { ...ann.memory, time: undefined });
		expect(typesOf(back)).toContain(types.gap);
	});

	test.each([5, 500])(
		"another item at that offset gets a gap after %i lines more",
		async (many) => {
			const { plume, ann, other } = await restored(false);
			const last = Number(other.last(types.welcome)?.last);
			for (let n = 1; n <= many; n++)
				await says(plume, other, last + n, `new ${n}`);
			const back = await comesBack(plume, ann.memory);
			expect(typesOf(back)).toContain(types.gap);
			expect(back.lines.at(-1)).toBe(`bob: new ${many}`);
		},
	);

	test("the same item gets what was missed", async () => {
		const { plume, ann, bob, backup, clock } = await restored(false);
		const seen = ann.items.find(({ text }) => text === "kept 5");
		const [offset, time] = [seen?.offset, seen?.time];
		await plume.engine.stop();
		const again = await testServerOn(backup, clock);
		const back = await comesBack(again, { ...bob.memory, offset, time });
		expect(typesOf(back)).toContain(types.welcome);
		expect(typesOf(back)).not.toContain(types.gap);
	});
});
