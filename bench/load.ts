/** A room under load: so many clients, of whom each says its share of so much a second, and what that costs. */
import { setTimeout as sleep } from "node:timers/promises";
import { Crowd } from "./crowd.ts";
import type { Loaded, LoadJob } from "./job.ts";
import { machineCpuUs, type ServerProcess } from "./server-process.ts";
import { speakers } from "./speaker.ts";

const DRAIN_MS = 3000;
const LATE_MS = 15_000;

export async function load(
	job: LoadJob,
	server: ServerProcess,
): Promise<Loaded> {
	const { clients, perSecond, seconds, contender } = job;
	const crowd = await Crowd.enter(speakers[contender], server, clients);
	await sleep(1000);
	// As long again to get warm: compiling what is hot takes seconds of work.
	const talking = crowd.talk(perSecond, 2 * seconds);
	await sleep(seconds * 1000);
	crowd.measure();
	const before = { ...counters(server), heard: crowd.heard };
	await Promise.race([talking, sleep(seconds * 1000 + LATE_MS)]);
	const after = { ...counters(server), heard: crowd.heard };
	const rssMiB = server.rssKiB / 1024;
	const until = performance.now() + DRAIN_MS;
	while (!crowd.isComplete(clients) && performance.now() < until)
		await sleep(20);
	const heard = after.heard - before.heard;
	const us = after.us - before.us;
	const [served, generated] = [
		after.server - before.server,
		after.generator - before.generator,
	];
	const answer = {
		offered: perSecond * clients,
		achieved: (heard / us) * 1e6,
		isComplete: crowd.isComplete(clients),
		cpuUs: served / heard,
		serverLoad: served / us,
		generatorLoad: generated / us,
		othersLoad: (after.machine - before.machine - served - generated) / us,
		rssMiB,
		...crowd.latency.quantiles,
	};
	crowd.leave();
	return answer;
}

function counters(server: ServerProcess) {
	const { user, system } = process.cpuUsage();
	const us = performance.now() * 1000;
	const generator = user + system;
	return { us, server: server.cpuUs, generator, machine: machineCpuUs() };
}
