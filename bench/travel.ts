/**
 * A log opened at any moment of its past, in a browser, as a person would:
 * how soon there is something to see, how long until all of it is there, and
 * how long a random event takes from the slider to the page.
 */
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { startChromium } from "../test/browser/chromium.ts";
import { untilWhole } from "../test/browser/whole.ts";
import { writeHistory } from "./history.ts";
import type { TravelJob, TravelMeasured } from "./job.ts";
import { onCore, PLUME, ServerProcess } from "./server-process.ts";

const BETWEEN_SNAPSHOTS = 10_100;
const SEEKS = 500;
const LONGEST_MS = 150_000;

/** Pulls the slider to random events, one after another, and tells how long each took until it was painted. */
const SEEK = `(async () => {
	const scrub = document.querySelector("#scrub");
	const shown = document.querySelector("#moment");
	const painted = () => new Promise((done) => requestAnimationFrame(() => {
		const { port1, port2 } = new MessageChannel();
		port1.onmessage = done;
		port2.postMessage(0);
	}));
	const took = [];
	for (let seek = 0; seek < ${SEEKS}; seek++) {
		const seq = 1 + Math.floor(Math.random() * (Number(scrub.max) - 1));
		const start = performance.now();
		scrub.value = String(seq);
		scrub.dispatchEvent(new Event("input"));
		while (!shown.textContent.startsWith("#" + seq + " ")) await painted();
		await painted();
		took.push(performance.now() - start);
	}
	return took;
})()`;

export async function measureTravel(
	{ events, people }: TravelJob,
	folder: string,
): Promise<TravelMeasured> {
	await writeHistory(folder, events - BETWEEN_SNAPSHOTS, people);
	// A server was on it, and left a snapshot, and something behind it.
	const server = await ServerProcess.start("plume", folder);
	await server.stop();
	await writeHistory(folder, events, 1);
	const browser = await startChromium();
	try {
		const page = await browser.newPage();
		const start = performance.now();
		const child = onCore(0, [PLUME, "replay", folder, "--inspect"]);
		process.once("exit", () => child.kill("SIGKILL"));
		const link = await new Promise<string>((resolve) => {
			if (child.stdout)
				createInterface({ input: child.stdout }).once("line", resolve);
		});
		await page.goto(link);
		await page.locator("#chart .active").first().waitFor();
		const usableMs = performance.now() - start;
		await untilWhole(page, LONGEST_MS);
		const wholeMs = performance.now() - start;
		const took = await page.evaluate<number[]>(SEEK);
		took.sort((one, other) => one - other);
		const at = (share: number) => took[Math.floor(share * took.length)] ?? 0;
		const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
		const rssKiB = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0);
		child.kill("SIGINT");
		return {
			...{ usableMs, wholeMs },
			seekP50Ms: at(0.5),
			seekP95Ms: at(0.95),
			seekMaxMs: took.at(-1) ?? 0,
			rssMiB: rssKiB / 1024,
		};
	} finally {
		await browser.close();
	}
}
