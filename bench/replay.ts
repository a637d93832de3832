/** How long a log takes to start from and to replay, beside the least that anyone could do with its lines. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { median } from "./histogram.ts";
import { writeHistory } from "./history.ts";
import type { LogMeasured } from "./job.ts";
import { onCore, PLUME, ServerProcess } from "./server-process.ts";

const BETWEEN_SNAPSHOTS = 10_100;
/** One start differs from the next by a half: their median tells. */
const RESTARTS = 5;
const BARE = fileURLToPath(new URL("bare.js", import.meta.url));

export async function measureLog(
	events: number,
	folder: string,
): Promise<LogMeasured> {
	if (events > 0) await writeHistory(folder, events);
	const rate = async (args: readonly string[]) =>
		events > 0 ? (events / (await run(args))) * 1000 : 0;
	const replayed = await rate([PLUME, "replay", folder, "--verify"]);
	const parsed = await rate([BARE, join(folder, "log")]);
	const parsedAndHashed = await rate([BARE, join(folder, "log"), "hash"]);
	const startMs = await start(folder);
	// As a server that has run for a while: two snapshots, and something behind them.
	if (events > 0) await writeHistory(folder, events + BETWEEN_SNAPSHOTS);
	await start(folder);
	const restarts = [];
	for (let time = 0; time < RESTARTS; time++)
		restarts.push(await start(folder));
	const restartMs = median(restarts);
	return { startMs, restartMs, replayed, parsed, parsedAndHashed };
}

async function start(folder: string): Promise<number> {
	const from = performance.now();
	const server = await ServerProcess.start("plume", folder);
	const ms = performance.now() - from;
	await server.stop();
	return ms;
}

/** Milliseconds that a program takes from its start to its end. */
export function run(args: readonly string[]): Promise<number> {
	const from = performance.now();
	const child = onCore(0, args);
	child.stdout?.resume();
	return new Promise((resolve, reject) => {
		child.once("exit", (code) => {
			if (code === 0) resolve(performance.now() - from);
			else reject(new Error(`${args.join(" ")} exited with ${code}`));
		});
	});
}
