/** What an operator sees and relies on: words, exit codes, a clean stop, a log that replays. */

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, constants, openSync, writeSync } from "node:fs";
import {
	appendFile,
	cp,
	mkdir,
	readdir,
	readFile,
	rename,
	rm,
	writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { transform } from "esbuild";
import { expect, test } from "vitest";
import { MessageType as types } from "../../machines/message.ts";
import { systemClock } from "../../src/clock.ts";
import { realDisk } from "../../src/log/disk.ts";
import { openFileLog } from "../../src/log/file-log.ts";
import { Caller } from "./caller.ts";
import {
	filesIn,
	freePort,
	newDataFolder,
	Plume,
	PROGRAM,
	run,
	untilItAnswers,
	yesterdayUntil,
} from "./program.ts";

async function segmentOf(data: string): Promise<string> {
	const [name = ""] = await readdir(join(data, "log"));
	return join(data, "log", name);
}

async function chatOnce(): Promise<Plume> {
	const plume = await Plume.start();
	const ann = await Caller.enter(plume, "ann");
	ann.say("hello");
	await ann.until(({ text }) => text === "hello");
	const bob = await Caller.enter(plume, "bob");
	await ann.until(({ user }) => user?.name === "bob");
	bob.raw.drop();
	await ann.until(({ text }) => text === "left chat");
	return plume;
}

let endedChat: Promise<string> | undefined;

/** A copy of the data of a server that was stopped after a chat. */
async function chatThatEnded(): Promise<string> {
	endedChat ??= chatOnce().then(async (plume) => {
		await plume.stop();
		return plume.data;
	});
	const data = await newDataFolder();
	await cp(await endedChat, data, { recursive: true });
	return data;
}

test.concurrent.each([
	[["--help"], 0, "plume replay"],
	[["serve", "--help"], 0, "PLUME_LIMIT_CODE_TRIES"],
	[["replay", "--help"], 0, "--verify"],
	[["rehearse", "--help"], 0, "before upgrading"],
	[["why", "--help"], 0, "CLIENT is a client's id"],
	[["--version"], 0, "1."],
	[["sing"], 2, 'no command "sing"'],
	[["serve", "--prot", "1"], 2, "--prot"],
	[["serve", "--port", "x"], 2, "PLUME_PORT"],
	[["--port", "70000"], 2, "PLUME_PORT"],
	[["replay", "--to", "yesterday"], 2, "--to"],
	[["replay", "a", "b"], 2, "one LOG"],
	[["replay", "/nowhere"], 1, "no log"],
	[["replay", "--bisect", "who?"], 2, "owner:NAME"],
	[["why"], 2, "plume: It takes"],
	[["secret", "rotate"], 1, "can't be rotated, so nothing was changed"],
	[["secret", "rotate"], 1, "plume serve --accept-secret"],
	[["secret"], 2, "Say plume secret rotate"],
	[["secret", "--help"], 0, "It changes nothing."],
	// One id in 64 begins with a dash.
	[["why", "-Wg0x3TqLrKZ_a5dEwB1uQ", "/nowhere"], 1, "no log"],
	[["replay", "--client", "-Wg0x3TqLrKZ_a5dEwB1uQ", "/nowhere"], 1, "no log"],
	[["why", "--json"], 2, "--json"],
])("plume %j ends with %i, saying %s", async (args, code, words) => {
	const ended = await run(args);
	expect(ended.code).toBe(code);
	expect(ended.stdout + ended.stderr).toContain(words);
});

test.concurrent.each([
	[{ ENV: "production" }, "MAILGUN_APIKEY"],
	[{ ENV: "production", SMTP_URL: "http://x" }, "SMTP_URL"],
	[{ ENV: "production", MAILGUN_APIKEY: "k" }, "MAILGUN_DOMAIN"],
	[{ ENV: "production", PLUME_LIMITS: "off" }, "PLUME_LIMITS"],
	[{ PLUME_LIMITS: "maybe" }, "PLUME_LIMITS"],
	[{ PLUME_LOG: "tape" }, "PLUME_LOG"],
	[{ PLUME_FSYNC: "maybe" }, "PLUME_FSYNC"],
	[{ PLUME_TRUST_PROXY: "10.0.0.0/99" }, "PLUME_TRUST_PROXY"],
	[{ PLUME_ORIGINS: "example.org" }, "PLUME_ORIGINS"],
	[{ PLUME_ALLOW: "ann" }, "PLUME_ALLOW"],
	[{ PLUME_LIMIT_CODE_TRIES: "0" }, "PLUME_LIMIT_CODE_TRIES"],
	[
		{ MAILGUN_APIKEY: "k", MAILGUN_DOMAIN: "d", MAILGUN_URL: "http://far" },
		"MAILGUN_URL",
	],
])("%j is refused at the start, by name", async (environment, variable) => {
	const ended = await run([], environment);
	expect(ended).toMatchObject({ code: 2, stdout: "" });
	expect(ended.stderr).toContain(variable);
});

test("a second server on the same data folder is refused, naming the first", async () => {
	const first = await Plume.start();
	const second = await run([], { PLUME_DATA: first.data, PLUME_PORT: "0" });
	expect(second.code).toBe(1);
	expect(second.stderr).toContain(String(first.pid));
	await first.stop();
	const third = await Plume.start({ PLUME_DATA: first.data });
	await third.stop();
});

test.each([
	["data", ""],
	["log", "log"],
])(
	"a server whose %s folder is renamed says so before it acknowledges anything more",
	async (_, name) => {
		const plume = await Plume.start();
		const ann = await Caller.enter(plume, "ann");
		const folder = join(plume.data, name);
		await rename(folder, `${plume.data}-away`);
		ann.say("into the void");
		const { code, stdout } = await plume.ended;
		expect(code).toBe(1);
		const last = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
		expect(last).toMatchObject({ level: 60 });
		expect(last).not.toHaveProperty("stack");
		expect(last.error).toMatch(
			new RegExp(`^${folder}.* was removed or replaced`),
		);
		expect(ann.received).not.toContainEqual(
			expect.objectContaining({ text: "into the void" }),
		);
	},
);

test("PLUME_FSYNC=off works, with a warning", async () => {
	const plume = await Plume.start({ PLUME_FSYNC: "off" });
	const ann = await Caller.enter(plume, "ann");
	ann.raw.drop();
	expect((await plume.stop()).stdout).toContain("power cut");
	expect((await run(["replay", plume.data, "--verify"])).code).toBe(0);
});

test.each([
	[{ PLUME_HOST: "nowhere.invalid" }, 2, "PLUME_HOST: nowhere.invalid"],
	[{ PLUME_HOST: "203.0.113.9" }, 1, "PLUME_HOST: 203.0.113.9"],
	[{ PLUME_DATA: process.execPath }, 2, `PLUME_DATA: ${process.execPath}`],
	[{ PLUME_DATA: "/proc/self/task/x" }, 2, "PLUME_DATA: /proc/self/task/x"],
])(
	"a start that the system refuses with %j begins with the variable",
	async (given, code, words) => {
		const ended = await run([], {
			PLUME_DATA: await newDataFolder(),
			...given,
		});
		expect(ended).toMatchObject({
			code,
			stderr: expect.stringContaining(`plume: ${words}`),
		});
	},
);

test("a port that is taken is named with what to do", async () => {
	const first = await Plume.start();
	const second = await run(["--port", String(first.port)], {
		PLUME_DATA: await newDataFolder(),
	});
	expect(second).toMatchObject({
		code: 1,
		stderr: expect.stringMatching(/^plume: PLUME_PORT: .* is in use .*choose/),
	});
	await first.stop();
});

test("a clock a day behind the log is waited for, while healthz says why, until it is set right", async () => {
	const data = await chatThatEnded();
	const healed = join(data, "healed");
	const port = await freePort();
	const starting = Plume.start({
		...{ PLUME_DATA: data, PLUME_PORT: `${port}` },
		NODE_OPTIONS: yesterdayUntil(healed),
	});
	const answer = await untilItAnswers(() =>
		fetch(`http://127.0.0.1:${port}/healthz`),
	);
	expect(answer.status).toBe(503);
	expect(await answer.json()).toMatchObject({
		ok: false,
		wrong: expect.stringContaining("--accept-clock"),
	});
	await writeFile(healed, "");
	const plume = await starting;
	expect((await fetch(`${plume.url}/healthz`)).status).toBe(200);
	expect((await plume.stop()).stdout).toContain("Set the clock right");
});

test("a server of several processes answers why nobody can enter while the one that decides waits for its clock", async () => {
	const data = await chatThatEnded();
	const healed = join(data, "healed");
	const port = await freePort();
	const starting = Plume.start({
		...{ PLUME_DATA: data, PLUME_PORT: `${port}`, PLUME_EDGES: "1" },
		NODE_OPTIONS: yesterdayUntil(healed),
	});
	const answer = await untilItAnswers(() =>
		fetch(`http://127.0.0.1:${port}/healthz`),
	);
	expect(answer.status).toBe(503);
	expect(await answer.json()).toMatchObject({
		wrong: "the sequencer can't be reached",
	});
	await writeFile(healed, "");
	await (await starting).stop();
});

test("a log without its secret is not gone on with", async () => {
	const plume = await Plume.start();
	await plume.stop();
	const { data } = plume;
	const secret = join(data, "secret");
	const was = await readFile(secret, "utf8");
	const env = { PLUME_DATA: data, PLUME_PORT: "0" };
	await rm(secret);
	expect(await run([], env)).toMatchObject({
		code: 2,
		stderr: expect.stringContaining(`${secret} is missing`),
	});
	await rename(join(data, "log"), join(data, "elsewhere"));
	await writeFile(secret, "short");
	expect(await run([], env)).toMatchObject({
		code: 2,
		stderr: expect.stringContaining(`${secret} is too short`),
	});
	await rename(join(data, "elsewhere"), join(data, "log"));
	const warned = await run([], env);
	expect(warned.stdout).toContain(`${secret} is too short`);
	expect(warned).toMatchObject({
		code: 2,
		stderr: expect.stringContaining("--accept-secret"),
	});
	await rm(secret);
	await mkdir(secret);
	expect((await run([], env)).stderr).toContain(`${secret} cannot be read`);
	const credentials = await newDataFolder();
	await mkdir(join(credentials, "PLUME_SECRET"));
	const unreadable = { ...env, CREDENTIALS_DIRECTORY: credentials };
	expect(await run([], unreadable)).toMatchObject({
		code: 2,
		stderr: expect.stringContaining("PLUME_SECRET cannot be read"),
	});
	const given = await Plume.start({ ...env, PLUME_SECRET: was });
	await given.stop();
});

test("an older Node prints which one is needed, by an entry that it can parse", async () => {
	const entry = await readFile(PROGRAM, "utf8");
	await transform(entry, { target: "node14", format: "esm" });
	expect(entry).not.toMatch(/^import /m);
	const older = join(await newDataFolder(), "older.cjs");
	await writeFile(
		older,
		'Object.defineProperty(process, "versions", { value: { node: "18.20.4" } });',
	);
	const ended = await run([], { NODE_OPTIONS: `--require ${older}` });
	expect(ended).toMatchObject({ code: 1, stdout: "" });
	expect(ended.stderr).toMatch(/^plume: .*Node 20\.12.*18\.20\.4.*\n$/);
});

test("SIGHUP is a clean stop, which leaves no lock", async () => {
	const plume = await Plume.start();
	const ann = await Caller.enter(plume, "ann");
	plume.kill("SIGHUP");
	expect((await plume.ended).code).toBe(0);
	expect(await ann.raw.closed).toBe(1001);
	expect(await readdir(plume.data)).not.toContain("lock");
});

test("SIGUSR1 does nothing", async () => {
	const plume = await Plume.start({ NODE_OPTIONS: "--inspect-port=0" });
	const ann = await Caller.enter(plume, "ann");
	plume.kill("SIGUSR1");
	ann.say("still here");
	await ann.until(({ text }) => text === "still here");
	const { code, stderr } = await plume.stop();
	expect([code, stderr]).toEqual([0, ""]);
});

test("a standard output that nobody reads holds up nobody", async () => {
	const data = await newDataFolder();
	const fifo = join(data, "stdout");
	expect(spawnSync("mkfifo", [fifo]).status).toBe(0);
	const { O_RDWR, O_NONBLOCK } = constants;
	const pipe = openSync(fifo, O_RDWR | O_NONBLOCK);
	const port = await freePort();
	const starting = spawn(process.execPath, [PROGRAM], {
		stdio: ["ignore", openSync(fifo, "w"), openSync(fifo, "w")],
		env: { PLUME_DATA: join(data, "data"), PLUME_PORT: `${port}` },
	});
	const ended = once(starting, "exit");
	const healthz = () => fetch(`http://127.0.0.1:${port}/healthz`);
	await untilItAnswers(healthz);
	try {
		for (;;) writeSync(pipe, Buffer.alloc(4096));
	} catch {
		// It is full now.
	}
	for (let count = 0; count < 10; count++) {
		const stranger = await Caller.call(port, { protocol: "plume.2" });
		stranger.raw.send({
			type: types.hello,
			text: `eve${count}\neve${count}@example.org`,
		});
		await stranger.until(({ type }) => type === types.pending);
	}
	expect((await healthz()).status).toBe(200);
	starting.kill("SIGTERM");
	expect(await ended).toEqual([0, null]);
	closeSync(pipe);
});

test("standard output or error on a full disk ends nothing", async () => {
	const port = await freePort();
	const full = openSync("/dev/full", "w");
	const server = spawn(process.execPath, [PROGRAM], {
		stdio: ["ignore", full, full],
		env: { PLUME_DATA: await newDataFolder(), PLUME_PORT: `${port}` },
	});
	const ended = once(server, "exit");
	const ann = await untilItAnswers(() =>
		Caller.call(port, { protocol: "plume.2" }),
	);
	ann.raw.send({ type: types.hello, text: "ann\nann@example.org" });
	await ann.until(({ type }) => type === types.pending);
	server.kill("SIGTERM");
	expect(await ann.raw.closed).toBe(1001);
	expect(await ended).toEqual([0, null]);
});

test.each([["--help"], ["--version"], ["check"]])(
	"plume %s ends with a plain error when nothing can be written",
	(...args) => {
		const full = openSync("/dev/full", "w");
		const { status, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], {
			stdio: ["ignore", full, "pipe"],
			env: { PLUME_LOG: "memory" },
		});
		closeSync(full);
		expect(status).toBe(1);
		expect(`${stderr}`).toMatch(/^plume: .*ENOSPC.*\n$/);
	},
);

