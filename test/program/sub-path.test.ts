/** A server under a path of a site that has other things, too. */
import { connect } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { RawClient } from "../../bench/raw-client.ts";
import { Caller } from "./caller.ts";
import { Plume } from "./program.ts";

const TOKEN = "canary-token-0123456789";

let plume: Plume;
let root = "";
beforeAll(async () => {
	plume = await Plume.start({
		...{ PLUME_BASE: "/chat", PLUME_INSPECT: TOKEN },
		PLUME_ADMINS: "boss@example.org",
	});
	root = new URL(plume.url).origin;
});
afterAll(() => plume.stop());

const get = (path: string) =>
	fetch(`${root}${path}`, {
		headers: { Accept: "text/html" },
		redirect: "manual",
	});
const knock = (path: string) =>
	RawClient.connect({ port: plume.port, path }).then(
		(client) => {
			client.drop();
			return "in";
		},
		(error: Error) => error.message,
	);

test("it names the address that it is at", () => {
	expect(plume.url).toBe(`${root}/chat`);
});

test.each([
	"/chat/",
	"/chat/?from=mail",
	"/chat/r/garden",
	"/chat/inspect",
	"/chat/admin",
	"/chat/sw.js",
	"/chat/static/inspect.js",
	"/chat/healthz",
	"/chat/readyz",
	"/healthz",
	"/readyz",
])("%s is there", async (path) => {
	expect((await get(path)).status).toBe(200);
});

test("without its last slash, the path leads to the page", async () => {
	const answer = await get("/chat");
	expect(answer.status).toBe(308);
	expect(answer.headers.get("location")).toBe("/chat/");
});

test.each(["/", "/r/garden", "/static/inspect.js", "/chatter/", "/inspect"])(
	"%s is not, which is said in words that help with a proxy",
	async (path) => {
		const answer = await get(path);
		expect(answer.status).toBe(404);
		const text = await answer.text();
		expect(text).toContain("Plume is under /chat/ here.");
		expect(text).toContain("must pass the path on unchanged");
		expect(text).toContain('href="/chat/static/plume.css"');
		expect(text).toContain('<a href="/chat/">Go to the lobby</a>');
		expect(answer.headers.get("content-security-policy")).toContain("'none'");
	},
);

test.each(["br", "gzip", "identity"])(
	"the pages find their files, sent as %s",
	async (encoding) => {
		for (const page of ["/chat/r/garden", "/chat/inspect", "/chat/admin"]) {
			const headers = { "Accept-Encoding": encoding };
			const text = await (await fetch(`${root}${page}`, { headers })).text();
			const paths = [...text.matchAll(/(?:href|src)="(\/[^"]*)"/g)];
			expect(paths.length).toBeGreaterThan(2);
			for (const [, path = ""] of paths)
				expect([path, (await get(path)).status]).toEqual([path, 200]);
		}
	},
);

test("a classic client talks there, and nowhere else", async () => {
	const ann = await Caller.enter(plume, "ann", { path: "/chat/connect" });
	ann.say("hello from below");
	await ann.until(({ text }) => text === "hello from below");
	ann.raw.drop();
	expect(await knock("/connect")).toBe("404");
	expect(await knock("/chat/")).toBe("404");
});

test("an export is made there, and nowhere else", async () => {
	const ask = async (path: string) =>
		(await fetch(`${root}${path}`, { method: "POST" })).status;
	expect(await ask("/chat/export")).toBe(401);
	expect(await ask("/export")).toBe(404);
});

test("a proxy may send the whole address", async () => {
	const socket = connect(plume.port, "127.0.0.1");
	socket.write(
		`GET ${root}/chat/readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
	);
	let answer = "";
	for await (const chunk of socket) answer += chunk;
	expect(answer).toMatch(/^HTTP\/1\.1 200 /);
});
