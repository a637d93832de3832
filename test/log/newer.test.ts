/** A log that a newer version wrote is not damaged, and is said to be newer. */
import { expect, test } from "vitest";
import { explained } from "../../src/cli/start-error.ts";
import { WrongCopy } from "../../src/log/evidence.ts";
import { openFileLog } from "../../src/log/file-log.ts";
import { VERSION } from "../../src/version.ts";
import { plume } from "../cli/desk.ts";
import { FakeClock } from "../fakes/clock.ts";
import { FakeDisk } from "../fakes/disk.ts";
import { TestServer } from "../test-server.ts";
import { type Crafted, chain, header, openOn } from "./folder.ts";

const started: Crafted = [
	'"seq":1,"batch":[1,1],"type":"server.started","node":"n","version":"2"',
	"}",
];
const waved: Crafted = [
	'"seq":2,"batch":[2,2],"type":"client.waved","client":"c"',
	"}",
];

const logOf = (...lines: readonly Crafted[]) =>
	new FakeDisk([["data/log/00000000000000000001.ndjson", chain(...lines)]]);

const start = (disk: FakeDisk, environment = {}) => {
	const clock = new FakeClock();
	const ids = () => "abcdefghijklmnopqrstuv";
	const log = openFileLog({ disk, folder: "data", clock, ids });
	return TestServer.open({ log, clock, environment });
};

const words = `event 2 (client.waved) is unknown to ${VERSION}: a newer version logged it`;

test("an event of a newer version ends a start", async () => {
	const disk = logOf(header(), started, waved);
	await expect(start(disk)).rejects.toThrow(words);
});

test.each([
	{ PLUME_LOG: "file", PLUME_UPSTREAM: "/run/edges.sock" },
	{ PLUME_LOG: "nats://localhost/PLUME" },
])(
	"an event of a newer version in a copy, with %o, is fetched anew",
	async (as) => {
		const environment = { PLUME_SECRET: "a secret for tests", ...as };
		const starting = start(logOf(header(), started, waved), environment);
		await expect(starting).rejects.toThrow(
			`${words}. If what it is a copy of has that as well, start the version that wrote it. This is a node's copy of the log`,
		);
		await expect(starting).rejects.toThrow(WrongCopy);
	},
);

test.each([
	["replay", "data"],
	["replay", "data", "--verify"],
	["why", "2", "data"],
])("an event of a newer version is named by plume %s %s", async (...args) => {
	const { code, lines } = await plume(logOf(header(), started, waved), args);
	expect(code).toBe(3);
	expect(lines.join("\n")).toContain(words);
	expect(lines.join("\n")).not.toContain("damaged");
});

test.each([
	["rehearse", "data"],
	["why", "c", "data"],
])(
	"an event of a newer version is in what plume %s %s tells",
	async (...args) => {
		const { lines } = await plume(logOf(header(), started, waved), args);
		expect(lines.join("\n")).toContain(
			`is unknown to ${VERSION}: a newer version logged it`,
		);
	},
);

const restarted: Crafted = [
	'"seq":2,"batch":[2,2],"type":"server.started","v":2,"node":"n"',
	"}",
];

test("what a newer version wrote is not just called damaged by plume cut", async () => {
	const disk = logOf(header(), started, restarted);
	const { lines } = await plume(disk, ["cut", "data", "new"]);
	expect(lines).toContain(
		"Left out: 1 lines that are damaged, or that a newer version wrote.",
	);
});

test.each([
	[false, /The log is sound. Start the version that wrote it.$/],
	[true, /If what it is a copy of has that as well, .* delete the folder log/],
])(
	"a log of a newer version is said to be sound; a mirror (%s) may be had anew",
	async (isMirror, advice) => {
		const disk = logOf(header(), started, restarted);
		const log = openOn(disk, { isMirror }).catch(explained);
		const words = String(await log);
		expect(words).toContain("server.started of version 2, is unknown to");
		expect(words).toMatch(advice);
	},
);

test("a segment of a newer format is not called damaged", async () => {
	const [prefix, tail] = header();
	const disk = logOf([prefix.replace('"format":1', '"format":2'), tail]);
	const refused = /0{19}1\.ndjson cannot be read: its format, 2, is unknown to/;
	await expect(start(disk)).rejects.toThrow(refused);
	const { code, lines } = await plume(disk, ["replay", "data", "--verify"]);
	expect(code).toBe(3);
	expect(lines.join("\n")).toMatch(refused);
	expect(lines.join("\n")).not.toContain("damaged");
});
