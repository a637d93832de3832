/** Kills the real server with `kill -9` at random moments, while fifty people talk and come back. */

import { expect, test } from "vitest";
import { MessageType as types } from "../../machines/message.ts";
import { newDataFolder, Plume, run } from "./program.ts";
import { expectOneStory, Tab } from "./tab.ts";

const KILLS = Number(process.env.TEST_KILLS ?? process.env.PLUME_KILLS ?? 50);
const PEOPLE = 50;
/** Up to seven lines a second from each, so that more is missed in a restart than is handed over at once. */
const EVERY_MS = 3;
/** So many lines wait for an answer at most, or on a slow machine more would be missed than is ever told. */
const WAITING = 30;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test(`${KILLS} kills: nothing lost, doubled or reordered, and nobody logs in again`, async () => {
	const data = await newDataFolder();
	let plume = await Plume.start({ PLUME_DATA: data, PLUME_LIMITS: "off" });
	const environment = {
		PLUME_DATA: data,
		PLUME_LIMITS: "off",
		PLUME_PORT: String(plume.port),
	};
	const tabs = await Promise.all(
		Array.from({ length: PEOPLE }, (_, i) => Tab.enter(plume, `guest${i}`)),
	);
	let said = 0;
	const talking = setInterval(() => {
		const tab = tabs[Math.floor(Math.random() * PEOPLE)];
		if (tab && tab.said.length - tab.taken < WAITING) tab.say(`line ${said++}`);
	}, EVERY_MS);

	for (let kill = 0; kill < KILLS; kill++) {
		while (!tabs.every(({ resumes }) => resumes >= kill)) await pause(5);
		await pause(Math.random() * 700);
		plume.kill("SIGKILL");
		await plume.ended;
		plume = await Plume.start(environment);
	}
	await pause(500);
	clearInterval(talking);
	const isDone = (tab: Tab) => tab.taken === tab.said.length;
	while (!tabs.every(isDone)) await pause(50);
	const last = tabs[0];
	last?.say("the end");
	const saw = (tab: Tab) => tab.items.some(({ text }) => text === "the end");
	while (!tabs.every(saw)) await pause(50);
	for (const tab of tabs) tab.leave();
	await plume.stop();

	const everything = tabs[0]?.items ?? [];
	expectOneStory(tabs);
	const lines = everything.filter(({ type }) => type === types.text).length;
	const resumes = tabs.reduce((sum, tab) => sum + tab.resumes, 0);
	const verified = await run(["replay", "--verify", data]);
	expect(verified.code).toBe(0);
	const report = JSON.parse((await run(["replay", data, "--json"])).stdout);
	expect(report.rooms[0].messages).toBe(said + 1);
	console.info(
		`${KILLS} kills, ${PEOPLE} people, ${resumes} resumes, ${said + 1} lines said, ${report.rooms[0].messages} in the log, ${lines} seen by the first: 0 lost, 0 doubled, 0 reordered, 0 logins`,
	);
});
