/** Events of older versions become today's as they are read, while the log stays as it was written. */
import { expect, test, vi } from "vitest";
import type { Fields } from "../../src/log/line.ts";
import { VERSION } from "../../src/version.ts";
import { plume } from "../cli/desk.ts";
import { FakeDisk } from "../fakes/disk.ts";
import { type Crafted, chain, header, logOf, reopen } from "./folder.ts";

/** In this story a room's opening had a `name` once, then an `id`, and is of version 3 now. */
vi.mock("../../src/log/upcasters.ts", () => ({
	upcasters: new Map([
		[
			"room.opened",
			[
				({ name, ...event }: Fields) => ({ ...event, id: name }),
				({ id, ...event }: Fields) => ({ ...event, incarnation: id }),
			],
		],
	]),
}));

const opened = (seq: number, fields: string): Crafted => [
	`"seq":${seq},"batch":[${seq},${seq}],"type":"room.opened",${fields}`,
	"}",
];

const SEGMENT = "data/log/00000000000000000001.ndjson";
const diskOf = (...lines: readonly Crafted[]) =>
	new FakeDisk([[SEGMENT, chain(header(), ...lines)]]);

test("an event of each older version is read as today's", async () => {
	const disk = diskOf(
		opened(1, '"room":"cats","name":"one"'),
		opened(2, '"room":"dogs","id":"two","v":2'),
		opened(3, '"room":"fish","incarnation":"three","v":3'),
	);
	const before = disk.files.get(SEGMENT)?.toString();
	const { stored } = await reopen(disk);
	expect(stored.map(({ event }) => event)).toMatchObject([
		{ type: "room.opened", room: "cats", incarnation: "one" },
		{ type: "room.opened", room: "dogs", incarnation: "two" },
		{ type: "room.opened", room: "fish", incarnation: "three" },
	]);
	expect(disk.files.get(SEGMENT)?.toString()).toBe(before);
	const { code } = await plume(disk, ["replay", "data", "--verify"]);
	expect(code).toBe(0);
});

test("an event is logged with its version, and read back as it was", async () => {
	const fact = { type: "room.opened", time: 1, room: "cats" } as const;
	const event = { ...fact, incarnation: "four" };
	const { files, stored } = await logOf([[{ event }]]);
	expect(files.get(SEGMENT)?.toString()).toContain(
		'"incarnation":"four","v":3',
	);
	expect((await reopen(new FakeDisk(files))).stored).toEqual(stored);
});

test("a version that is not known yet is refused, with the event named", async () => {
	const disk = diskOf(
		opened(1, '"room":"cats","incarnation":"one","v":3'),
		opened(2, '"room":"dogs","flavour":"two","v":4'),
	);
	const words = `event 2, room.opened of version 4, is unknown to ${VERSION}: a newer version logged it`;
	expect((await reopen(disk)).refused?.message).toContain(words);
	const { code, lines } = await plume(disk, ["rehearse", "data"]);
	expect(code).toBe(3);
	expect(lines.join("\n")).toContain(words);
	expect(lines.join("\n")).not.toContain("damaged");
});