test("SIGTERM is a clean stop, after which replay prints what happened", async () => {
	const plume = await chatOnce();
	const caller = await Caller.enter(plume, "cleo");
	const ended = await plume.stop();
	expect(await caller.raw.closed).toBe(1001);
	expect(ended.code).toBe(0);
	const log = await readFile(await segmentOf(plume.data), "utf8");
	const last = JSON.parse(log.trim().split("\n").at(-1) ?? "");
	expect(last.type).toBe("server.stopped");

	const replayed = await run(["replay", plume.data, "--json"]);
	expect(replayed.code).toBe(0);
	const report = JSON.parse(replayed.stdout);
	expect(report).toMatchObject({
		format: 1,
		rooms: [{ name: "lobby", messages: 1, owners: ["ann", "bob", "cleo"] }],
	});
	expect(
		report.rooms[0].members.map(({ name }: { name: string }) => name),
	).toEqual(["ann", "cleo"]);

	const early = await run(["replay", plume.data, "--json", "--to", "1"]);
	expect(JSON.parse(early.stdout)).toMatchObject({ seq: 1, rooms: [] });
	const verified = await run(["replay", "--verify"], {
		PLUME_DATA: plume.data,
	});
	expect(verified.code).toBe(0);

	const again = await Plume.start({ PLUME_DATA: plume.data });
	const beside = await run(["replay", plume.data, "--json"]);
	expect(JSON.parse(beside.stdout).rooms[0].members).toEqual([]);
	await again.stop();
});

