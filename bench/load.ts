/** What a room costs whose clients talk, say nothing, or all log in at once. */
import { setTimeout as sleep } from "node:timers/promises";
import { Crowd } from "./crowd.ts";
import { Histogram } from "./histogram.ts";
import type { JobOf } from "./job.ts";
import {
	type Loadable,
	machineCpuUs,
	type ServerProcess,
} from "./server-process.ts";
import { speakers } from "./speaker.ts";

const DRAIN_MS = 3000;
const LATE_MS = 15_000;

export async function load(job: JobOf<"load">, server: Loadable) {
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
	const [served, generated, beside] = [
		after.server - before.server,
		after.generator - before.generator,
		after.beside - before.beside,
	];
	const answer = {
		// Deliveries a second, and whether each client got each message once, all in one order.
		offered: perSecond * clients,
		achieved: (heard / us) * 1e6,
		isComplete: crowd.isComplete(clients),
		cpuUs: served / heard,
		besideUs: beside / heard,
		// How busy the server, the generator and everyone else were, in cores.
		serverLoad: served / us,
		generatorLoad: generated / us,
		othersLoad:
			(after.machine - before.machine - served - generated - beside) / us,
		rssMiB,
		...crowd.latency.quantiles,
	};
	crowd.leave();
	return answer;
}

function counters(server: Loadable) {
	const { user, system } = process.cpuUsage();
	const us = performance.now() * 1000;
	const generator = user + system;
	const { cpuUs, besideUs: beside = 0 } = server;
	return { us, server: cpuUs, beside, generator, machine: machineCpuUs() };
}

export async function idle(job: JobOf<"idle">, server: ServerProcess) {
	const before = server.rssKiB;
	const speaker = speakers[job.contender];
	const crowd = await Crowd.enter(speaker, server, job.clients);
	await sleep(job.seconds * 1000);
	const rssKiBEach = (server.rssKiB - before) / job.clients;
	crowd.leave();
	return { rssKiBEach };
}

export async function logins(job: JobOf<"logins">, server: ServerProcess) {
	const times = new Histogram();
	const { enter } = speakers[job.contender];
	const start = performance.now();
	const all = Array.from({ length: job.clients }, async (_, index) => {
		const client = await enter(server, index);
		times.add((performance.now() - start) * 1000);
		return client;
	});
	const clients = await Promise.all(all);
	const perSecond = (job.clients / (performance.now() - start)) * 1000;
	for (const client of clients) client.drop();
	return { perSecond, ...times.quantiles };
}
