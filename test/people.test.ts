/** What is a person's own, and no event: how far they have read, what they want to hear, and when. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { MessageType as types } from "../machines/message.ts";
import { changedOwn, NOTHING_OWN } from "../machines/own.ts";
import { Link } from "../src/cluster/link.ts";
import { Secrets } from "../src/engine/secrets.ts";
import type { Cache } from "../src/log/cache.ts";
import { memoryDisk } from "../src/log/memory-disk.ts";
import { People } from "../src/people/people.ts";
import { Nodes } from "./cluster/nodes.ts";
import { World } from "./cluster/world.ts";
import { FakeClock } from "./fakes/clock.ts";
import { seeded } from "./fakes/disk.ts";
import { memoryLog } from "./fakes/memory-log.ts";
import { makesRoom } from "./private-rooms.ts";
import { type Person, seededBytes, TestServer } from "./test-server.ts";

const SAVE_MS = 30_000;
const secrets = new Secrets("a secret for tests", seededBytes("any"));

const clock = new FakeClock();
let log: ReturnType<typeof memoryDisk>;
let own: Cache;
let warnings: string[];
let plume: TestServer;
let ann: Person;
beforeEach(async () => {
	log = memoryDisk();
	warnings = [];
	const warn = (error: Error) => warnings.push(error.message);
	own = { disk: memoryDisk(), folder: "people", warn };
	plume = await restarted();
	ann = await plume.enter("ann", "plume.2");
});

afterEach(() => vi.restoreAllMocks());

const restarted = () =>
	TestServer.open({ log: memoryLog("seed", clock, log), clock, own });

/** In steps, for an edge that hears nothing for long is lost. */
async function pass(ms: number) {
	for (let left = ms; left > 0; left -= 500) {
		clock.advance(Math.min(500, left));
		await plume.settle();
	}
}

const files = () => own.disk.list("people");

function sends(person: Person, kind: string, fields: object = {}) {
	person.raw(JSON.stringify({ type: types.own, kind, ...fields }));
	return plume.settle();
}

const heard = (person: Person) =>
	person.news().filter(({ type }) => type === types.own);

/** How far a person has come in the lobby. */
function end({ memory }: Person, back = 0) {
	const { room, epoch, offset } = memory;
	return { room, epoch, offset: Number(offset) - back, said: 0 };
}

async function comesBack(person: Person): Promise<Person> {
	const back = plume.connect("plume.2");
	back.open({ session: person.memory.session });
	await plume.settle();
	return back;
}

test("what is one's own comes after the welcome", async () => {
	const phone = await comesBack(ann);
	ann.hangUp();
	await plume.settle();
	const back = plume.connect("plume.2");
	back.open(ann.memory);
	phone.raw(
		JSON.stringify({
			...{ type: types.own, kind: "level", room: "lobby", level: "all" },
		}),
	);
	await plume.settle();
	const own = back.received.filter(({ type }) => type === types.own);
	const [first] = back.received;
	expect(first).toMatchObject({
		type: types.welcome,
		offset: ann.memory.offset,
	});
	expect(own).toMatchObject([
		{ kind: "all", levels: [{ room: "lobby", level: "all" }] },
	]);
});

test("what was read on one device is read on all others", async () => {
	const phone = await comesBack(ann);
	const read = end(ann);
	heard(phone);
	await sends(ann, "read", read);
	expect(heard(phone)).toEqual([{ type: types.own, kind: "read", ...read }]);
	const third = await comesBack(ann);
	expect(heard(third)).toMatchObject([{ kind: "all", reads: [read] }]);
});

test("nobody else hears how far a person has read", async () => {
	const bob = await plume.enter("bob", "plume.2");
	await sends(ann, "read", end(ann));
	expect(heard(bob)).toEqual([]);
});

test("what was read is not unread by a tab that is behind", async () => {
	const read = end(ann);
	await sends(ann, "read", read);
	await sends(ann, "read", end(ann, 1));
	expect(heard(await comesBack(ann))).toMatchObject([{ reads: [read] }]);
});

