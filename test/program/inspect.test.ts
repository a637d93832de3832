/** Who may look inside a running server, and that nothing of people comes out there. */
import { get, type IncomingMessage } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import { Caller } from "./caller.ts";
import { Plume } from "./program.ts";

const TOKEN = "canary-token-0123456789";
let plume: Plume;
beforeAll(async () => {
	plume = await Plume.start({ PLUME_LOG: "memory", PLUME_INSPECT: TOKEN });
});
afterAll(() => plume.stop());

interface Knock {
	readonly token?: string;
	readonly origin?: string;
	readonly host?: string;
}

function look({ token = TOKEN, origin = plume.url, host }: Knock = {}) {
	const url = `${plume.url.replace("http", "ws")}/inspect`;
	const headers = host ? { Host: host } : {};
	return new WebSocket(url, ["plume.inspect", token], { origin, headers });
}

function outcome(socket: WebSocket): Promise<string> {
	return new Promise((resolve) => {
		socket.on("open", () => {
			resolve(`in, as ${socket.protocol}`);
			socket.close();
		});
		socket.on("error", ({ message }) => resolve(message.slice(-3)));
	});
}

test.each([
	["the token, from our own page", {}, "in, as plume.inspect"],
	["a wrong token", { token: "canary-token-012345678x" }, "401"],
	["a foreign Origin", { origin: "https://evil.example" }, "403"],
	[
		"a foreign Host that its own page asks by",
		{ host: "evil.example", origin: "http://evil.example" },
		"403",
	],
])("with %s", async (_, knock, expected) => {
	expect(await outcome(look(knock))).toBe(expected);
});

test("the page is there for our own host only, with a token set", async () => {
	const closed = await Plume.start({ PLUME_LOG: "memory" });
	const path = "/inspect";
	expect((await ask(path)).statusCode).toBe(200);
	expect((await ask(path, { host: "evil.example" })).statusCode).toBe(404);
	expect((await ask(path, { at: closed })).statusCode).toBe(404);
	await closed.stop();
});

test("no page may have anything from elsewhere", async () => {
	const policy = async (path: string) =>
		String((await ask(path)).headers["content-security-policy"]);
	const strict = await policy("/");
	expect(strict).toContain("default-src 'none'");
	expect(strict).not.toMatch(/frame-src|http/);
	for (const path of ["/inspect", "/static/inspect.html", "/inspect/else"])
		expect(await policy(path)).toBe(strict);
});

function ask(
	path: string,
	{ at = plume, host }: { at?: Plume; host?: string } = {},
): Promise<IncomingMessage> {
	const headers = { host: host ?? `127.0.0.1:${at.port}` };
	return new Promise((resolve, reject) => {
		get(`${at.url}${path}`, { headers }, (response) =>
			resolve(response.resume()),
		).on("error", reject);
	});
}

test("no name, email, code or text is in the bytes a viewer gets", async () => {
	const socket = look();
	let shown = "";
	let recoverState = () => {};
	socket.on("message", (data) => {
		shown += String(data);
		recoverState();
	});
	const until = async (words: string) => {
		while (!shown.includes(words))
			await new Promise<void>((resolve) => {
				recoverState = resolve;
			});
	};
	await until('"server"');
	const ann = await Caller.enter(plume, "canaryann");
	ann.say("canary text");
	await until("room.open/message.posted/0");
	expect(shown).toContain("client.awaitingCode/login.succeeded/0");
	expect(shown).not.toMatch(/canary/i);
	ann.raw.drop();
	socket.close();
});