test("a flipped bit is named with file, line, offset, seq, by replay as at a start", async () => {
	const data = await chatThatEnded();
	const segment = await segmentOf(data);
	const bytes = await readFile(segment);
	const lines = bytes.toString().split("\n");
	const at = Buffer.byteLength(lines.slice(0, 3).join("\n")) + 40;
	bytes[at] = (bytes[at] ?? 0) ^ 1;
	await writeFile(segment, bytes);
	const verified = await run(["replay", data, "--verify"]);
	expect(verified.code).toBe(3);
	expect(verified.stderr).toContain(segment);
	expect(verified.stderr).toMatch(/line 4 .*byte \d+.*event 3/);
	const started = await run([], { PLUME_DATA: data, PLUME_PORT: "0" });
	expect(started.code).toBe(1);
	expect(started.stderr).toContain(segment);
});

test("an event that no machine allows is named, by replay as at a start, however sound its bytes", async () => {
	const data = await newDataFolder();
	const clock = systemClock();
	const id = "abcdefghijklmnopqrstuv";
	const options = { disk: realDisk, folder: data, clock, ids: () => id };
	const log = await openFileLog(options);
	for await (const _ of log.read());
	log.listen({
		onOrdered() {},
		onCommitted() {},
		onFrozen() {},
		onThawed() {},
		onFatal() {},
	});
	const event = { type: "server.stopped", time: clock.now() } as const;
	log.append([{ event }]);
	await log.close();
	const verified = await run(["replay", data, "--verify"]);
	expect(verified.code).toBe(3);
	expect(verified.stderr).toContain("event 1 is illegal");
	const before = await filesIn(join(data, "log"));
	const started = await run([], {
		...{ PLUME_DATA: data, PLUME_PORT: "0" },
		PLUME_SECRET: "a secret for this log",
	});
	expect(started.code).toBe(1);
	expect(started.stderr).toContain(
		"event 1 is illegal at its place: server.stopped is not legal in the state of the server machine",
	);
	expect(started.stderr).toContain("Start the version that wrote it");
	expect(await filesIn(join(data, "log"))).toEqual(before);
});

