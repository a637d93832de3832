/**
 * The process that does one measurement: it starts the server, loads it, and
 * prints what it found as one line of JSON. What it is to do is its argument.
 */
import { rm } from "node:fs/promises";
import { newFolder } from "./disk.ts";
import { measureEdges } from "./edges.ts";
import { measureInspector } from "./inspector.ts";
import type { Answer, Job } from "./job.ts";
import { idle, load, logins } from "./load.ts";
import { measurePage } from "./page.ts";
import { measureLog } from "./replay.ts";
import { ServerProcess } from "./server-process.ts";
import { measureStalled } from "./stalled.ts";
import { measureTravel } from "./travel.ts";

const PROBE = new URL("probe.js", import.meta.url).href;

async function measure(job: Job): Promise<Answer> {
	const folder = await newFolder();
	try {
		if (job.kind === "page") return await measurePage(job, folder);
		if (job.kind === "travel") return await measureTravel(job, folder);
		if (job.kind === "edges") return await measureEdges(job, folder);
		if (job.kind === "log") return await measureLog(job, folder);
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
