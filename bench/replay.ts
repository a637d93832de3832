/** How long a log takes to start from and to replay, beside the least that anyone could do with its lines. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { median } from "./histogram.ts";
import { writeHistory } from "./history.ts";
import type { JobOf } from "./job.ts";
import { onCore, PLUME, ServerProcess } from "./server-process.ts";

/** Almost as many events as are ever behind the newest snapshot. */
const BEHIND = 9900;
/** One start differs from the next by a half: their median tells. */
const STARTS = 5;
const BARE = fileURLToPath(new URL("bare.js", import.meta.url));

export async function measureLog({ events }: JobOf<"log">, folder: string) {
	if (events > 0) await writeHistory(folder, events);
	const rate = async (args: readonly string[]) =>
		events > 0 ? (events / (await run(args))) * 1000 : 0;
	const replayed = await rate([PLUME, "replay", folder, "--verify"]);
	const parsed = await rate([BARE, join(folder, "log")]);
	const parsedAndHashed = await rate([BARE, join(folder, "log"), "hash"]);
	const startMs = await start(folder);
	if (events > 0) await writeHistory(folder, events + BEHIND);
	const crashedMs = await starts(folder, "SIGKILL");
	await start(folder);
	const restartMs = await starts(folder);
	// The starts are medians: the first from the whole log, the others from a snapshot.
	return { startMs, crashedMs, restartMs, replayed, parsed, parsedAndHashed };
}

async function starts(folder: string, end?: "SIGKILL"): Promise<number> {
	const all = [];
	for (let time = 0; time < STARTS; time++) all.push(await start(folder, end));
	return median(all);
}

async function start(folder: string, end?: "SIGKILL"): Promise<number> {
	const from = performance.now();
	const server = await ServerProcess.start("plume", folder);
	const ms = performance.now() - from;
	await server.stop(end);
	return ms;
}

/** Milliseconds that a program takes from its start to its end. */
function run(args: readonly string[]): Promise<number> {
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
