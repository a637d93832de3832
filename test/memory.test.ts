/** What rooms remember is bounded in bytes, and what they forget is read from the log. */
import { expect, test, vi } from "vitest";
import { MessageType as types } from "../machines/message.ts";
import { Server } from "../src/chat/server.ts";
import { defaultLimits } from "../src/limits.ts";
import { openFileLog } from "../src/log/file-log.ts";
import { Snapshots } from "../src/log/snapshots.ts";
import { FakeClock } from "./fakes/clock.ts";
import { FakeDisk } from "./fakes/disk.ts";
import { type Person, TestServer } from "./test-server.ts";

const memory = {
	...defaultLimits(),
	...{ historyMessages: 100, catchUpItems: 2000, mailboxBytes: 262_144 },
	...{ roomMemoryBytes: 2_097_152, allRoomsBytes: 8_388_608 },
};

const item = (room: string, offset: number, text: string) => ({
	...{ kind: "said" as const, room, epoch: "e", offset, time: 0 },
	...{ client: "a", name: "a", text },
});

const bytesOf = (server: Server, names: readonly string[]) =>
	names.reduce((sum, name) => sum + server.room(name).recent.bytes, 0);

test.each([
	["long lines", "x".repeat(4000)],
	["control characters", "\u0001".repeat(4000)],
	["combining marks", "\u0301".repeat(4000)],
	["characters of four bytes", "😀".repeat(4000)],
	["short lines", "x"],
])("a room full of %s remembers 2 MiB besides what it shows", (_, text) => {
	const recent = new Server(memory).room("l").recent;
	for (let offset = 1; offset <= 5000; offset++) {
		recent.remember(item("l", offset, text));
		expect(recent.bytes).toBeLessThanOrEqual(memory.roomMemoryBytes);
	}
	expect(recent.latest.length).toBeGreaterThan(2);
	expect(recent.latest.at(-1)).toMatchObject({ offset: 5000 });
});

test("all rooms share one bound, for which the one used least forgets first", () => {
	const server = new Server(memory);
	const names = Array.from({ length: 20 }, (_, nth) => `room${nth}`);
	for (const name of names)
		for (let offset = 1; offset <= 200; offset++) {
			server.room(name).recent.remember(item(name, offset, "x".repeat(4000)));
			server.room("room0").recent.remember(item("room0", offset, "busy"));
			expect(bytesOf(server, names)).toBeLessThanOrEqual(memory.allRoomsBytes);
		}
	expect(server.room("room1").recent.bytes).toBe(0);
	expect(server.room("room0").recent.bytes).toBeGreaterThan(0);
	expect(server.room("room19").recent.bytes).toBeGreaterThan(0);
});

test("a room that was made again is counted from nothing", () => {
	const server = new Server(memory);
	for (let times = 0; times < 50; times++) {
		for (let offset = 1; offset <= 60; offset++)
			server.room("l").recent.remember(item("l", offset, "x".repeat(4000)));
		expect(server.room("l").recent.bytes).toBeGreaterThan(0);
		server.forget("l");
	}
	server.room("m").recent.remember(item("m", 1, "hello"));
	server.room("l").recent.remember(item("l", 1, "hello"));
	expect(server.room("m").recent.bytes).toBeGreaterThan(0);
});

const environment = {
	...{ PLUME_LIMITS: "off", PLUME_LIMIT_ROOM_MEMORY_BYTES: "262144" },
	PLUME_LIMIT_ALL_ROOMS_BYTES: "2097152",
};

async function saysMuch(plume: TestServer, person: Person, lines: number) {
	for (let n = 0; n < lines; n++) {
		person.say(`${n} ${"x".repeat(3900)}`);
		await plume.settle();
	}
}

test("who comes back gets what the room forgot", async () => {
	const plume = await TestServer.open({ environment });
	const ann = await plume.enter("ann", "plume.2");
	const bob = await plume.enter("bob", "plume.2");
	ann.hangUp();
	await saysMuch(plume, bob, 120);
	const back = plume.connect("plume.2");
	back.open(ann.memory);
	await plume.until(() => back.lines.length === 120);
	expect(back.last(types.gap)).toBeUndefined();
});

test("who enters a room that forgot everything is shown the latest of it", async () => {
	const plume = await TestServer.open({ environment });
	const ann = await plume.enter("ann", "plume.2");
	await saysMuch(plume, ann, 20);
	plume.server.room("lobby").recent.forgetItems();
	const bob = await plume.enter("bob", "plume.2");
	expect(bob.lines).toHaveLength(20);
});

test("two hundred who come back at once after a restart share one read", async () => {
	const [disk, clock] = [new FakeDisk(), new FakeClock()];
	const start = async (seed: string) => {
		const storage = { disk, folder: "data" };
		const ids = () => "abcdefghijklmnopqrstuv";
		const log = openFileLog({ ...storage, clock, ids });
		const snapshots = new Snapshots({ ...storage, every: 20, warn() {} });
		const environment = { PLUME_LIMITS: "off" };
		const reads = vi.spyOn(log.segments, "fetch");
		const options = { log, snapshots, clock, seed, environment };
		return { plume: await TestServer.open(options), reads };
	};
	const { plume: first } = await start("first");
	const ann = await first.enter("ann", "plume.2");
	for (let n = 0; n < 400; n++) ann.say(`line ${n}`);
	await first.settle();
	const { session, epoch, offset } = ann.memory;
	await first.engine.stop();

	const { plume, reads } = await start("second");
	const all = Array.from({ length: 200 }, () => plume.connect("plume.2"));
	const position = { epoch, offset: Number(offset) - 390 };
	for (const tab of all) tab.open({ session, ...position });
	await plume.until(() => all.every(({ lines }) => lines.length === 390));
	// One is what the room shows, the other what is missing before it.
	expect(reads.mock.calls).toHaveLength(2);
});
