/** What people notice when the disk fills or fails, on the real code from edge to log. */

import { beforeEach, describe, expect, test } from "vitest";
import { MessageType as types } from "../machines/message.ts";
import { FakeSearchStore } from "./fakes/search-store.ts";
import { World } from "./simulation/world.ts";

let world: World;
beforeEach(async () => {
	world = new World();
	await world.start();
});

test.each([
	["ENOSPC", ["write"]],
	["EDQUOT", ["write"]],
	["EROFS", ["write", "truncate", "open"]],
])(
	"%s: nothing is accepted, with words, until there is space",
	async (code, kinds) => {
		const { plume, disk, clock } = world;
		const [ann, bob] = [await plume.enter("ann"), await plume.enter("bob")];
		disk.interrupt = ({ kind }) =>
			kinds.includes(kind) ? { code } : undefined;
		ann.say("into the full disk");
		await plume.settle();
		expect(bob.lines).not.toContain("ann: into the full disk");
		expect(bob.received.at(-1)?.text).toMatch(/disk is full/);
		expect((await plume.operate("status")).join("\n")).toMatch(
			/^writing +no: the disk takes no writes$/m,
		);
		const heard = ann.received.length;
		ann.say("refused");
		expect(ann.received.slice(heard)).toMatchObject([
			{
				user: { name: "plumebot" },
				text: expect.stringMatching(/disk is full/),
			},
		]);
		bob.hangUp();

		disk.interrupt = () => undefined;
		clock.advance(2000);
		await plume.settle();
		expect(ann.lines.slice(-2)).toEqual([
			"ann: into the full disk",
			"bob: left chat",
		]);
		ann.say("and on");
		await plume.settle();
		expect(ann.lines.at(-1)).toBe("ann: and on");
		world.check();
	},
);

/** A server with a search index, in which somebody said something. */
async function startSearchable() {
	world = new World(4, () => new FakeSearchStore());
	await world.start();
	const { plume, disk, clock } = world;
	const ann = await plume.enter("ann", "plume.2");
	ann.say("hello", 1);
	await plume.settle();
	return { plume, disk, clock, ann };
}

test.each([
	["say", "We move on Sunday."],
	["remove", "2"],
] as const)(
	"the operator who meets a full disk with %s first is answered at once, and it is done later",
	async (command, what) => {
		const { plume, disk, clock, ann } = await startSearchable();
		disk.interrupt = ({ kind }) =>
			kind === "write" ? { code: "ENOSPC" } : undefined;
		const asked = plume.operate(command, "lobby", what);
		await expect(asked).rejects.toThrow("This is done once there is space");
		const expected = { kind: command === "say" ? "notice" : "erased" };
		expect(ann.received).not.toContainEqual(expect.objectContaining(expected));
		disk.interrupt = () => undefined;
		clock.advance(2000);
		await plume.settle();
		expect(ann.received).toContainEqual(expect.objectContaining(expected));
	},
);

test("a removal that the disk is too full to decide is refused, and does not happen later", async () => {
	const { plume, disk, clock, ann } = await startSearchable();
	let goOn = (_: undefined) => {};
	const reading = new Promise<undefined>((resolve) => {
		goOn = resolve;
	});
	disk.interrupt = ({ kind }) => {
		if (kind === "read") return reading;
		return kind === "write" ? { code: "ENOSPC" } : undefined;
	};
	const asked = plume.operate("remove", "lobby", "2");
	const refused = expect(asked).rejects.toThrow("The server's disk is full. N");
	ann.say("into the full disk", 2);
	await plume.until(() => plume.log.frozen);
	goOn(undefined);
	await refused;
	disk.interrupt = () => undefined;
	clock.advance(2000);
	await plume.settle();
	expect(ann.lines.at(-1)).toBe("ann: into the full disk");
	expect(ann.items.map(({ kind }) => kind)).not.toContain("erased");
});