test("what is marked as unread is so everywhere", async () => {
	const phone = await comesBack(ann);
	await sends(ann, "read", end(ann));
	heard(phone);
	await sends(ann, "read", { ...end(ann, 1), unread: true });
	expect(heard(phone)).toMatchObject([{ ...end(ann, 1), unread: true }]);
});

test("what changes nothing is nothing new", async () => {
	const device = { endpoint: "e", p256dh: "p", auth: "a", session: "s" };
	const own = { ...NOTHING_OWN, devices: [device] };
	expect(changedOwn(own, { kind: "subscribe", ...device })).toBe(own);
	const other = { ...device, session: "t" };
	expect(changedOwn(own, { kind: "subscribe", ...other })).not.toBe(own);
});

test("a request with an id is answered", async () => {
	await sends(ann, "level", { room: "lobby", level: "nothing", id: "a" });
	expect(heard(ann)).toContainEqual({ type: types.own, kind: "done", id: "a" });
});

test("a room that one may not enter is answered as one that does not exist", async () => {
	const bob = await plume.enter("bob", "plume.2");
	const room = await makesRoom(plume, bob, "secret");
	const { epoch } = plume.state.head(room);
	ann.news();
	for (const kind of ["read", "level"])
		for (const asked of [room, "~nothing"])
			await sends(ann, kind, {
				...{ room: asked, epoch, offset: 1, said: 0, level: "all", id: "x" },
			});
	const answers = ann.news().map((frame) => JSON.stringify(frame));
	expect(answers).toHaveLength(4);
	expect(new Set(answers).size).toBe(1);
	expect(answers[0]).toContain("placeIsKnown");
});

test("nothing is remembered of rooms that never were", async () => {
	const nowhere = { room: "nowhere", epoch: "", offset: 0, said: 0 };
	await sends(ann, "read", nowhere);
	await sends(ann, "level", { room: "nowhere", level: "all" });
	expect(heard(await comesBack(ann))).toEqual([]);
});

test("more than there is can't be read", async () => {
	const more = { ...end(ann), offset: 1000, id: "x" };
	await sends(ann, "read", more);
	expect(ann.last(types.refused)).toMatchObject({ code: "placeIsKnown" });
});

test("quiet hours need a time zone that exists", async () => {
	const hours = { from: 1320, to: 480, zone: "Mars/Crater", id: "x" };
	await sends(ann, "quiet", hours);
	expect(ann.last(types.refused)).toMatchObject({ code: "frameIsUnderstood" });
	await sends(ann, "quiet", { ...hours, zone: "Europe/Berlin" });
	expect(heard(await comesBack(ann))).toMatchObject([
		{ from: 1320, to: 480, zone: "Europe/Berlin" },
	]);
	await sends(ann, "quiet");
	expect(heard(await comesBack(ann))).toEqual([]);
});

test("too many changes at once are left out, as signals are", async () => {
	const all = Array.from({ length: 30 }, () =>
		sends(ann, "level", { room: "lobby", level: "all" }),
	);
	await Promise.all(all);
	expect(heard(ann).length).toBeLessThan(15);
	expect(ann.closed).toBeUndefined();
});