test("a torn tail is saved at a start, only warned of by replay", async () => {
	const data = await chatThatEnded();
	await appendFile(await segmentOf(data), '{"level":30,"time":17');
	const replayed = await run(["replay", data, "--verify"]);
	expect(replayed.code).toBe(0);
	expect(replayed.stderr).toContain("torn tail");
	const again = await Plume.start({ PLUME_DATA: data });
	expect((await again.stop()).stdout).toContain("torn tail");
	expect(await readdir(join(data, "torn"))).toHaveLength(1);
	expect((await run(["replay", data, "--verify"])).stderr).toBe("");
});

test("a log beside its running server can be replayed, asked about, followed", async () => {
	const plume = await chatOnce();
	const { data } = plume;
	const follower = spawn(process.execPath, [
		...[PROGRAM, "replay", data, "--follow", "--room", "lobby"],
	]);
	const heard = createInterface({ input: follower.stdout });
	const lines = heard[Symbol.asyncIterator]();
	const until = async (words: string) => {
		for (;;) {
			const { value, done } = await lines.next();
			if (done) throw new Error(`it ended before ${words}`);
			if (value.includes(words)) return value;
		}
	};
	const left = await until("client.left");
	const cleo = await Caller.enter(plume, "cleo");
	await until("client.entered  lobby  cleo");
	follower.kill("SIGINT");
	expect(await once(follower, "exit")).toEqual([0, null]);
	cleo.raw.drop();

	const client = /[\w-]{22}$/.exec(left)?.[0] ?? "";
	const story = await run(["why", client, data]);
	expect(story.stdout).toContain("came into lobby as bob");
	expect(story.stdout).toContain("left, because");
	const answers = await run(["replay", data, "--bisect", "member:lobby/bob"]);
	expect(answers.stdout).toContain("client.entered");
	const rehearsed = await run(["rehearse", data]);
	expect([rehearsed.code, rehearsed.stderr]).toEqual([0, ""]);
	await plume.stop();
});

