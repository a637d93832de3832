/** People talk while the server is stopped and started again under one socket. */
import { expect } from "vitest";
import { MessageType as types } from "../../machines/message.ts";
import { run } from "../program/program.ts";
import { expectOneStory, Tab } from "../program/tab.ts";
import { passSocket } from "./passed-socket.ts";

export interface Restarts {
	readonly people: number;
	readonly restarts: number;
	/** The pause between two lines, of different people. */
	readonly everyMs: number;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function until(condition: () => boolean): Promise<void> {
	while (!condition()) await pause(10);
}

/** Expects that nobody is refused, everyone resumes and nothing is lost; answers the figures. */
export async function restartUnder({ people, restarts, everyMs }: Restarts) {
	const environment = { PLUME_LIMITS: "off" };
	const { servers } = await passSocket(Array(restarts + 1).fill(environment));
	const [first, ...others] = servers;
	if (!first) throw new Error("no server was prepared");
	let plume = await first.start();
	const { data } = plume;
	const tabs: Tab[] = [];
	for (let i = 0; i < people; i++)
		tabs.push(await Tab.enter(plume, `guest${i}`));
	let said = 0;
	const stops: number[] = [];
	const starts: number[] = [];
	const talking = setInterval(
		() => tabs[said % people]?.say(`line ${said++}`),
		everyMs,
	);
	for (const [index, next] of others.entries()) {
		const before = said;
		await until(() => said >= before + people);
		const began = performance.now();
		expect((await plume.stop()).code).toBe(0);
		stops.push(Math.round(performance.now() - began));
		plume = await next.start();
		starts.push(Math.round(performance.now() - began) - (stops[index] ?? 0));
		await until(() => tabs.every(({ resumes }) => resumes > index));
	}
	clearInterval(talking);
	await until(() => tabs.every((tab) => tab.taken === tab.said.length));
	const [one] = tabs;
	one?.say("the end");
	await until(() =>
		tabs.every((tab) => tab.items.some(({ text }) => text === "the end")),
	);
	for (const tab of tabs) tab.leave();
	await plume.stop();

	expectOneStory(tabs);
	expect(Math.max(...stops)).toBeLessThan(10_000);
	const refused = tabs.flatMap(({ failures }) => failures);
	expect(refused).toEqual([]);
	expect((await run(["replay", "--verify", data])).code).toBe(0);
	const report = JSON.parse((await run(["replay", data, "--json"])).stdout);
	expect(report.rooms[0].messages).toBe(said + 1);
	const seen = one?.items.filter(({ type }) => type === types.text).length;
	const slowest = Math.max(...tabs.map(({ slowestMs }) => slowestMs));
	return `${people} people, ${restarts} restarts: ${said + 1} lines said, ${seen} seen by the first, 0 lost, ${refused.length} refused. Stopped in ${stops.join(", ")} ms, started in ${starts.join(", ")} ms; the slowest was back after ${Math.round(slowest)} ms`;
}