describe("beside the log", () => {
	test("all of it outlives a restart", async () => {
		await sends(ann, "read", end(ann));
		await sends(ann, "level", { room: "lobby", level: "mentions" });
		await pass(SAVE_MS);
		expect(await files()).toHaveLength(1);
		const seen = end(ann);
		plume = await restarted();
		const back = await comesBack(ann);
		expect(heard(back)).toMatchObject([
			{ reads: [seen], levels: [{ room: "lobby", level: "mentions" }] },
		]);
	});

	test("nothing is written before half a minute is over", async () => {
		await sends(ann, "read", end(ann));
		await pass(SAVE_MS - 1);
		expect(await files()).toEqual([]);
	});

	test("what the disk did not take is written later", async () => {
		const full = Object.assign(new Error("full"), { code: "ENOSPC" });
		vi.spyOn(own.disk, "open").mockRejectedValueOnce(full);
		await sends(ann, "read", end(ann));
		await pass(SAVE_MS);
		expect(warnings).toHaveLength(1);
		expect(await files()).toEqual([]);
		await pass(SAVE_MS);
		expect(await files()).toHaveLength(1);
	});

	test("it goes with a person who has all deleted", async () => {
		await sends(ann, "read", end(ann));
		await pass(SAVE_MS);
		expect(await files()).toHaveLength(1);
		ann.eraseAll();
		await vi.waitFor(async () => expect(await files()).toEqual([]), 30_000);
	});

	test("a person who has none goes without a look at the files of others", async () => {
		const removed = vi.spyOn(own.disk, "remove");
		const listed = vi.spyOn(own.disk, "list");
		ann.eraseAll();
		await vi.waitFor(() => expect(removed).toHaveBeenCalled(), 30_000);
		await plume.settle();
		expect(listed).not.toHaveBeenCalled();
		expect(warnings).toEqual([]);
	});

	test("a person who goes does not hasten the others' files", () => {
		const clock = new FakeClock();
		const people = new People({ secrets, clock });
		const change = { kind: "level", room: "lobby", level: "all" } as const;
		people.apply({ person: "p", change });
		people.forget("q");
		people.apply({ person: "r", change });
		expect(clock.timersSet).toBe(1);
	});

	test("it stays with a person who has another name left", async () => {
		const tagged = await plume.enter("annt", "plume.2", "ann+t@example.org");
		await sends(tagged, "read", end(ann));
		await pass(SAVE_MS);
		await plume.operate("release", "annt");
		await plume.settle();
		expect(await files()).toHaveLength(1);
		expect(heard(await comesBack(ann))).toMatchObject([{ kind: "all" }]);
	});

	test("it stays with a person who comes back to a name that was free again", async () => {
		const environment = { PLUME_LIMIT_NAME_DAYS: "7" };
		plume = await TestServer.open({ clock, own, environment });
		ann = await plume.enter("ann", "plume.2");
		await sends(ann, "level", { room: "lobby", level: "mentions" });
		ann.hangUp();
		await plume.passes(8 * 86_400_000);
		const back = await plume.enter("ann", "plume.2");
		const levels = [{ room: "lobby", level: "mentions" }];
		expect(heard(back)).toMatchObject([{ kind: "all", levels }]);
	});

	test("a file that has rotted is left aside with a warning", async () => {
		await sends(ann, "read", end(ann));
		await pass(SAVE_MS);
		const [name = ""] = await files();
		const file = await own.disk.open(`people/${name}`);
		await file.write(Buffer.from("x"), 70);
		plume = await restarted();
		expect(warnings).toEqual([`people/${name} has rotted`]);
		expect(heard(await comesBack(ann))).toEqual([]);
	});

	test("a file that a crash left aside is gone after a start", async () => {
		const killed = new Error("killed");
		vi.spyOn(own.disk, "rename").mockRejectedValueOnce(killed);
		await sends(ann, "read", end(ann));
		await pass(SAVE_MS);
		expect(await files()).toEqual(["aside.json"]);
		plume = await restarted();
		expect(await files()).toEqual([]);
	});

	test("a browser whose session ended before a crash is left out", async () => {
		const parts = { secrets, clock, file: own };
		const device = { endpoint: "e", p256dh: "p", auth: "a", session: "s" };
		const before = new People(parts);
		before.apply({ person: "p", change: { kind: "subscribe", ...device } });
		await before.save();
		const names = new Map([["p", { identity: "p", name: "p" }]]);
		for (const open of ["s", "another"]) {
			const after = new People(parts);
			await after.load();
			after.tidy(Object({ names, sessions: new Set([open]) }));
			expect(after.reachable.has("p")).toBe(open === "s");
		}
	});

	test("a browser whose session ended before a crash leaves the file", async () => {
		const parts = { secrets, clock, file: own };
		const names = new Map([["p", { identity: "p", name: "p" }]]);
		const device = { endpoint: "e", p256dh: "p", auth: "a", session: "s" };
		const before = new People(parts);
		before.apply({ person: "p", change: { kind: "subscribe", ...device } });
		await before.save();
		const after = new People(parts);
		await after.load();
		after.tidy(Object({ names, sessions: new Set() }));
		await pass(SAVE_MS);
		const later = new People(parts);
		await later.load();
		later.tidy(Object({ names, sessions: new Set(["s"]) }));
		expect(later.of("p").devices).toEqual([]);
	});

	test("a person who is gone has no file after a start", async () => {
		await sends(ann, "read", end(ann));
		await pass(SAVE_MS);
		log = memoryDisk();
		plume = await restarted();
		expect(await files()).toEqual([]);
	});
});

