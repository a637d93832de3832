/**
 * The process that does one measurement: it starts the server, loads it, and
 * prints what it found as one line of JSON. What it is to do is its argument.
 */
import { rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { Crowd } from "./crowd.ts";
import { newFolder } from "./disk.ts";
import { Histogram } from "./histogram.ts";
import { measureInspector } from "./inspector.ts";
import type {
	Answer,
	Held,
	Idle,
	IdleJob,
	Job,
	Loaded,
	LoadJob,
	LoggedIn,
	LoginJob,
} from "./job.ts";
import { measurePage } from "./page.ts";
import { measureLog } from "./replay.ts";
import { machineCpuUs, ServerProcess } from "./server-process.ts";
import { speakers } from "./speaker.ts";
import { measureTravel } from "./travel.ts";

const WARM_SECONDS = 3;
const DRAIN_MS = 3000;
const LATE_MS = 15_000;
const LOOK_MS = 250;
const PROBE = new URL("probe.js", import.meta.url).href;

async function load(job: LoadJob, server: ServerProcess): Promise<Loaded> {
	const { clients, perSecond, seconds, contender, stalled = 0 } = job;
	const crowd = await Crowd.enter(speakers[contender], server, clients);
	const readers = clients - stalled;
	crowd.stall(stalled);
	await sleep(1000);
	const talking = crowd.talk(perSecond, WARM_SECONDS + seconds);
	await sleep(WARM_SECONDS * 1000);
	crowd.measure();
	const before = { ...counters(server), heard: crowd.heard };
	const held = job.stalled === undefined ? undefined : watch(server);
	await Promise.race([talking, sleep(seconds * 1000 + LATE_MS)]);
	const after = { ...counters(server), heard: crowd.heard };
	const rssMiB = server.rssKiB / 1024;
	const until = performance.now() + DRAIN_MS;
	while (!crowd.isComplete(readers) && performance.now() < until)
		await sleep(20);
	const heard = after.heard - before.heard;
	const us = after.us - before.us;
	const [served, generated] = [
		after.server - before.server,
		after.generator - before.generator,
	];
	const answer = {
		offered: perSecond * readers,
		achieved: (heard / us) * 1e6,
		complete: crowd.isComplete(readers),
		cpuUs: served / heard,
		serverLoad: served / us,
		generatorLoad: generated / us,
		othersLoad: (after.machine - before.machine - served - generated) / us,
		rssMiB,
		...crowd.latency.quantiles,
		...(held && { held: held() }),
	};
	crowd.leave();
	return answer;
}

/** Looks at what the server has, until it is asked what the most was. */
function watch(server: ServerProcess): () => Held {
	let kernel = 0;
	const look = () => {
		kernel = Math.max(kernel, server.mostInKernelBytes);
	};
	const timer = setInterval(look, LOOK_MS);
	return () => {
		clearInterval(timer);
		look();
		return {
			rssMiB: server.peakRssKiB / 1024,
			unsentKiB: server.mostUnsentBytes / 1024,
			inKernelKiB: kernel / 1024,
		};
	};
}

function counters(server: ServerProcess) {
	const { user, system } = process.cpuUsage();
	const us = performance.now() * 1000;
	const generator = user + system;
	return { us, server: server.cpuUs, generator, machine: machineCpuUs() };
}

async function idle(job: IdleJob, server: ServerProcess): Promise<Idle> {
	const before = server.rssKiB;
	const speaker = speakers[job.contender];
	const crowd = await Crowd.enter(speaker, server, job.clients);
	await sleep(job.seconds * 1000);
	const rssKiBEach = (server.rssKiB - before) / job.clients;
	crowd.leave();
	return { rssKiBEach };
}

async function logins(job: LoginJob, server: ServerProcess): Promise<LoggedIn> {
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

async function measure(job: Job): Promise<Answer> {
	const folder = await newFolder();
	try {
		if (job.kind === "page") return await measurePage(job.lines, folder);
		if (job.kind === "travel") return await measureTravel(job, folder);
		if (job.kind === "log") return await measureLog(job.events, folder);
		if (job.kind === "inspector") return await measureInspector(job, folder);
		const [, , , ...flags] = process.argv;
		if ("stalled" in job) flags.push("--import", PROBE);
		const server = await ServerProcess.start(job.contender, folder, flags);
		try {
			switch (job.kind) {
				case "load":
					return await load(job, server);
				case "idle":
					return await idle(job, server);
				case "logins":
					return await logins(job, server);
			}
		} finally {
			await server.stop();
		}
	} finally {
		await rm(folder, { recursive: true });
	}
}

for (const signal of ["SIGTERM", "SIGINT"] as const)
	process.once(signal, () => process.exit(1));
const answer = await measure(JSON.parse(process.argv[2] ?? ""));
process.stdout.write(`${JSON.stringify(answer)}\n`);
process.exit(0);
