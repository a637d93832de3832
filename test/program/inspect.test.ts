/** Who may look inside a running server, and that nothing of people comes out there. */
import { get } from "node:http";
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

test("the page is there for our own name only, and not at all without a token", async () => {
	const status = (host: string, at = plume) =>
		new Promise((resolve, reject) => {
			get(`${at.url}/inspect`, { headers: { host } }, (response) => {
				response.resume();
				resolve(response.statusCode);
			}).on("error", reject);
		});
	expect(await status(`127.0.0.1:${plume.port}`)).toBe(200);
	expect(await status("evil.example")).toBe(404);
	const closed = await Plume.start({ PLUME_LOG: "memory" });
	expect(await status(`127.0.0.1:${closed.port}`, closed)).toBe(404);
	await closed.stop();
});

test("a name, an email, a code and a text are in none of the bytes a viewer gets", async () => {
	const socket = look();
	let shown = "";
	let wake = () => {};
	socket.on("message", (data) => {
		shown += String(data);
		wake();
	});
	const until = async (words: string) => {
		while (!shown.includes(words))
			await new Promise<void>((resolve) => {
				wake = resolve;
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
