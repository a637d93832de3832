/** What people notice when the disk fills or fails, on the real code from edge to log. */
import { beforeEach, expect, test } from "vitest";
import { World } from "./simulation/world.ts";

let world: World;
beforeEach(async () => {
	world = new World();
	await world.start();
});

test.each(["ENOSPC", "EDQUOT", "EROFS"])(
	"%s: nothing is taken, people are told, and it goes on when there is space",
	async (code) => {
		const { house, disk, clock } = world;
		const [ann, bob] = [await house.enter("ann"), await house.enter("bob")];
		disk.interrupt = ({ kind }) => (kind === "write" ? { code } : undefined);
		ann.say("into the full disk");
		await house.settle();
		expect(bob.lines).not.toContain("ann: into the full disk");
		expect(bob.received.at(-1)?.text).toMatch(/disk is full/);
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
		await house.settle();
		expect(ann.lines.slice(-2)).toEqual([
			"ann: into the full disk",
			"bob: left chat",
		]);
		ann.say("and on");
		await house.settle();
		expect(ann.lines.at(-1)).toBe("ann: and on");
		world.check();
	},
);

test.each([
	["EIO", "write"],
	["EIO", "sync"],
	["ENOSPC", "sync"],
])(
	"%s from %s: it stops at once, and nobody saw what was not durable",
	async (code, kind) => {
		const { house, disk } = world;
		const [ann, bob] = [await house.enter("ann"), await house.enter("bob")];
		disk.interrupt = (call) => (call.kind === kind ? { code } : undefined);
		ann.say("lost");
		await house.settle();
		ann.say("never read");
		await house.settle();
		expect(house.fatal?.message).toContain(code);
		expect([...ann.lines, ...bob.lines].join()).not.toMatch(/lost|never read/);
		world.check();
	},
);
