/**
 * `npm run search-beside -- [LINES]`: what making a search index anew does to
 * the latency of a room with 50,000 deliveries a second, in pairs: with the
 * index whole, and with none at the start.
 */
import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { newFolder } from "./disk.ts";
import { writeHistory } from "./history.ts";
import { load } from "./load.ts";
import { PEOPLE, textOf } from "./search-text.ts";
import { ServerProcess } from "./server-process.ts";

const LINES = Number(process.argv[2] ?? 1_000_000);
const PAIRS = 5;
const JOB = {
	...({ kind: "load", contender: "plume.2" } as const),
	...{ clients: 100, perSecond: 500, seconds: 10 },
};

const folder = await newFolder();
const [search, whole] = [join(folder, "search"), join(folder, "whole")];

/** Runs a server, and waits until its index has all lines. */
async function makeIndex(): Promise<void> {
	const server = await ServerProcess.start("plume.2", folder);
	let before = -1;
	for (let now = server.cpuUs; now - before > 100_000; now = server.cpuUs) {
		before = now;
		await sleep(5000);
	}
	await server.stop();
	await cp(search, whole, { recursive: true });
}

async function measure(isWhole: boolean) {
	await rm(search, { recursive: true, force: true });
	if (isWhole) await cp(whole, search, { recursive: true });
	const server = await ServerProcess.start("plume.2", folder);
	const before = server.cpuUs;
	const answer = await load(JOB, server);
	const cpu = (server.cpuUs - before) / 1e6;
	await server.stop();
	if (!("p99Ms" in answer && answer.isComplete))
		throw new Error("lines missing");
	const { p50Ms, p99Ms } = answer;
	process.stdout.write(
		`${isWhole ? "whole" : "anew "}  p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms, ${cpu.toFixed(1)} s of processor\n`,
	);
	return p99Ms;
}

await writeHistory(folder, LINES, PEOPLE, textOf);
await makeIndex();
const ratios: number[] = [];
for (let pair = 0; pair < PAIRS; pair++) {
	const first = await measure(pair % 2 === 0);
	const second = await measure(pair % 2 !== 0);
	ratios.push(pair % 2 === 0 ? second / first : first / second);
}
ratios.sort((one, other) => one - other);
process.stdout.write(
	`p99 while the index is made, as a share of p99 with it: ${ratios.map((one) => one.toFixed(2)).join(", ")}\n`,
);
await rm(folder, { recursive: true });
process.exit(0);
