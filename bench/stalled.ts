/**
 * What a client that does not read costs the others: turns of one server are
 * compared, in every other of which one more client stops reading. A second
 * in which the machine did something else would decide over the p99 of a
 * whole turn, so each second has a p99 of its own, and their medians are
 * compared; all of them together are told beside.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { Crowd } from "./crowd.ts";
import { Histogram, median } from "./histogram.ts";
import type { StalledJob, StalledMeasured } from "./job.ts";
import type { ServerProcess } from "./server-process.ts";
import { speakers } from "./speaker.ts";

const SPEAKERS = 200;
const PER_SECOND = 5000;
/** Long enough for the kernel to be full, and the server to close the client. */
const TURN_SECONDS = 8;
const WARM_SECONDS = 10;
const DRAIN_MS = 3000;
const LOOK_MS = 250;

export async function measureStalled(
	{ turns }: StalledJob,
	server: ServerProcess,
): Promise<StalledMeasured> {
	const crowd = await Crowd.enter(speakers.plume, server, SPEAKERS + turns);
	const seconds = 2 * turns * TURN_SECONDS;
	const heard = Array.from({ length: seconds }, () => new Histogram());
	const late = new Histogram();
	const talking = crowd.talk(PER_SECOND, WARM_SECONDS + seconds, SPEAKERS);
	await sleep(WARM_SECONDS * 1000);
	crowd.measure((ms) => heard[Math.floor(ms / 1000)] ?? late);
	const inKernel = mostInKernel(server);
	for (let turn = 0; turn < turns; turn++) {
		await sleep(TURN_SECONDS * 1000);
		const stalling = crowd.clients[SPEAKERS + turn];
		stalling?.pause();
		await sleep(TURN_SECONDS * 1000);
		stalling?.drop();
	}
	await talking;
	const until = performance.now() + DRAIN_MS;
	while (!crowd.isComplete(SPEAKERS) && performance.now() < until)
		await sleep(20);
	crowd.leave();
	const [without, stalling] = [0, 1].map((odd) =>
		heard.filter((_, second) => Math.floor(second / TURN_SECONDS) % 2 === odd),
	);
	return {
		complete: crowd.isComplete(SPEAKERS),
		without: summary(without ?? []),
		stalling: summary(stalling ?? []),
		unsentKiB: server.mostUnsentBytes / 1024,
		inKernelKiB: inKernel() / 1024,
	};
}

function summary(seconds: readonly Histogram[]) {
	const { p50Ms, p99Ms, maxMs } = Histogram.of(seconds).quantiles;
	const p99s = seconds.map(({ quantiles }) => quantiles.p99Ms);
	return { p50Ms, p99Ms, maxMs, secondP99Ms: median(p99s) };
}

/** Looks at what the kernel holds for any one client, until it is asked what the most was. */
function mostInKernel(server: ServerProcess): () => number {
	let most = 0;
	const timer = setInterval(() => {
		most = Math.max(most, server.mostInKernelBytes);
	}, LOOK_MS);
	return () => {
		clearInterval(timer);
		return most;
	};
}
