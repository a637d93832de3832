/** Five strangers talk for a while, lose their connections at random, and see the server die. */
import { setTimeout as pause } from "node:timers/promises";
import { expect } from "vitest";
import {
	freePort,
	newDataFolder,
	newestCode,
	Plume,
	run,
} from "../program/program.ts";
import { type Item, Stranger } from "./client.ts";

const NAMES = ["ada", "ben", "cem", "dot", "eva"];
/** Each says a line so often: less than the five a second that one may say. */
const EVERY_MS = 300;
/** Missed by who is away for longer than this many lines: then there is a gap. */
const CATCH_UP_ITEMS = 40;

interface Story {
	readonly seconds: number;
	readonly kills: number;
	/** So many processes serve people; then each of them dies in turn, and the sequencer. */
	readonly edges?: number;
}

const until = async (condition: () => boolean) => {
	while (!condition()) await pause(10);
};

const said = (items: Iterable<Item>) =>
	[...items]
		.filter(({ kind }) => kind === "said")
		.sort((one, other) => one.offset - other.offset);

export async function talkOf({
	seconds,
	kills,
	edges = 0,
}: Story): Promise<string> {
	const environment = {
		PLUME_DATA: await newDataFolder(),
		PLUME_LIMIT_CATCH_UP_ITEMS: String(CATCH_UP_ITEMS),
		PLUME_EDGES: String(edges),
		// The same after all edges were gone at once.
		PLUME_PORT: String(await freePort()),
	};
	let plume = await Plume.start(environment);
	const { url } = plume;
	const people = NAMES.map(
		(name) =>
			new Stranger({
				url,
				name,
				room: "boats",
				readCode: (wrong) => newestCode([plume], name, wrong),
			}),
	);
	await until(() => people.every(({ isIn }) => isIn));

	const lines = people.map((): string[] => []);
	const talking = setInterval(() => {
		for (const [index, person] of people.entries()) {
			const own = lines[index] ?? [];
			const text = `${NAMES[index]} says ${own.length}`;
			own.push(text);
			person.say(text);
		}
	}, EVERY_MS);
	const cutting = setInterval(() => {
		people[Math.floor(Math.random() * people.length)]?.cut();
	}, 700);
	for (let kill = 0; kill < kills; kill++) {
		await pause((seconds * 1000) / (kills + 1));
		if (edges > 0) {
			const nth = kill % (edges + 1);
			const dies = nth === 0 ? "sequencer" : `edge ${nth}`;
			process.kill(await plume.childCalled(dies), "SIGKILL");
			continue;
		}
		plume.kill("SIGKILL");
		await plume.ended;
		plume = await Plume.start(environment);
	}
	await pause((seconds * 1000) / (kills + 1));
	clearInterval(cutting);

	// One stays away until more was said than is caught up with.
	const [first, second] = people;
	if (!first || !second) throw new Error("nobody is there");
	let comeBack = () => {};
	await until(() => first.isIn && second.isIn);
	first.cut(
		new Promise((resolve) => {
			comeBack = resolve;
		}),
	);
	const left = second.offset;
	await until(() => second.offset > left + 2 * CATCH_UP_ITEMS);
	clearInterval(talking);
	comeBack();
	await until(() => people.every(({ isIn, waiting }) => isIn && waiting === 0));

	// What is refused, and what is sent twice.
	const own = lines[1] ?? [];
	second.say("x".repeat(4001));
	second.say("after a line that was too long");
	own.push("after a line that was too long");
	await until(() => second.waiting === 0);
	second.repeat(own[0] ?? "", 1);
	for (let burst = 0; burst < 25; burst++) {
		own.push(`burst ${burst}`);
		second.say(`burst ${burst}`);
	}
	await until(() => second.waiting === 0);

	// Everyone knows everything, from the first line on.
	const everyone = new Set(people);
	for (const person of people) person.say(`the end, says ${person.epoch}`);
	await until(() => people.every(({ waiting }) => waiting === 0));
	const head = () => Math.max(...people.map(({ offset }) => offset));
	await until(() => people.every(({ offset }) => offset === head()));
	await until(() => {
		for (const person of everyone) person.fillHoles();
		return people.every(({ transcript, offset }) => transcript.size === offset);
	});
	for (const person of people) person.leave();
	await plume.stop();

	const order = said(first.transcript.values());
	for (const [index, person] of people.entries()) {
		expect(person.faults).toEqual([]);
		expect(person.counts.logins).toBe(1);
		expect(said(person.transcript.values())).toEqual(order);
		const all = lines[index] ?? [];
		const mine = order.filter(({ text }) => all.includes(text));
		expect(mine.map(({ text }) => text)).toEqual(all);
	}
	expect(first.counts.gaps).toBeGreaterThan(0);
	expect(second.refusals).toContain("textIsShort");
	expect(second.refusals).toContain("isNotTooFast");
	const verified = await run(["replay", "--verify", environment.PLUME_DATA]);
	expect(verified.code).toBe(0);
	const sum = (count: "cuts" | "resumes" | "gaps") =>
		people.reduce((total, { counts }) => total + counts[count], 0);
	return `${order.length} lines by ${people.length} strangers, ${sum("cuts")} cuts, ${sum("resumes")} resumes, ${kills} kills, ${sum("gaps")} gaps: each seen once, in one order`;
}