test("space that comes back in the moment of a stop does not disturb it", async () => {
	const { plume, disk } = world;
	const [ann, bob] = [await plume.enter("ann"), await plume.enter("bob")];
	disk.interrupt = ({ kind }) =>
		kind === "write" ? { code: "ENOSPC" } : undefined;
	ann.say("into the full disk");
	await plume.settle();
	bob.hangUp();
	disk.interrupt = () => undefined;
	await plume.engine.stop();
	expect(plume.fatal).toBeUndefined();
	expect(ann.lines).toContain("ann: into the full disk");
});

test("a hidden tab that goes to another room as the disk fills is not shown as back", async () => {
	const { plume, disk, clock } = world;
	const ann = await plume.enter("ann", "plume.2");
	const bob = await plume.enter("bob", "plume.2");
	const pass = async (seconds: number) => {
		for (let each = 0; each < seconds; each++) {
			clock.advance(1000);
			await plume.settle();
		}
	};
	await pass(2);
	ann.publish("presence", { away: true });
	await pass(2);
	expect(bob.last(types.signal)).toMatchObject({ members: [{ away: true }] });
	bob.news();
	disk.interrupt = ({ kind }) =>
		kind === "write" ? { code: "ENOSPC" } : undefined;
	ann.open({ session: ann.memory.session, room: "cats" });
	await plume.settle();
	bob.publish("typing");
	await pass(2);
	disk.interrupt = () => undefined;
	await pass(2);
	expect(ann.last(types.welcome)).toMatchObject({ room: "cats" });
	const heard = bob.news().filter(({ kind }) => kind === "presence");
	expect(heard).toMatchObject([{ members: [{ away: true, in: "cats" }] }]);
});

test("a full disk is no news for who waits with a code: it is right once the disk has room", async () => {
	const { plume, disk, clock } = world;
	const bob = await plume.enter("bob", "plume.2");
	const ann = plume.connect("plume.2");
	ann.hello("ann", "ann@example.org");
	await plume.settle();
	ann.news();
	disk.interrupt = ({ kind }) =>
		kind === "write" ? { code: "ENOSPC" } : undefined;
	bob.say("fills it", 1);
	await plume.settle();
	expect([ann.news(), bob.last(types.refused)]).toMatchObject([
		[],
		{ code: "diskHasSpace" },
	]);
	disk.interrupt = () => undefined;
	clock.advance(2000);
	await plume.settle();
	ann.auth(plume.mailer.codeFor("ann@example.org"));
	await plume.settle();
	expect(ann.isIn).toBe(true);
});

test("asking for history with an expired code on a full disk is refused, and stops nothing", async () => {
	const { plume, disk, clock } = world;
	const bob = await plume.enter("bob", "plume.2");
	const ann = plume.connect("plume.2");
	ann.hello("ann", "ann@example.org");
	await plume.settle();
	disk.interrupt = ({ kind }) =>
		kind === "write" ? { code: "ENOSPC" } : undefined;
	bob.say("fills it", 1);
	await plume.settle();
	clock.advance(3_600_000);
	ann.askHistory({ room: "lobby", epoch: "e", before: 1 });
	await plume.settle();
	expect(plume.fatal).toBeUndefined();
	expect(ann.news().at(-1)).toMatchObject({ code: "isInside" });
});

test("while the disk is full, a numbered line or a resume is to be tried again", async () => {
	const { plume, disk, clock } = world;
	const ann = await plume.enter("ann", "plume.2");
	const bob = await plume.enter("bob", "plume.2");
	disk.interrupt = ({ kind }) =>
		kind === "write" ? { code: "ENOSPC" } : undefined;
	bob.say("fills it", 1);
	await plume.settle();
	ann.say("one", 1);
	expect(ann.last(types.refused)).toMatchObject({
		code: "diskHasSpace",
		n: 1,
		retryAfter: 1000,
	});
	ann.hangUp();
	const back = plume.connect("plume.2");
	back.open(ann.memory);
	expect(back.last(types.refused)?.code).toBe("diskHasSpace");
	expect(back.closed?.code).toBe(1012);
	disk.interrupt = () => undefined;
	clock.advance(2000);
	await plume.settle();
	const again = plume.connect("plume.2");
	again.open(ann.memory);
	await plume.settle();
	again.say("one", 1);
	await plume.settle();
	expect(bob.lines.at(-1)).toBe("ann: one");
});

