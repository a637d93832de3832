/** Which part of a log can be shown, and when. */
import { expect, test } from "vitest";
import type { About } from "../../machines/travel.ts";
import { LogTimeline } from "../../src/inspector/log-timeline.ts";
import { segmentsOf } from "../../src/log/reader.ts";
import { openDesk } from "../cli/desk.ts";
import { FakeDisk } from "../fakes/disk.ts";

/** The files of a conversation, with snapshots. */
async function conversation(lines: number, every = 100) {
	const { testServer: plume, disk, clock } = await openDesk({ every });
	const ann = await plume.enter("ann", "plume.2");
	for (let n = 1; n <= lines; n++) {
		clock.advance(10_000);
		ann.say("something", n);
		await plume.settle();
	}
	return new Map(disk.files);
}

/** What `about` returned while the log was read, and in the end. */
async function readOn(files: ReadonlyMap<string, Buffer>) {
	const disk = new FakeDisk([...files]);
	const sources = await segmentsOf(disk, "data");
	const log = new LogTimeline({ disk, sources, folder: "data" });
	const listener: About[] = [];
	let isRead = false;
	const reading = log.load().then(() => {
		isRead = true;
	});
	while (!isRead) {
		listener.push(log.about);
		await new Promise((resolve) => setImmediate(resolve));
	}
	await reading;
	return { listener, about: log.about, log };
}

const segment = "data/log/00000000000000000001.ndjson";

test("what is behind the last snapshot can be seen at once, and all of it in the end", async () => {
	const files = await conversation(900);
	const { listener, about } = await readOn(files);
	const early = listener.find(({ last }) => last === about.last);
	expect(early?.first).toBeGreaterThan(700);
	expect(early?.isWhole).toBe(false);
	expect(about).toMatchObject({ first: 0, isWhole: true, rooms: ["lobby"] });
	expect(about.trouble).toBeUndefined();
});

test("what could be seen once can be seen from then on", async () => {
	const { listener } = await readOn(await conversation(1100, 600));
	const known = listener.findIndex(({ first }) => first > 0);
	const last = listener.slice(known).map((about) => about.last);
	expect(new Set(last).size).toBe(1);
});

test.each(["of another format", "that is no JSON"])(
	"a snapshot %s is left aside, and none is removed",
	async (what) => {
		const files = await conversation(300);
		for (const [path, bytes] of files)
			if (path.includes("snapshot-")) {
				const text = bytes.toString();
				files.set(
					path,
					Buffer.from(
						what === "of another format"
							? text.replace('"format":', '"format":9')
							: text.slice(10),
					),
				);
			}
		const { listener, about } = await readOn(files);
		expect(listener.every(({ first }) => first === 0)).toBe(true);
		expect(about.isWhole).toBe(true);
	},
);

test("a log that has rotted can be looked at up to there, and it is told why no further", async () => {
	const files = await conversation(300);
	const bytes = Buffer.from(files.get(segment) ?? "");
	const at = bytes.indexOf('"seq":150,');
	bytes[at + 7] = "2".charCodeAt(0);
	files.set(segment, bytes);
	const { about, log } = await readOn(files);
	expect(about).toMatchObject({ first: 0, last: 149, isWhole: false });
	expect(about.trouble).toMatch(/is damaged at line \d+.*event 150/);
	const { actors } = await log.timeline.stretch(149, 149);
	expect(actors).toHaveLength(3);
});

test("a torn tail is left out, and that is told", async () => {
	const files = await conversation(20);
	const bytes = files.get(segment) ?? Buffer.alloc(0);
	files.set(segment, bytes.subarray(0, -40));
	const { about } = await readOn(files);
	expect(about.isWhole).toBe(true);
	expect(about.trouble).toMatch(/^A torn tail was left out/);
});