describe("in a cluster", () => {
	async function open() {
		const world = await World.open(2);
		const [one, two] = world.edges;
		if (!one || !two) throw new Error("no edges");
		const phone = await world.enter(one, "ann");
		const desk = two.server.connect("plume.2");
		desk.open({ session: phone.memory.session });
		await world.settle();
		const fields = end(phone);
		heard(desk);
		phone.raw(JSON.stringify({ type: types.own, kind: "read", ...fields }));
		await world.settle();
		return { world, phone, desk, fields };
	}

	test("what was read at one node is read at the others", async () => {
		const { desk, fields } = await open();
		expect(heard(desk)).toMatchObject([fields]);
	});

	test("a node that comes is sent no more at once than the network takes", async () => {
		const { world } = await open();
		const name = "x".repeat(60);
		const mark = { room: name, epoch: name, offset: 1, said: 1 };
		const own = { ...NOTHING_OWN, reads: Array(50).fill(mark) };
		const many = Array.from({ length: 100 }, (_, nth) => `${nth}`);
		vi.spyOn(People.prototype, "all", "get").mockReturnValue(
			new Map(many.map((person) => [person, own])),
		);
		const unsent: number[] = [];
		const real = Link.prototype.send;
		const sent = vi.spyOn(Link.prototype, "send");
		const applied = vi.spyOn(People.prototype, "apply");
		sent.mockImplementation(function (this: Link<object, object>, ...frame) {
			unsent.push(this.unsentBytes);
			return real.apply(this, frame);
		});
		await world.startEdge("late");
		expect(applied.mock.calls.length).toBe(many.length);
		expect(Math.max(...unsent)).toBeLessThan(128 * 1024);
	});

	test("a node that fetches the whole log anew keeps what it has of somebody who was gone for a while", async () => {
		const nodes = new Nodes(seeded(1), { own });
		const one = await nodes.start();
		await nodes.enter(one, "ann");
		const released = one.server.operate("release", "ann");
		await nodes.advance(1000);
		await released;
		const back = await nodes.enter(one, "ann");
		const level = { kind: "level", room: "lobby", level: "mentions" };
		back.raw(JSON.stringify({ type: types.own, ...level }));
		await nodes.advance(SAVE_MS);
		expect(await files()).toHaveLength(1);
		await nodes.kill(one);
		const other = await nodes.start();
		const tab = other.server.connect("plume.2");
		tab.open({ session: back.memory.session });
		await nodes.until(() => tab.last(types.own) !== undefined);
		const levels = [{ room: "lobby", level: "mentions" }];
		expect(tab.last(types.own)).toMatchObject({ kind: "all", levels });
		expect(await files()).toHaveLength(1);
	});

	test("a node that comes later knows it all", async () => {
		const { world, phone, fields } = await open();
		const late = await world.startEdge("late");
		const third = late.server.connect("plume.2");
		third.open({ session: phone.memory.session });
		await world.settle();
		expect(heard(third)).toMatchObject([{ kind: "all", reads: [fields] }]);
	});
});
