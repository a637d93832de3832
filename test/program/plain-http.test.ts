/** What plain HTTP connections may hold, and what a file server is asked. */
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Plume } from "./program.ts";

let plume: Plume;
beforeAll(async () => {
	plume = await Plume.start({ PLUME_LIMIT_HEADER_SECONDS: "2" });
});
afterAll(() => plume.stop());

const GET = "GET /static/emoji.json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";

async function dial(localAddress = "127.0.0.1"): Promise<Socket> {
	const socket = connect({ port: plume.port, host: "127.0.0.1", localAddress });
	socket.on("error", () => {});
	await once(socket, "connect");
	return socket;
}

const descriptors = async () => (await readdir(`/proc/${plume.pid}/fd`)).length;

async function memoryMiB(): Promise<number> {
	const status = await readFile(`/proc/${plume.pid}/status`, "utf8");
	return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

/** All that comes until the other side closes. */
async function restOf(socket: Socket): Promise<string> {
	let text = "";
	for await (const chunk of socket) text += chunk;
	return text;
}

async function fetched(path: string, headers: Record<string, string> = {}) {
	return fetch(new URL(path, plume.url), { headers });
}

test("that a file of another build is missing is not kept by anybody", async () => {
	const answer = await fetched("/static/app-00000000.js");
	expect(answer.status).toBe(404);
	expect(answer.headers.get("cache-control")).toBe("no-store");
});

describe("requests that are sent ahead", () => {
	test("hold no descriptors when nothing of the answers is read", async () => {
		// The worker of the search index has descriptors of its own.
		const index = join(plume.data, "search");
		const indexed = () => readdir(index).catch(() => []);
		await expect.poll(indexed).toContain("search.db");
		const before = await descriptors();
		const sockets = [];
		for (let i = 0; i < 10; i++) {
			const socket = await dial();
			socket.pause();
			socket.write(GET.repeat(1500));
			sockets.push(socket);
		}
		expect((await fetched("/healthz")).status).toBe(200);
		expect(await descriptors()).toBeLessThan(before + 20);
		expect(await memoryMiB()).toBeLessThan(256);
		for (const socket of sockets) socket.resetAndDestroy();
		await expect.poll(descriptors).toBeLessThanOrEqual(before + 1);
		expect((await fetched("/")).status).toBe(200);
	});

	test("are answered up to the second", async () => {
		const socket = await dial();
		const last = GET.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
		socket.write(GET + last);
		const answers = await restOf(socket);
		expect(answers.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
	});

	test("end with the first when there are more than two", async () => {
		const socket = await dial();
		socket.write(GET.repeat(200));
		const answers = await restOf(socket);
		expect(answers.match(/HTTP\/1\.1/g)).toEqual(["HTTP/1.1"]);
	});
});

test("two hundred idle connections from one address keep nobody else out", async () => {
	const dials = Array.from({ length: 200 }, () => dial("127.0.0.9"));
	const idle = await Promise.all(dials);
	const other = await dial("127.0.0.10");
	other.write("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
	expect(await restOf(other)).toContain("200 OK");
	const next = await dial("127.0.0.9");
	const refusal = await restOf(next);
	expect(refusal).toContain("503");
	expect(refusal).toContain("Retry-After: 10");
	for (const socket of idle) socket.destroy();
});

describe("a file is asked for", () => {
	test.each([
		["beyond its end", { Range: "bytes=99999999-" }, 416],
		["by a range that ends before it begins", { Range: "bytes=9-1" }, 416],
		["by words", { Range: "the rest" }, 200],
		["in a unit that nobody knows", { Range: "lines=1-2" }, 200],
		["by several ranges", { Range: "bytes=0-1,4-5" }, 200],
		["by its first bytes", { Range: "bytes=0-9" }, 206],
		["by its last bytes", { Range: "bytes=-10" }, 206],
		["as another copy", { "If-Match": '"another"' }, 412],
		["as any copy", { "If-Match": "*" }, 200],
		[
			"as it was long ago",
			{ "If-Unmodified-Since": "Mon, 01 Jan 2001 00:00:00 GMT" },
			412,
		],
		["as it was at no time", { "If-Unmodified-Since": "once" }, 200],
		[
			"in part, of another copy",
			{ Range: "bytes=0-9", "If-Range": '"another"' },
			200,
		],
	])("%s", async (_, headers, status) => {
		for (const encoding of ["identity", "gzip", "br"]) {
			const answer = await fetched("/", {
				...headers,
				"Accept-Encoding": encoding,
			});
			expect(answer.status).toBe(status);
			await answer.body?.cancel();
		}
	});

	test("part by part, to the same whole", async () => {
		const headers = { "Accept-Encoding": "identity" };
		const whole = await (await fetched("/", headers)).text();
		const first = await fetched("/", { ...headers, Range: "bytes=0-99" });
		const rest = await fetched("/", { ...headers, Range: "bytes=100-" });
		expect(first.headers.get("content-range")).toBe(
			`bytes 0-99/${Buffer.byteLength(whole)}`,
		);
		expect((await first.text()) + (await rest.text())).toBe(whole);
	});

	test("packed as small as the browser can read it", async () => {
		const sizes: number[] = [];
		for (const accepted of ["gzip, deflate, br", "gzip, deflate", "identity"]) {
			const answer = await fetched("/static/emoji.json", {
				"Accept-Encoding": accepted,
			});
			const [first] = accepted.includes("br") ? ["br"] : accepted.split(",");
			const coding = answer.headers.get("content-encoding") ?? "identity";
			expect(coding).toBe(first);
			sizes.push(Number(answer.headers.get("content-length")));
			await answer.body?.cancel();
		}
		expect(sizes).toEqual([...sizes].sort((one, other) => one - other));
	});

	test("again, unchanged", async () => {
		const page = await fetched("/", { "Accept-Encoding": "identity" });
		const tag = page.headers.get("etag");
		const socket = await dial();
		socket.write(
			`GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nIf-None-Match: ${tag}\r\n\r\n`,
		);
		expect(await restOf(socket)).toContain("304 Not Modified");
	});

	test.each([
		"/static/%00",
		"/static/%E0%A4%A",
		"/static/..%2F..%2Fpackage.json",
		"/static/emoji.json.gz",
		"/static/emoji.json.br",
		`/static/${"x".repeat(3000)}`,
		"/static/__proto__",
		"/static/",
	])("under %s, where there is none", async (path) => {
		const socket = await dial();
		socket.write(
			`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`,
		);
		expect(await restOf(socket)).toMatch(/^HTTP\/1\.1 40[04] /);
	});

	test("by HEAD, which gets nothing but headers", async () => {
		const socket = await dial();
		socket.write(
			GET.replace("GET", "HEAD").replace(
				"\r\n\r\n",
				"\r\nConnection: close\r\n\r\n",
			),
		);
		const answer = await restOf(socket);
		expect(answer).toContain("200 OK");
		expect(answer.split("\r\n\r\n")[1]).toBe("");
	});
});

/** Asks without a library that would mend what is asked; answers all that comes. */
async function asked(method: string, path: string, ...headers: string[]) {
	const socket = await dial();
	const host = headers.some((line) => line.startsWith("Host:"));
	const lines = [
		`${method} ${path} HTTP/1.1`,
		...(host ? [] : ["Host: 127.0.0.1"]),
		...headers,
	];
	socket.write(`${lines.join("\r\n")}\r\n\r\n`);
	return restOf(socket);
}

const UPGRADE = ["Connection: Upgrade", "Upgrade: h2c"];
const CLOSE = "Connection: close";

test("an upgrade behind an answer that is not finished ends nothing but its connection", async () => {
	const socket = await dial();
	const upgrade = `\r\n${UPGRADE.join("\r\n")}\r\n\r\n`;
	socket.write(GET + GET.replace("\r\n\r\n", upgrade));
	await restOf(socket).catch(() => {});
	expect((await fetched("/healthz")).status).toBe(200);
});

test.each([
	["GET", "/", "200 OK"],
	["GET", "/r/cats/", "200 OK"],
	["HEAD", "/", "200 OK"],
	["GET", "/healthz", "200 OK"],
	["GET", "/nothing", "404 Not Found"],
	["POST", "/export", "401 Unauthorized"],
	["GET", "/connect", "426 Upgrade Required"],
])(
	"%s %s with an upgrade to what is not spoken here is answered as without",
	async (method, path, status) => {
		expect(await asked(method, path, ...UPGRADE)).toContain(status);
		expect(await asked(method, path, CLOSE)).toContain(status);
	},
);

test.each([
	["POST", "/", "GET, HEAD"],
	["DELETE", "/r/cats", "GET, HEAD"],
	["GET", "/export", "POST"],
])(
	"%s %s is answered with the methods allowed",
	async (method, path, allow) => {
		const answer = await asked(method, path, CLOSE);
		expect(answer).toContain("405 Method Not Allowed");
		expect(answer).toContain(`Allow: ${allow}`);
	},
);

test("an unknown address is a page with words, with a link out", async () => {
	const answer = await asked("GET", "/nowhere", "Accept: text/html", CLOSE);
	expect(answer).toContain("<p>There is nothing here.</p>");
	expect(answer).toContain('href="/"');
});

test.each([
	["de-AT", '<html lang="de" dir="ltr">', "Hier ist nichts."],
	["ar", '<html lang="ar" dir="rtl">', "لا يوجد شيء هنا."],
])("an unknown address is a page in %s", async (tag, html, words) => {
	const language = `Accept-Language: ${tag}`;
	const headers = ["Accept: text/html", language, CLOSE];
	const answer = await asked("GET", "/nowhere", ...headers);
	expect(answer).toContain(html);
	expect(answer).toContain(words);
});

test.each([
	"Host: evil.example",
	"Host: evil.example\r\nX-Forwarded-For: 1.1.1.1",
])("nothing is exported to a page that calls us %j", async (host) => {
	const answer = await asked("POST", "/export", host, CLOSE);
	expect(answer).toContain("403 Forbidden");
});

test("an operator is warned once, at once, what a proxy does wrong", async () => {
	const lines = () => plume.lines.filter(({ level }) => level === 40);
	await asked("GET", "/connect", "Sec-WebSocket-Key: x", CLOSE);
	await asked("GET", "/connect", "Sec-WebSocket-Key: x", CLOSE);
	const websocket = ["Connection: Upgrade", "Upgrade: websocket"];
	const origin = "Origin: https://chat.example.org";
	await asked("GET", "/connect", ...websocket, origin);
	await asked("GET", "/connect", ...websocket, origin, "X-Real-IP: 1.1.1.1");
	await asked("GET", "/connect", ...websocket, origin);
	await expect
		.poll(lines)
		.toMatchObject([
			{ header: "Upgrade" },
			{ variable: "PLUME_ORIGINS", origin: "https://chat.example.org" },
			{ variable: "PLUME_TRUST_PROXY", header: "x-real-ip" },
		]);
});

test("whatever strangers asked, each line of the operational log is JSON", async () => {
	const { stdout, stderr } = await plume.stop();
	expect(stderr).toBe("");
	for (const line of stdout.trim().split("\n"))
		expect(() => JSON.parse(line)).not.toThrow();
});
