/** What the command line prints about the log of a conversation. */
import { afterEach, describe, expect, test } from "vitest";
import { assign } from "xstate";
import { clientMachine } from "../../machines/client.ts";
import { roomMachine } from "../../machines/room.ts";
import { parse as parseRehearse } from "../../src/cli/rehearse.ts";
import { machinesOf } from "../../src/engine/machines.ts";
import type { Entry, Stored } from "../../src/log/log.ts";
import { readBatches, segmentsOf } from "../../src/log/reader.ts";
import { Verifier } from "../../src/log/verifier.ts";
import { FakeDisk } from "../fakes/disk.ts";
import { logOf } from "../log/folder.ts";
import { openDesk, plume } from "./desk.ts";

async function storedOn(disk: FakeDisk): Promise<Stored[]> {
	const all: Stored[] = [];
	const sources = await segmentsOf(disk, "data");
	for await (const batch of readBatches(sources, new Verifier()))
		all.push(...batch);
	return all;
}

/** The disk of a log with these entries. */
const diskOf = async (entries: readonly Entry[]) =>
	new FakeDisk((await logOf([entries])).files);

/** Ann mistypes the code, enters, talks, loses the connection and comes back; bob is in another room. */
async function conversation(every = 10_000) {
	const desk = await openDesk({ every });
	const { testServer, clock, disk } = desk;
	const ann = testServer.connect("plume.2");
	ann.hello("ann", "ann@example.org");
	await testServer.settle();
	ann.auth("000000");
	await testServer.settle();
	ann.auth(testServer.mailer.codeFor("ann@example.org"));
	await testServer.settle();
	for (const n of [1, 2, 3]) ann.say("a secret", n, "lobby");
	await testServer.settle();
	ann.hangUp();
	await testServer.settle();
	clock.advance(12_000);
	const back = testServer.connect("plume.2");
	back.open(ann.memory);
	await testServer.settle();
	const bob = testServer.connect("plume.2");
	bob.hello("bob", "bob@example.org", "cats");
	await testServer.settle();
	bob.auth(testServer.mailer.codeFor("bob@example.org"));
	await testServer.settle();
	bob.logOut();
	await testServer.settle();
	const stored = await storedOn(disk);
	const find = (type: string) =>
		stored.find(({ event }) => event.type === type);
	const clients = stored.flatMap(({ event }) =>
		event.type === "login.requested" ? event.client : [],
	);
	const [annId = "", bobId = ""] = clients;
	return { ...desk, ann: back, stored, find, annId, bobId };
}

/** The same log whole, and with another text of one event than its digest names. */
async function withRot() {
	const { disk, find } = await conversation();
	const [[path = "", bytes = Buffer.of()] = []] = disk.files;
	const changed = Buffer.from(bytes);
	changed.write("a sekret", changed.indexOf("a secret"));
	const rotten = new FakeDisk([[path, changed]]);
	return { disk, rotten, seq: find("message.posted")?.seq ?? 0 };
}

const namesEvent = (seq: number) =>
	expect.stringMatching(`is damaged at line .*event ${seq} .*`);