test("replay reads a segment or standard input", async () => {
	const data = await chatThatEnded();
	const whole = await run(["replay", data, "--json"]);
	const segment = await run(["replay", await segmentOf(data), "--json"]);
	expect(segment.stdout).toBe(whole.stdout);
});

test("a proxy's header without PLUME_TRUST_PROXY is warned of once, by name", async () => {
	const plume = await Plume.start({ PLUME_DATA: await newDataFolder() });
	for (let i = 0; i < 3; i++) {
		const headers = { "X-Forwarded-For": "198.51.100.1" };
		const caller = await Caller.call(plume.port, { headers });
		caller.raw.drop();
	}
	const { stdout } = await plume.stop();
	expect(stdout.match(/set PLUME_TRUST_PROXY/g)).toHaveLength(1);
});

test("the line that says it listens says which server it is", async () => {
	const data = await newDataFolder();
	const plume = await Plume.start({
		PLUME_DATA: data,
		PLUME_ALLOW: "@example.org,ann@example.com",
		PLUME_TRUST_PROXY: "127.0.0.1,10.0.0.0/8",
	});
	const { stdout } = await plume.stop();
	const lines = stdout.split("\n").filter((line) => line.includes("listening"));
	expect(lines.map((line) => JSON.parse(line))).toMatchObject([
		{
			...{ url: plume.url, version: "1.0.0", data, mail: "terminal" },
			...{ events: expect.any(Number), unverified: 0 },
			allow: "1 email, @example.org",
			proxies: "127.0.0.1/32, 10.0.0.0/8",
		},
	]);
	const open = await Plume.start({ PLUME_LOG: "memory" });
	expect((await open.stop()).stdout).toMatch(
		/"data":"memory".*"allow":"everyone","proxies":"none"/,
	);
});
