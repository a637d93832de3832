/** A person takes what they said with them, and takes it back, from the real server on a real disk. */

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { MessageType as types } from "../../machines/message.ts";
import { Caller } from "./caller.ts";
import { Plume, run } from "./program.ts";

let plume: Plume;
let ann: Caller;
let bob: Caller;
beforeAll(async () => {
	plume = await Plume.start({ PLUME_LIMITS: "off" });
	ann = await Caller.enter(plume, "ann", { protocol: "plume.2" });
	bob = await Caller.enter(plume, "bob", { protocol: "plume.2" });
	for (let n = 1; n <= 150; n++) ann.say(`ann's line ${n}`);
	bob.say('bob says "hello"\n\u{1f600}');
	await ann.until(({ text }) => text?.startsWith("bob says") === true);
});
afterAll(() => plume.stop());

const ask = (authorization?: string) =>
	fetch(`${plume.url}/export`, {
		method: "POST",
		headers: authorization ? { Authorization: authorization } : {},
	});

const tokenOf = async (caller: Caller) =>
	String((await caller.until(({ type }) => type === types.session)).token);

test("is all that one said, nothing of anyone else's", async () => {
	const answer = await ask(`Bearer ${await tokenOf(bob)}`);
	expect(answer.status).toBe(200);
	expect(answer.headers.get("content-type")).toContain("application/json");
	expect(answer.headers.get("content-disposition")).toContain("attachment");
	expect(answer.headers.get("cache-control")).toBe("no-store");
	const said = bob.received.find(({ text }) => text?.startsWith("bob"));
	if (!said) throw new Error("bob said nothing");
	const { room, epoch, offset, time, text } = said;
	expect(await answer.json()).toEqual({
		format: 1,
		name: "bob",
		messages: [{ room, epoch, offset, time, text }],
	});
});

test("is for one minute enough", async () => {
	const token = await tokenOf(ann);
	const answer = await ask(`Bearer ${token}`);
	const { messages } = JSON.parse(await answer.text());
	expect(messages).toHaveLength(150);
	const again = await ask(`Bearer ${token}`);
	expect(again.status).toBe(429);
	expect(Number(again.headers.get("retry-after"))).toBeGreaterThan(0);
});

test.each([
	["bearer", "cat"],
	["BEARER", "dog"],
	["Bearer ", "eve"],
])("is given to a session whose scheme is written %j", async (scheme, name) => {
	const owner = await Caller.enter(plume, name, { protocol: "plume.2" });
	const answer = await ask(`${scheme} ${await tokenOf(owner)}`);
	expect(answer.status).toBe(200);
	expect(await answer.json()).toMatchObject({ name, messages: [] });
});

test.each([
	["no session", undefined],
	["a session that is nobody's", "Bearer AAAAAAAAAAAAAAAAAAAAAA"],
	["another scheme", "Basic YW5uOmFubg=="],
	["nothing behind the scheme", "Bearer"],
])("is refused with %s", async (_, authorization) => {
	const answer = await ask(authorization);
	expect(answer.status).toBe(401);
	expect(await answer.text()).not.toContain("line");
});

test("history is paged from the disk, without what was erased", async () => {
	const line = await ann.until(({ text }) => text === "ann's line 7");
	const { epoch, offset: target } = line;
	const before = Number(target) + 1;
	const paged = { type: types.history, room: "lobby", epoch, before, limit: 5 };
	bob.raw.send(paged);
	const end = await bob.until(
		({ type, before }) => type === types.history && !!before,
	);
	expect(end).toMatchObject({ done: true, more: true });
	const page = bob.received.slice(bob.received.indexOf(end) - 5, -1);
	expect(page.at(-1)).toMatchObject({ text: "ann's line 7", offset: target });
	ann.raw.send({ type: types.erase, room: "lobby", epoch, target });
	await bob.until(({ kind }) => kind === "erased");
	const folder = join(plume.data, "log");
	for (const name of await readdir(folder)) {
		const text = await readFile(join(folder, name), "utf8");
		expect(text).not.toContain('line 7"');
		expect(text).toContain('line 8"');
	}
	const { code, stdout } = await run(["replay", "--verify", plume.data]);
	expect([code, stdout]).toEqual([0, expect.stringContaining("Verified")]);
});
