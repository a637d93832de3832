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
import type { Answer, Idle, IdleJob, Job, LoggedIn, LoginJob } from "./job.ts";
import { load } from "./load.ts";
import { measurePage } from "./page.ts";
import { measureLog } from "./replay.ts";
import { ServerProcess } from "./server-process.ts";
import { speakers } from "./speaker.ts";
import { measureStalled } from "./stalled.ts";
import { measureTravel } from "./travel.ts";

const PROBE = new URL("probe.js", import.meta.url).href;

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
		if (job.kind === "stalled") flags.push("--import", PROBE);
		const server = await ServerProcess.start(job.contender, folder, flags);
		try {
			switch (job.kind) {
				case "load":
					return await load(job, server);
				case "idle":
					return await idle(job, server);
				case "logins":
					return await logins(job, server);
				case "stalled":
					return await measureStalled(job, server);
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
