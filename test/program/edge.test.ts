/** What strangers may try at the door of the real server. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { RawClient } from "../../bench/raw-client.ts";
import { MessageType as types } from "../../machines/message.ts";
import { Caller } from "./caller.ts";
import {
	ending,
	filesIn,
	freePort,
	newDataFolder,
	Plume,
	PROGRAM,
	untilItAnswers,
} from "./program.ts";

let plume: Plume;
beforeAll(async () => {
	plume = await Plume.start({
		PLUME_ORIGINS: "https://chat.example.org",
		PLUME_TRUST_PROXY: "127.0.0.1",
		PLUME_LIMIT_HEADER_SECONDS: "1",
	});
});
afterAll(() => plume.stop());

const knock = (headers: Readonly<Record<string, string>>) =>
	RawClient.connect({ port: plume.port, headers }).then(
		(client) => {
			client.drop();
			return "in";
		},
		(error: Error) => error.message,
	);

test.each([
	["none, as from a program", undefined, "in"],
	["of the same host", "http://127.0.0.1:PORT", "in"],
	["that is configured", "https://chat.example.org", "in"],
	["null", "null", "403"],
	["foreign", "https://evil.example", "403"],
	["that only looks alike", "http://127.0.0.1:PORT.evil.example", "403"],
	[
		"that only names us on its way",
		"http://127.0.0.1:PORT@evil.example",
		"403",
	],
	["of the same host with another port", "http://127.0.0.1:1", "403"],
	["with another scheme", "file://127.0.0.1:PORT", "403"],
])("an Origin %s", async (_, origin, outcome) => {
	const value = origin?.replace("PORT", String(plume.port));
	expect(await knock(value ? { Origin: value } : {})).toBe(outcome);
});

test.each([
	["another site's name that means this machine", "evil.example", {}, "403"],
	[
		"that name, by a proxy",
		"evil.example",
		{ "X-Forwarded-For": "1.1.1.1" },
		"in",
	],
	["this machine's name", "localhost:1", {}, "in"],
	["this machine's name in capitals, with a dot", "LOCALHOST.:1", {}, "in"],
	["another of its addresses", "127.8.8.8", {}, "in"],
	["its address of six", "[::1]:1", {}, "in"],
	["a name from PLUME_ORIGINS", "chat.example.org", {}, "in"],
	[
		"a name that only begins as this machine's",
		"localhost.evil.example",
		{},
		"403",
	],
	["no name at all", "a b", {}, "403"],
])("a page of %s asks to connect", async (_, host, headers, outcome) => {
	const Origin = `http://${host}`;
	expect(await knock({ Host: host, Origin, ...headers })).toBe(outcome);
});

test.each([
	["https://chat.example", "chat.example:443"],
	["http://chat.example", "chat.example:80"],
	["https://chat.example", "CHAT.example"],
])("an Origin %s is that of the Host %s", async (Origin, Host) => {
	const proxied = { "X-Forwarded-For": "1.1.1.1" };
	expect(await knock({ Host, Origin, ...proxied })).toBe("in");
});

test("a program that sends no Origin may use any name", async () => {
	expect(await knock({ Host: "evil.example" })).toBe("in");
});

test("sixteen strangers of one network may wait to log in, the next learns when to come again", async () => {
	const from = (network: string) => ({ "X-Forwarded-For": network });
	const waiting = await Promise.all(
		Array.from({ length: 16 }, () =>
			RawClient.connect({ port: plume.port, headers: from("198.51.100.7") }),
		),
	);
	expect(await knock(from("198.51.100.7"))).toBe("503");
	expect(await knock(from("198.51.100.8"))).toBe("in");
	expect(await knock(from("198.51.100.8, 198.51.100.7"))).toBe("503");
	for (const client of waiting) client.drop();
});

test("a wider network has twice the room of the one in it", async () => {
	const from = (network: number, host: number) => ({
		"X-Forwarded-For": `2001:db9:0:${network.toString(16)}::${host + 1}`,
	});
	const wait = (network: number) =>
		Promise.all(
			Array.from({ length: 16 }, (_, host) =>
				RawClient.connect({ port: plume.port, headers: from(network, host) }),
			),
		);
	const first = await wait(0);
	expect(await knock(from(0, 99))).toBe("503");
	const second = await wait(1);
	expect(await knock(from(2, 99))).toBe("503");
	const third = [...(await wait(0x100)), ...(await wait(0x101))];
	expect(await knock(from(0x200, 99))).toBe("503");
	for (const client of [...first, ...second, ...third]) client.drop();
});

test("who is turned away is counted, by rule", async () => {
	const server = await Plume.start({
		PLUME_LIMIT_CONNECTIONS_PER_NETWORK: "1",
	});
	const ask = (headers: Readonly<Record<string, string>> = {}) =>
		RawClient.connect({ port: server.port, headers });
	await expect(ask({ Origin: "null" })).rejects.toThrow("403");
	const inside = await ask();
	await expect(ask()).rejects.toThrow("503");
	const unknown = await fetch(`${server.url}/export`, { method: "POST" });
	expect(unknown.status).toBe(401);
	inside.drop();
	const { stdout } = await server.stop();
	expect(stdout).toContain(
		'"refusals":{"originIsOurs":1,"connectionsAreLeft":1,"sessionIsOpen":1}',
	);
});

test.each([
	["over the limit", 1, Buffer.alloc(65_537, "x"), 1009],
	["that is not UTF-8", 1, Buffer.from([0xff, 0xfe]), 1007],
	["that is binary", 2, Buffer.from("{}"), 1003],
])(
	"a frame %s closes only its own connection",
	async (_, opcode, payload, code) => {
		const client = await RawClient.connect({ port: plume.port });
		client.sendFrame(opcode, payload);
		expect(await client.closed).toBe(code);
		expect(await knock({})).toBe("in");
	},
);

test.each([
	[16, 1007],
	[17, 1008],
])("a message in %i fragments is closed with %i", async (count, code) => {
	const client = await RawClient.connect({ port: plume.port });
	for (let nth = 1; nth <= count; nth++)
		client.sendFrame(nth === 1 ? 1 : 0, Buffer.from([0xff]), nth === count);
	expect(await client.closed).toBe(code);
});

test.each(["//", "///", "http://[", "http://a:99999999/"])(
	"an upgrade of %s is refused on a socket that the server closes, though the stranger keeps it open",
	async (url) => {
		const socket = connect({
			port: plume.port,
			host: "127.0.0.1",
			allowHalfOpen: true,
		});
		socket.write(
			`GET ${url} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n`,
		);
		let answer = "";
		socket.on("data", (chunk) => {
			answer += chunk;
		});
		await once(socket, "end");
		expect(answer).toMatch(/^HTTP\/1\.1 40[04] /);
		// A closed socket answers what is still sent with a reset.
		const closed = new Promise((resolve) => socket.once("error", resolve));
		const sending = setInterval(() => socket.write("x"), 10);
		expect(await closed).toMatchObject({
			code: expect.stringMatching(/EPIPE|ECONNRESET/),
		});
		clearInterval(sending);
		expect(await knock({})).toBe("in");
	},
);

test("headers dripped one byte at a time are cut off with 408", async () => {
	const socket = connect(plume.port, "127.0.0.1");
	const drip = setInterval(() => socket.write("x"), 100);
	socket.write("GET / HTTP/1.1\r\nX: ");
	let answer = "";
	socket.on("error", () => {});
	for await (const chunk of socket) answer += chunk;
	clearInterval(drip);
	expect(answer).toMatch(/^HTTP\/1\.1 408 /);
});

test("a connection that is silent after its upgrade is closed at the deadline", async () => {
	const server = await Plume.start({ PLUME_LIMIT_HELLO_SECONDS: "1" });
	const client = await RawClient.connect({ port: server.port });
	expect(await client.closed).toBe(4005);
	await server.stop();
});

test("the page comes with a policy that lets nothing else in", async () => {
	const page = await fetch(plume.url);
	expect(page.status).toBe(200);
	const policy = page.headers.get("content-security-policy");
	expect(policy).toContain("default-src 'none'");
	expect(policy).not.toContain("unsafe");
	expect(page.headers.get("x-content-type-options")).toBe("nosniff");
	for (const path of ["/static/inspect.js", "/static/plume.css", "/healthz"])
		expect((await fetch(`${plume.url}${path}`)).status).toBe(200);
	for (const path of ["/static/../package.json", "/nothing"])
		expect((await fetch(`${plume.url}${path}`)).status).toBe(404);
});

test("with all file descriptors used up, newcomers fail politely while those inside go on", async () => {
	const small = await Plume.start({ PLUME_LIMITS: "off" }, "ulimit -n 100");
	const ann = await Caller.enter(small, "ann");
	const crowd = await Promise.allSettled(
		Array.from({ length: 100 }, () => RawClient.connect({ port: small.port })),
	);
	const inside = crowd.flatMap((one) =>
		one.status === "fulfilled" ? [one.value] : [],
	);
	expect(inside.length).toBeLessThan(100);
	ann.say("still here");
	await ann.until(({ text }) => text === "still here");
	for (const client of inside) client.drop();
	ann.raw.drop();
	expect((await small.stop()).code).toBe(0);
});

test.each(["/", "/r/garden", "/r/caf%C3%A9", "/sw.js", "/static/inspect.js"])(
	"%s is sent compressed only to clients that accept it",
	async (path) => {
		const get = (encoding: string) =>
			fetch(new URL(path, plume.url), {
				headers: { "Accept-Encoding": encoding },
			});
		const [packed, plain] = [await get("gzip"), await get("identity")];
		expect(packed.headers.get("content-encoding")).toBe("gzip");
		expect(plain.headers.get("content-encoding")).toBeNull();
		expect(packed.headers.get("vary")).toContain("Accept-Encoding");
		expect(await packed.text()).toBe(await plain.text());
	},
);

test.each(["/static/..%2Fpackage.json", "/static/none.js", "/r/a/b", "/r/"])(
	"%s is not there",
	async (path) => {
		const answer = await fetch(new URL(path, plume.url));
		expect(answer.status).toBe(404);
	},
);

test("an edge whose sequencer is not there answers 503, and says why", async () => {
	const port = await freePort();
	const child = spawn(process.execPath, [PROGRAM, "serve"], {
		env: {
			PLUME_DATA: await newDataFolder(),
			PLUME_PORT: `${port}`,
			PLUME_UPSTREAM: "127.0.0.1:1",
			PLUME_SECRET: "s".repeat(32),
		},
	});
	const ended = ending(child);
	for (const path of ["/readyz", "/healthz", "/"]) {
		const answer = await untilItAnswers(() =>
			fetch(`http://127.0.0.1:${port}${path}`),
		);
		expect(answer.status).toBe(503);
		expect(await answer.json()).toEqual({
			ok: false,
			wrong: "the sequencer can't be reached",
		});
	}
	child.kill();
	const { code, stdout } = await ended;
	expect(stdout).toContain("waiting: the sequencer");
	expect(stdout).toContain("stopping");
	expect(code).toBe(0);
});

test("an edge whose copy of the log was deleted gets it anew", async () => {
	const folder = await newDataFolder();
	const at = join(folder, "edges.sock");
	const PLUME_DATA = join(folder, "edge");
	const PLUME_SECRET = "s".repeat(32);
	const sequencer = await Plume.start({ PLUME_SECRET, PLUME_SEQUENCER: at });
	// What is left beside it.
	await mkdir(join(PLUME_DATA, "people"), { recursive: true });
	const settings = { PLUME_SECRET, PLUME_UPSTREAM: at, PLUME_DATA };
	const edge = await Plume.start(settings);
	expect((await edge.stop()).stdout).not.toContain("--accept-missing");
	await sequencer.stop();
});

test("an edge that ended between a text that was gone and the end of its erasure fetches that anew", async () => {
	const folder = await newDataFolder();
	const at = join(folder, "edges.sock");
	const PLUME_DATA = join(folder, "edge");
	const PLUME_SECRET = "s".repeat(32);
	const sequencer = await Plume.start({ PLUME_SECRET, PLUME_SEQUENCER: at });
	const ann = await Caller.enter(sequencer, "ann", { protocol: "plume.2" });
	ann.raw.send({ type: types.text, text: "too much", n: 1, room: "lobby" });
	const line = await ann.until(({ text }) => text === "too much");
	const { room, epoch, offset: target } = line;
	ann.raw.send({ type: types.erase, room, epoch, target, id: "e" });
	await ann.until(({ type, id }) => type === types.erase && id === "e");
	const [name = ""] = await readdir(join(sequencer.data, "log"));
	const log = await readFile(join(sequencer.data, "log", name), "utf8");
	const erasure = log.indexOf('"type":"message.erased"');
	expect(log).not.toContain("too much");
	await mkdir(join(PLUME_DATA, "log"), { recursive: true });
	const copy = join(PLUME_DATA, "log", name);
	await writeFile(copy, log.slice(0, erasure));
	await writeFile(join(PLUME_DATA, "mirror"), "");
	const settings = { PLUME_SECRET, PLUME_UPSTREAM: at, PLUME_DATA };
	const edge = await Plume.start(settings);
	const { stdout } = await edge.stop();
	expect(stdout).toContain("a torn tail was cut off and is fetched anew");
	expect(await readFile(copy, "utf8")).toContain('"type":"message.erased"');
	ann.raw.drop();
	await sequencer.stop();
});

test("an edge that is started where a server has its log leaves it as it is", async () => {
	const PLUME_SECRET = "s".repeat(32);
	const server = await Plume.start({ PLUME_SECRET });
	await server.stop();
	const { data } = server;
	const before = await filesIn(data);
	const other = { PLUME_UPSTREAM: "127.0.0.1:1", PLUME_DATA: data };
	const edge = Plume.start({ PLUME_SECRET, ...other });
	await expect(edge).rejects.toThrow("has a server's own log");
	expect(await filesIn(data)).toEqual(before);
});

test("a copy of a log becomes a server's own only when that is asked for", async () => {
	const folder = await newDataFolder();
	const at = join(folder, "edges.sock");
	const PLUME_DATA = join(folder, "edge");
	const PLUME_SECRET = "s".repeat(32);
	const sequencer = await Plume.start({ PLUME_SECRET, PLUME_SEQUENCER: at });
	const edge = { PLUME_SECRET, PLUME_DATA };
	await (await Plume.start({ ...edge, PLUME_UPSTREAM: at })).stop();
	await sequencer.stop();
	await expect(Plume.start(edge)).rejects.toThrow("PLUME_UPSTREAM");
	const other = { ...edge, PLUME_SECRET: "t".repeat(32) };
	const refused = Plume.start(other, "", ["serve", "--restored"]);
	await expect(refused).rejects.toThrow("another secret");
	// So nobody was told of the gap, and it is not this server's own yet.
	await expect(Plume.start(edge)).rejects.toThrow("PLUME_UPSTREAM");
	await (await Plume.start(edge, "", ["serve", "--restored"])).stop();
	await (await Plume.start(edge)).stop();
});