test("everyone hears when the disk has space again, speakers or not", async () => {
	const { plume, disk, clock } = world;
	const ann = await plume.enter("ann", "plume.2");
	const bob = await plume.enter("bob", "plume.2");
	ann.say("one", 1);
	await plume.settle();
	disk.interrupt = ({ kind }) =>
		kind === "write" ? { code: "ENOSPC" } : undefined;
	const cat = plume.connect("plume.2");
	cat.hello("cat", "cat@example.org");
	await plume.settle();
	for (const one of [ann, bob])
		expect(one.news().at(-1)).toMatchObject({ code: "diskHasSpace" });
	disk.interrupt = () => undefined;
	clock.advance(2000);
	await plume.settle();
	expect(ann.news().at(-1)).toMatchObject({ type: types.ack, last: 1 });
	expect(bob.news().at(-1)).toMatchObject({ type: types.ack, last: 0 });
});

test.each([
	["EIO", "write"],
	["EIO", "sync"],
	["ENOSPC", "sync"],
])(
	"%s from %s: it stops before anyone sees what is not durable",
	async (code, kind) => {
		const { plume, disk } = world;
		const [ann, bob] = [await plume.enter("ann"), await plume.enter("bob")];
		disk.interrupt = (call) => (call.kind === kind ? { code } : undefined);
		ann.say("lost");
		await plume.settle();
		ann.say("never read");
		await plume.settle();
		expect(plume.fatal?.message).toContain(code);
		expect([...ann.lines, ...bob.lines].join()).not.toMatch(/lost|never read/);
		world.check();
	},
);

describe("while a batch is on its way to the disk", () => {
	/** From now on syncs wait; answers how to let them go. */
	function holdSyncs(): () => void {
		let letGo = () => {};
		const stalled = new Promise<undefined>((resolve) => {
			letGo = () => resolve(undefined);
		});
		world.disk.interrupt = ({ kind }) =>
			kind === "sync" ? stalled : undefined;
		return letGo;
	}

	async function aWhile() {
		for (let turn = 0; turn < 100; turn++)
			await new Promise((resolve) => setImmediate(resolve));
	}

	test("nobody hears of a line: not the room, not who sent it twice, not who is refused after it", async () => {
		const { plume } = world;
		const ann = await plume.enter("ann", "plume.2");
		const eve = plume.connect("plume.2");
		ann.news();
		const letGo = holdSyncs();
		ann.say("on its way", 1);
		ann.say("on its way", 1);
		ann.say("out of order", 3);
		eve.hello("ann", "eve@example.org");
		await aWhile();
		expect([...ann.news(), ...eve.received]).toEqual([]);
		letGo();
		await plume.settle();
		expect(ann.news()).toMatchObject([
			{ type: types.text, text: "on its way" },
			{ type: types.ack, last: 1 },
			{ type: types.refused, code: "isNextInOrder" },
		]);
		expect(eve.received).toMatchObject([{ code: "nameIsTheirs" }]);
		world.check();
	});

	test("a wrong try is answered only when durable, so that a crash can't give it back", async () => {
		const { plume } = world;
		const ann = plume.connect("plume.2");
		ann.hello("ann", "ann@example.org");
		await plume.settle();
		ann.news();
		const letGo = holdSyncs();
		ann.auth("000000");
		await aWhile();
		expect(ann.news()).toEqual([]);
		letGo();
		await plume.settle();
		expect(ann.news()).toMatchObject([
			{ type: types.authRst },
			{ type: types.pending, tries: 4 },
		]);
	});

	test("no code is mailed for a login that a crash could undo", async () => {
		const { plume } = world;
		const letGo = holdSyncs();
		plume.connect().hello("ann", "ann@example.org");
		await aWhile();
		expect(plume.mailer.sent).toEqual([]);
		letGo();
		await plume.settle();
		expect(plume.mailer.sent).toHaveLength(1);
	});
});
