/**
 * A log opened at any moment of its past, in a browser, as a person would:
 * how soon there is something to see, how long until all of it is read, how
 * long a random event takes from the slider to the page, and how soon the
 * program answers what else the page asks.
 */
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Page } from "playwright-core";
import type { Question } from "../machines/travel.ts";
import { startChromium } from "../test/browser/chromium.ts";
import { untilWhole } from "../test/browser/whole.ts";
import { quantile } from "./histogram.ts";
import { writeHistory, writeSnapshot } from "./history.ts";
import type { JobOf } from "./job.ts";
import { onCore, PLUME } from "./server-process.ts";

const BEHIND_SNAPSHOT = 10_100;
const SEEKS = 200;
const QUESTIONS = 40;
const LONGEST_MS = 150_000;

/** Pulls the slider to random events, one after another; returns the milliseconds until each was painted. */
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
	{ events, people }: JobOf<"travel">,
	folder: string,
) {
	await writeHistory(folder, events, people);
	await writeSnapshot(folder, events - BEHIND_SNAPSHOT);
	const browser = await startChromium();
	const start = performance.now();
	const child = onCore(0, [PLUME, "replay", folder, "--inspect"]);
	process.once("exit", () => child.kill("SIGKILL"));
	try {
		const link = await new Promise<string>((resolve) => {
			if (child.stdout)
				createInterface({ input: child.stdout }).once("line", resolve);
		});
		const page = await browser.newPage();
		const { usableMs, wholeMs } = await open(page, link, start);
		const answers = await ask(link, events);
		const took = await page.evaluate<number[]>(SEEK);
		const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
		const rssKiB = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0);
		return {
			// From the command to a chart on the page, and until every event can be sought.
			...{ usableMs, wholeMs, answers },
			// From a pull of the slider to the moment on the page, of random events.
			seekP50Ms: quantile(took, 0.5),
			seekP95Ms: quantile(took, 0.95),
			seekMaxMs: Math.max(...took),
			rssMiB: rssKiB / 1024,
		};
	} finally {
		child.kill("SIGINT");
		await browser.close();
	}
}

async function open(page: Page, link: string, start: number) {
	await page.goto(link);
	await page.locator("#chart .active").first().waitFor();
	const usableMs = performance.now() - start;
	await untilWhole(page, LONGEST_MS);
	return { usableMs, wholeMs: performance.now() - start };
}

/** Asks as the page does, over HTTP: the 95th percentile of each question's answer. */
async function ask(link: string, events: number) {
	const { origin, pathname, hash } = new URL(link);
	const authorization = `Bearer ${hash.slice(1)}`;
	const headers = { origin, authorization, "content-type": "application/json" };
	const any = () => 1 + Math.floor(Math.random() * (events - 1));
	const p95 = async (question: () => Question) => {
		const took: number[] = [];
		for (let nth = 0; nth < QUESTIONS; nth++) {
			const body = JSON.stringify(question());
			const start = performance.now();
			const answer = await fetch(`${origin}${pathname}`, {
				...{ method: "POST", headers, body },
			});
			await answer.arrayBuffer();
			if (!answer.ok) throw new Error(`${body} got ${answer.status}`);
			took.push(performance.now() - start);
		}
		return quantile(took, 0.95);
	};
	// No client has this name, so every event is examined.
	const client = "nobody";
	return {
		nextP95Ms: await p95(() => ({ ask: "next", from: 0, back: false, client })),
		marksP95Ms: await p95(() => ({ ask: "marks", parts: 250, client })),
		timeP95Ms: await p95(() => ({ ask: "time", time: any() })),
		compareP95Ms: await p95(() => ({ ask: "compare", from: any(), to: any() })),
		stretchP95Ms: await p95(() => {
			const from = any();
			return { ask: "stretch", from, to: from + 1600 };
		}),
	};
}
