/** The search index of a real server: killed while it is made, and after an erasure. */
import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeHistory } from "../../bench/history.ts";
import { LOBBY, MessageType as types } from "../../machines/message.ts";
import type { Received } from "../test-server.ts";
import { Caller } from "./caller.ts";
import { newDataFolder, Plume } from "./program.ts";

const LINES = 10_000;
const KILLS = 3;

const hexOf = (nth: number) =>
	createHash("sha256").update(`${nth}`).digest("hex").slice(0, 20);

const pause = () => new Promise((resolve) => setTimeout(resolve, 5));

let asked = 0;
async function search(caller: Caller, text: string): Promise<Received> {
	for (;;) {
		const id = `search${asked++}`;
		caller.raw.send({ type: types.search, kind: "find", text, id });
		const answer = await caller.until((frame) => frame.id === id);
		if (answer.type === types.search && !answer.behind) return answer;
		await pause();
	}
}

const sizeOf = (path: string) =>
	stat(path).then(
		({ size }) => size,
		() => 0,
	);

test("an index that was killed again and again while it was made finds every line", async () => {
	const data = await newDataFolder();
	await writeHistory(data, LINES);
	const path = join(data, "search/search.db");
	let plume = await Plume.start({ PLUME_DATA: data, PLUME_LIMITS: "off" });
	for (let kill = 0; kill < KILLS; kill++) {
		const before = await sizeOf(path);
		while ((await sizeOf(path)) <= before) await pause();
		plume.kill("SIGKILL");
		await plume.ended;
		plume = await Plume.start({ PLUME_DATA: data, PLUME_LIMITS: "off" });
	}
	const ann = await Caller.enter(plume, "ann", { protocol: "plume.2" });
	for (const nth of [300, LINES / 2, LINES - 1]) {
		const { hits } = await search(ann, `people "mostly ${nth}"`);
		expect(hits).toHaveLength(1);
	}
	expect(await sizeOf(path)).toBeGreaterThan(0);
	ann.raw.drop();
	await plume.stop();
});

test("what was erased is in no file of the index when its author is told", async () => {
	const plume = await Plume.start({ PLUME_LIMITS: "off" });
	const ann = await Caller.enter(plume, "ann", { protocol: "plume.2" });
	// An index stores words without the beginning of the one before.
	const canaries = Array.from({ length: 100 }, (_, nth) => hexOf(nth));
	canaries.forEach((word, nth) => {
		const text = `${word} is a word`;
		ann.raw.send({ type: types.text, text, n: nth + 1, room: LOBBY });
	});
	await ann.until(({ text }) => text === `${canaries.at(-1)} is a word`);
	await search(ann, "word");
	const folder = join(plume.data, "search");
	const countLeft = async () => {
		const names = await readdir(folder, { withFileTypes: true });
		const files = names.filter((entry) => entry.isFile());
		const all = await Promise.all(
			files.map(({ name }) => readFile(join(folder, name), "latin1")),
		);
		const bytes = all.join("");
		return canaries.filter((word) => bytes.includes(word.slice(3))).length;
	};
	expect(await countLeft()).toBeGreaterThan(50);
	const said = ann.received.filter(({ text }) =>
		String(text).endsWith("is a word"),
	);
	for (const { room, epoch, offset: target } of said) {
		const id = `erase${target}`;
		ann.raw.send({ type: types.erase, room, epoch, target, id });
		await ann.until((frame) => frame.id === id);
	}
	expect(await countLeft()).toBe(0);
	ann.raw.drop();
	await plume.stop();
});