describe("replay", () => {
	test("opens a page over the log with --inspect, and tells where", async () => {
		const { disk } = await conversation();
		let pauses = 0;
		const goOn = async () => ++pauses < 3;
		const { code, lines } = await plume(disk, ["replay", "--inspect"], goOn);
		expect([code, pauses, lines.at(-1)]).toEqual([0, 3, "a page over data"]);
	});

	test.each([
		[["--inspect", "-"], "--inspect takes a data folder or a segment, not -."],
		[["--inspect", "--json"], "--inspect and --json do not go together."],
		[["--inspect", "--to", "3"], "--inspect and --to do not go together."],
	])("refuses %j", async (args, words) => {
		const { code, lines } = await plume(new FakeDisk(), ["replay", ...args]);
		expect([code, lines[0]]).toEqual([2, expect.stringContaining(words)]);
	});

	test("opens no page where there is no log", async () => {
		const args = ["replay", "nowhere", "--inspect"];
		expect((await plume(new FakeDisk(), args)).code).toBe(1);
	});

	test("tells of one room, or of one client, if asked to", async () => {
		const { disk, annId } = await conversation();
		const room = await plume(disk, ["replay", "--json", "--room", "Cats"]);
		expect(JSON.parse(room.lines[0] ?? "").rooms).toMatchObject([
			{ name: "cats", members: [] },
		]);
		const client = ["--client", annId.slice(0, 8)];
		const one = await plume(disk, ["replay", "--json", ...client]);
		expect(JSON.parse(one.lines[0] ?? "").rooms).toMatchObject([
			{ name: "lobby", members: [{ client: annId, name: "ann" }] },
		]);
	});

	test("says so if there is no such room", async () => {
		const { disk } = await conversation();
		const { lines } = await plume(disk, ["replay", "--room", "dogs"]);
		expect(lines.at(-1)).toBe(
			"There is no such room or client at that moment.",
		);
	});

	test("tells of an earlier event without taking damage for a torn tail", async () => {
		const { disk } = await conversation();
		const [[path = "", bytes = Buffer.of()] = []] = disk.files;
		const at = bytes.lastIndexOf("client.entered");
		bytes.write("cliant", at);
		const rotten = new FakeDisk([[path, bytes]]);
		const { code, lines } = await plume(rotten, ["replay", "--to", "2"]);
		expect([code, lines.join()]).toEqual([
			0,
			expect.not.stringMatching(/torn/),
		]);
	});

	test.each([
		[["--to", "N", "--verify"]],
		[["-", "--to", "N", "--verify"]],
		[["-", "--verify"]],
		[["--to", "N"]],
		[["--bisect", "messages:lobby>2"]],
	])(
		"%j finds a text that has rotted before the end it reads to",
		async (args) => {
			const { disk, rotten, seq } = await withRot();
			const asked = args.map((arg) => (arg === "N" ? `${seq + 2}` : arg));
			expect((await plume(disk, ["replay", ...asked])).code).toBe(0);
			const { code, lines } = await plume(rotten, ["replay", ...asked]);
			expect([code, lines.at(-1)]).toEqual([3, namesEvent(seq)]);
			if (args.includes("--verify")) expect(lines).toHaveLength(1);
			else expect(lines.length).toBeGreaterThan(1);
		},
	);

	test("--to looks at no text behind its end", async () => {
		const { rotten, seq } = await withRot();
		const args = ["replay", "--to", `${seq - 1}`, "--verify"];
		expect(await plume(rotten, args)).toMatchObject({ code: 0 });
	});

	test("--to takes a text that was erased later for erased", async () => {
		const { disk, testServer } = await openDesk({ segmentBytes: 2000 });
		const ann = await testServer.enter("ann", "plume.2");
		for (let n = 1; n <= 30; n++) ann.say("a secret", n);
		await testServer.settle();
		const seq = testServer.log.committed - 15;
		ann.eraseAll();
		await testServer.settle();
		const args = ["replay", "--to", `${seq}`, "--verify"];
		const { code, lines } = await plume(disk, args);
		expect([code, lines[0]]).toEqual([
			0,
			expect.stringContaining(`Verified ${seq} events`),
		]);
	});

	test.each([
		["owner:ANN", 0, "login.succeeded"],
		["member:lobby/ann", 0, "client.entered"],
		["messages:lobby>2", 0, "message.posted"],
		["messages:lobby>3", 1, "never holds"],
		["owner:cleo", 1, "never holds"],
		["member:cats/ann", 1, "never holds"],
		["owner:a b", 2, "owner:NAME, member:ROOM/NAME or messages:ROOM>N"],
		["age:ann>3", 2, "owner:NAME, member:ROOM/NAME or messages:ROOM>N"],
	])("--bisect %s ends with %i and says %s", async (what, code, words) => {
		const { disk, stored } = await conversation();
		const { lines, ...ended } = await plume(disk, ["replay", "--bisect", what]);
		expect([ended.code, lines[0]]).toEqual([
			code,
			expect.stringContaining(words),
		]);
		if (code > 0) return;
		const said = stored.filter(({ event }) => event.type === words);
		const { seq = 0 } = said[what.startsWith("messages") ? 2 : 0] ?? {};
		expect(lines[0]).toContain(`event ${seq} on, at 2026-01-01T00:00:00.000Z`);
	});

	test.each([
		[["--follow", "--json"]],
		[["--follow", "--to", "3"]],
		[["--follow", "-"]],
		[["--bisect", "owner:ann", "--room", "lobby"]],
		[["--room", "<b>"]],
	])("%j is a usage error", async (args) => {
		const { code } = await plume(new FakeDisk(), ["replay", ...args]);
		expect(code).toBe(2);
	});
});

