/** Two hundred people in one room, on the real server with its real disk. */

import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { RawClient } from "../../bench/raw-client.ts";
import { MessageType as types } from "../../machines/message.ts";
import { gather } from "./crowd.ts";
import { Plume, run } from "./program.ts";

const PEOPLE = 200;

async function poll(condition: () => boolean): Promise<void> {
	while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}

test("two hundred clients talk for ten seconds: everyone gets every message, in one order", async () => {
	const plume = await Plume.start({ PLUME_LIMITS: "off" });
	const crowd = await gather(plume, PEOPLE);
	const { clients } = crowd;
	// A last line tells that nothing of the entering is still on its way.
	let settled = 0;
	for (const client of clients)
		client.onText = (text) => {
			if (text.includes("everyone is here")) settled++;
		};
	clients[0]?.send({ type: types.text, text: "everyone is here" });
	await poll(() => settled === PEOPLE);
	const counts = clients.map(counted);

	const said = await crowd.talk(9, 10);
	expect(said).toBe(PEOPLE * 9 * 10);
	await poll(() => counts.every(({ frames }) => frames >= said));

	expect(new Set(counts.map(({ frames }) => frames))).toEqual(new Set([said]));
	expect(new Set(counts.map(({ order }) => order.digest("hex"))).size).toBe(1);
	crowd.leave();
	expect((await plume.stop()).code).toBe(0);
	expect((await run(["replay", plume.data, "--verify"])).code).toBe(0);
});

test("kill -9 under that load: what anyone received is in a log that verifies", async () => {
	const plume = await Plume.start({ PLUME_LIMITS: "off" });
	const received = new Set<string>();
	const crowd = await gather(plume, PEOPLE, (text) => received.add(text));
	const talking = crowd.talk(9, 10);
	await poll(() => received.size > 4000);
	plume.kill("SIGKILL");
	await plume.ended;
	crowd.stop();
	await talking;

	const again = await Plume.start({ PLUME_DATA: plume.data });
	await again.stop();
	expect((await run(["replay", plume.data, "--verify"])).code).toBe(0);
	const logged = await textsIn(plume.data);
	const seen = Array.from(received, (frame) => JSON.parse(frame)).filter(
		({ type, text }) => type === types.text && text.startsWith("line "),
	);
	expect(seen.length).toBeGreaterThan(1000);
	expect(seen.filter(({ text }) => !logged.has(text))).toEqual([]);
	crowd.leave();
});

/** Counts the text frames of a client from here on, with a hash of them in their order. */
function counted(client: RawClient) {
	const count = { frames: 0, order: createHash("md5") };
	client.onText = (text) => {
		count.frames++;
		count.order.update(text);
	};
	return count;
}

async function textsIn(data: string): Promise<ReadonlySet<string>> {
	const texts = new Set<string>();
	for (const name of await readdir(join(data, "log")))
		for (const line of (await readFile(join(data, "log", name), "utf8")).split(
			"\n",
		))
			if (line) texts.add(JSON.parse(line).text);
	return texts;
}
