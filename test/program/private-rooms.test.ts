/** The key, the title, the topic and the words of a private room are canaries: they come out nowhere but to its members. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import { MessageType as types } from "../../machines/message.ts";
import { Caller } from "./caller.ts";
import { Plume, run } from "./program.ts";

const TOKEN = "canary-token-0123456789";
const TITLE = "canary-title-4711";
const TOPIC = "canary-topic-4711";
const WORDS = "canary-words-4711";

let plume: Plume;
let boss: Caller;
let ann: Caller;
let canaries: readonly string[];
/** All that an inspector was sent from the beginning. */
let inspected = "";
let inspector: WebSocket;

beforeAll(async () => {
	plume = await Plume.start({
		...{ PLUME_INSPECT: TOKEN, PLUME_METRICS: "127.0.0.1:0" },
		...{ PLUME_ADMINS: "boss@example.org", PLUME_LIMITS: "off" },
	});
	inspector = new WebSocket(
		`${plume.url.replace("http", "ws")}/inspect`,
		["plume.inspect", TOKEN],
		{ origin: plume.url },
	);
	inspector.on("message", (data) => {
		inspected += String(data);
	});
	boss = await Caller.enter(plume, "boss", { protocol: "plume.2" });
	ann = await Caller.enter(plume, "ann", { protocol: "plume.2" });
	ann.raw.send({ type: types.rooms, kind: "make", title: TITLE, id: "made" });
	const { room } = await ann.until(({ id }) => id === "made");
	const { token: session } = await ann.until(
		({ type }) => type === types.session,
	);
	ann.raw.send({ type: types.open, session, room });
	await ann.until(
		(frame) => frame.room === room && frame.type === types.welcome,
	);
	ann.raw.send({ type: types.rooms, kind: "topic", room, text: TOPIC });
	await ann.until(({ kind, text }) => kind === "topic" && text === TOPIC);
	ann.say(WORDS);
	await ann.until(({ text }) => text === WORDS);
	canaries = [`${room}`, TITLE, TOPIC, WORDS];
});
afterAll(async () => {
	inspector.close();
	await plume.stop();
});

function expectNoCanary(text: string): void {
	for (const canary of canaries) expect(text).not.toContain(canary);
}

const sessionOf = async (caller: Caller) =>
	String((await caller.until(({ type }) => type === types.session)).token);

async function post(path: string, args: readonly string[] = []) {
	const answer = await fetch(`${plume.url}${path}`, {
		method: "POST",
		body: JSON.stringify({ args }),
		headers: { Authorization: `Bearer ${await sessionOf(boss)}` },
	});
	return answer.text();
}

test("ann herself is shown all of them", () => {
	for (const canary of canaries)
		expect(JSON.stringify(ann.received)).toContain(canary);
});

test("an admin's page has none, and says how many rooms there are", async () => {
	for (const command of ["who", "status", "names", "bans", "reports"])
		expectNoCanary(await post(`/admin/${command}`));
	const rooms = await post("/admin/rooms");
	expectNoCanary(rooms);
	expect(rooms).toContain("1 not public");
});

test("the operator's commands have none", async () => {
	for (const [command, says] of [
		["who", "boss"],
		["rooms", "lobby"],
		["names", "ann"],
		["status", "version"],
		["reports", "Nothing"],
	] as const) {
		const { stdout } = await run([command], { PLUME_DATA: plume.data });
		expect(stdout).toContain(says);
		expectNoCanary(stdout);
	}
});

test("somebody else's export has none", async () => {
	const text = await post("/export");
	expect(text).toContain('"messages"');
	expectNoCanary(text);
});

test("the inspector is sent none", async () => {
	inspector.send(JSON.stringify({ ask: "shape", id: 1, room: canaries[0] }));
	await expect.poll(() => inspected).toContain("message.posted");
	expectNoCanary(inspected);
});

test("metrics and health have none", async () => {
	const line = plume.lines.find(({ msg }) => msg === "metrics");
	for (const url of [String(line?.url), `${plume.url}/healthz`])
		expectNoCanary(await (await fetch(url)).text());
});

test("the operational log has none", () => {
	expect(plume.lines.length).toBeGreaterThan(0);
	expectNoCanary(JSON.stringify(plume.lines));
});

test("nobody else is sent any", () => {
	expectNoCanary(JSON.stringify(boss.received));
});