describe("checkpoints", () => {
	test("are logged as the server runs, and hold in a replay, from a pipe too", async () => {
		const { disk, find } = await conversation(10);
		expect(find("checkpoint")?.event).toMatchObject({ stateHash: /./ });
		for (const source of ["data", "-"]) {
			const { code, lines } = await plume(disk, ["replay", source, "--verify"]);
			expect([code, lines[0]]).toEqual([
				0,
				expect.stringMatching(/so do [1-9]\d* checkpoints/),
			]);
		}
	});

	test("that vouch for another state are named", async () => {
		const { stored } = await conversation(10);
		const lied = stored.map(({ event, ...rest }) =>
			event.type === "checkpoint"
				? { event: { ...event, stateHash: "another" } }
				: { event, ...rest },
		);
		const at = lied.findIndex(({ event }) => event.type === "checkpoint") + 1;
		const disk = await diskOf(lied);
		const { code, lines } = await plume(disk, ["replay", "--verify"]);
		expect([code, lines[0]]).toEqual([
			3,
			expect.stringContaining(`checkpoint ${at} vouches for another state`),
		]);
	});
});

describe("rehearse", () => {
	const lines: string[] = [];
	afterEach(() => void lines.splice(0));
	const partsOn = (disk: FakeDisk) => {
		const print = (line: string) => lines.push(line);
		const stdin = (async function* () {})();
		const pause = async () => false;
		const show = async () => ({ link: "", close() {} });
		const rest = {
			pause,
			show,
			write: async () => {},
			secret: () => undefined,
			nats: () => {
				throw new Error("no NATS");
			},
			lock: () => {
				throw new Error("it writes nothing");
			},
		};
		return { data: "data", disk, stdin, print, warn: print, ...rest };
	};

	test("finds nothing in a log of its own", async () => {
		const { disk } = await conversation(10);
		const { code, lines } = await plume(disk, ["rehearse"]);
		expect([code, lines]).toEqual([
			0,
			[expect.stringMatching(/^All \d+ events would be taken, and [1-9]/)],
		]);
	});

	test("names the first event that a changed guard decides differently, and goes on", async () => {
		const { disk, find } = await conversation();
		const client = clientMachine.provide({
			guards: { codeIsFresh: ({ context }) => context.tries > 4 },
		});
		const machines = machinesOf({ client });
		expect(await parseRehearse([], machines).run(partsOn(disk))).toBe(3);
		const seq = find("login.succeeded")?.seq;
		expect(lines[0]).toMatch(
			RegExp(`^event ${seq} \\(login.succeeded, .*refused: codeIsFresh$`),
		);
		expect(lines.at(-1)).toMatch(/^[2-9] of \d+ events would be refused/);
		const refusals = () => lines.filter((line) => line.startsWith("event "));
		expect(refusals()).toHaveLength(1);
		expect(lines).toContain("1 × login.succeeded: codeIsFresh");
		const refused = Number(lines.at(-1)?.split(" ")[0]);
		const counts = lines.flatMap((line) => line.match(/^\d+(?= × )/) ?? []);
		expect(counts.length).toBeLessThan(refused);
		expect(counts.reduce((sum, many) => sum + Number(many), 0)).toBe(refused);
		lines.length = 0;
		await parseRehearse(["--all"], machines).run(partsOn(disk));
		expect(refusals()).toHaveLength(refused);
	});

	test("names the first checkpoint that a changed action makes wrong, though nothing is refused", async () => {
		const { disk, find } = await conversation(10);
		const room = roomMachine.provide({
			actions: {
				takeOffset: assign({ offset: ({ context }) => context.offset + 2 }),
			},
		});
		const machines = machinesOf({ room });
		expect(await parseRehearse([], machines).run(partsOn(disk))).toBe(3);
		const seq = find("checkpoint")?.seq;
		expect(lines[0]).toContain(`checkpoint ${seq} vouches for another state`);
		expect(lines[1]).toMatch(/^All \d+ events would be taken\.$/);
	});
});

describe("follow", () => {
	test("tells the last ten, then what is appended, in new segments too, and never what was said", async () => {
		const { disk, testServer } = await openDesk({ segmentBytes: 3000 });
		const ann = await testServer.enter("ann", "plume.2");
		for (let n = 1; n <= 12; n++) ann.say("a secret", n);
		await testServer.settle();
		const heard: string[][] = [];
		let turn = 0;
		const { code, lines } = await plume(
			disk,
			["replay", "--follow"],
			async (lines) => {
				heard.push(lines.slice(heard.flat().length));
				if (++turn === 3) return false;
				for (let n = 1; n <= 20 * turn; n++) ann.say("a secret", turn * 12 + n);
				if (turn === 1) await testServer.enter("bob");
				await testServer.settle();
				return true;
			},
		);
		expect(code).toBe(0);
		expect(heard[0]).toHaveLength(10);
		expect(heard[0]?.at(-1)).toMatch(
			/^2026-01-01T00:00:00.000Z {2}#\d+ {2}message.posted {2}lobby {2}ann {2}[\w-]{22}$/,
		);
		const seqs = lines.map((line) => Number(/#(\d+)/.exec(line)?.[1]));
		const from = seqs[0] ?? 0;
		expect(seqs).toEqual(seqs.map((_, index) => from + index));
		expect(seqs.at(-1)).toBe(testServer.log.committed);
		expect(lines.join()).not.toContain("secret");
		expect([...disk.files.keys()].length).toBeGreaterThan(3);
	});

	test("waits for what is not whole yet, and writes nothing", async () => {
		const { disk } = await conversation();
		const [path = ""] = [...disk.files.keys()];
		const whole = disk.files.get(path) ?? Buffer.of();
		const torn = new FakeDisk([[path, whole.subarray(0, -10)]]);
		const written: string[] = [];
		torn.interrupt = ({ kind }) => {
			if (kind !== "read" && kind !== "list") written.push(kind);
			return undefined;
		};
		let before = 0;
		const { code, lines } = await plume(
			torn,
			["replay", "--follow", "--room", "cats"],
			async (lines) => {
				if (before > 0) return false;
				before = lines.length;
				expect(written).toEqual([]);
				const file = await torn.open(path);
				await file.write(whole, 0);
				return true;
			},
		);
		expect([code, lines.slice(before)]).toEqual([
			0,
			[
				expect.stringContaining("client.left  cats  bob"),
				expect.stringContaining("session.forgotten  cats"),
			],
		]);
	});
});

describe("why", () => {
	test("tells the story of a client", async () => {
		const { disk, annId } = await conversation();
		const { code, lines } = await plume(disk, ["why", annId.slice(0, 10)]);
		const story = lines.map((line) => line.replace(/^.*#\d+ +/, ""));
		expect([code, story]).toEqual([
			0,
			[
				`Client ${annId} is ann, in lobby.`,
				"asked for a code as ann, to enter lobby",
				"mistyped the code",
				"proved to be ann with the right code",
				"came into lobby as ann",
				expect.stringMatching(/^said 3 things in 0 s/),
				"lost the connection; the place is kept for 60 s",
				"came back after 12 s",
			],
		]);
	});

	test("tells what an event was, whose, what it changed, and what stood around it", async () => {
		const { disk, find, bobId } = await conversation();
		const seq = find("client.left")?.seq;
		const { code, lines } = await plume(disk, ["why", String(seq)]);
		expect([code, lines.slice(0, 7)]).toEqual([
			0,
			[
				expect.stringContaining("client.left: left, because it logged out"),
				`  of client ${bobId}, bob`,
				"  client: inRoom.attached → nothing",
				"  inside: 1 → 0",
				"  offset: 1 → 2",
				"just before:",
				expect.stringContaining("came into cats as bob"),
			],
		]);
	});

	test("tells who muted whom, whose name was changed, and whose session ended", async () => {
		const { disk, testServer, clock } = await openDesk();
		await testServer.enter("ann", "plume.2");
		await testServer.operate("mute", "lobby", "ann", "10m");
		clock.advance(1);
		await testServer.operate("rename", "ann", "Anna");
		await testServer.operate("ban", "Anna");
		await testServer.operate("release", "Anna");
		const words: string[] = [];
		for (const { seq } of await storedOn(disk))
			words.push(...(await plume(disk, ["why", `${seq}`])).lines);
		expect(words).toEqual(
			expect.arrayContaining([
				expect.stringMatching(/^ {2}the operator muted ann in lobby until /),
				"  the operator changed the name ann to Anna",
				"  of Anna",
				"  the operator banned Anna",
				"  the operator freed the name Anna",
			]),
		);
	});

	test("names an event whose text has rotted, after what else is known of it", async () => {
		const { rotten, seq } = await withRot();
		const { code, lines } = await plume(rotten, ["why", `${seq}`]);
		expect([code, lines[0], lines.at(-1)]).toEqual([
			3,
			expect.stringContaining("message.posted"),
			namesEvent(seq),
		]);
	});

	test.each([
		[["why"], 2, "id of a client or the number of an event"],
		[["why", "a", "b", "c"], 2, "one LOG"],
		[["why", "nobody"], 1, "replay --follow shows ids"],
		[["why", "999"], 1, "There is no event 999"],
		[["why", "1", "nowhere"], 1, "There is no log"],
	])("%j ends with %i and says %s", async (args, code, words) => {
		const { disk } = await conversation();
		const ended = await plume(disk, args);
		expect([ended.code, ended.lines[0]]).toEqual([
			code,
			expect.stringContaining(words),
		]);
	});

	test("asks for more of an id that several begin with", async () => {
		const { stored } = await conversation();
		const alike = stored.map(({ seq: _, ...entry }) => entry);
		const requested = stored.find(
			({ event }) => event.type === "login.requested",
		);
		if (requested?.event.type !== "login.requested") throw new Error("nobody");
		const { event } = requested;
		const disk = await diskOf([
			...alike,
			{ event: { ...event, client: `${event.client}x` } },
		]);
		const { code, lines } = await plume(disk, ["why", event.client]);
		expect([code, lines[0]]).toEqual([
			1,
			expect.stringContaining(`2 clients begin with ${event.client}`),
		]);
	});
});

test("how often each rule refused is told at the stop, if one did", async () => {
	const logged: object[] = [];
	const report = { info: (fields: object) => logged.push(fields), warn() {} };
	const { testServer } = await openDesk({ report });
	const ann = testServer.connect();
	ann.hello("<b>", "ann@example.org");
	ann.hello("ann", "ann");
	ann.hello("ann", "nor this");
	await testServer.settle();
	await testServer.engine.stop();
	expect(logged).toEqual([{ refusals: { nameIsLegal: 1, emailIsLegal: 2 } }]);
});

test("a report names under each room only the owners who came into it", async () => {
	const { disk } = await conversation();
	const { lines } = await plume(disk, ["replay", "--json"]);
	const { rooms } = JSON.parse(lines[0] ?? "");
	const owners = rooms.map((room: { name: string; owners: string[] }) => [
		room.name,
		room.owners,
	]);
	expect(owners).toHaveLength(2);
	expect(
		new Set(owners.flatMap(([, names]: [string, string[]]) => names)).size,
	).toBe(2);
	for (const [, names] of owners) expect(names).toHaveLength(1);
});

test.each([["replay", "--verify"], ["rehearse"], ["acts"]])(
	"plume %s finds no log in a pipe whose writer failed",
	async (...args) => {
		expect(await plume(new FakeDisk(), [...args, "-"])).toMatchObject({
			code: 1,
			lines: [expect.stringContaining("There is no log in standard input.")],
		});
	},
);

test.each([
	["replay"],
	["replay", "--verify"],
	["rehearse"],
	["acts"],
	["why", "50"],
])(
	"plume %s does not take a later segment alone for a log that is wrong",
	async (...args) => {
		const { disk, testServer } = await openDesk({ segmentBytes: 2000 });
		const ann = await testServer.enter("ann", "plume.2");
		for (let n = 1; n <= 60; n++) {
			ann.say("a line", n);
			await testServer.settle();
		}
		const last = [...disk.files.keys()].findLast((it) => it.includes("/log/"));
		const { code, lines } = await plume(disk, [...args, last ?? ""]);
		expect([code, lines]).toEqual([
			2,
			[expect.stringMatching(/begins with event [1-9]\d+, .* data folder\.$/)],
		]);
	},
);
