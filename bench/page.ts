/**
 * The page in a browser: how soon it can be used on a slow phone, how it
 * scrolls through a long history, and how soon what is typed can be seen while
 * others talk.
 */
import type { Browser, Page } from "playwright-core";
import { startChromium } from "../test/browser/chromium.ts";
import { median } from "./histogram.ts";
import { writeHistory } from "./history.ts";
import type { JobOf } from "./job.ts";
import { ServerProcess } from "./server-process.ts";
import { speakers } from "./speaker.ts";

const SAID_EVERY_MS = 20;
const TYPED = "What one types should be seen at once, while others talk. ";
const SEEN = "What people say";

/** A phone of the slower kind: a quarter of this machine, 1.6 Mbit/s, 150 ms there and back. */
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true };
const CPU_RATE = 4;
const NETWORK = {
	offline: false,
	latency: 150,
	downloadThroughput: 200_000,
	uploadThroughput: 94_000,
};

/** When the form could be typed in, in ms from the start of a first visit. */
const USABLE = `new MutationObserver((_, self) => {
	if (document.querySelector("#enter:not([hidden])") === null) return;
	self.disconnect();
	requestAnimationFrame(() => setTimeout(() => { window.usableMs = performance.now(); }));
}).observe(document, { subtree: true, childList: true, attributes: true });`;

/** Scrolls up until there is no more, and tells of tasks that took long since the first paint, and of the most rows there were. */
const SCROLL = `new Promise((done) => {
	const room = document.querySelector("#room");
	const [{ startTime: painted }] = performance.getEntriesByName("first-contentful-paint");
	let longest = 0, rows = 0, still = 0, first = "";
	new PerformanceObserver((list) => {
		for (const { startTime, duration } of list.getEntries())
			if (startTime > painted) longest = Math.max(longest, duration);
	}).observe({ type: "longtask", buffered: true });
	function turn() {
		rows = Math.max(rows, room.querySelectorAll(".row").length);
		const now = room.querySelector(".row").textContent;
		still = now === first && room.scrollTop === 0 ? still + 1 : 0;
		first = now;
		if (still > 60) return done({ longest, rows, first });
		room.scrollTop -= 1500;
		requestAnimationFrame(turn);
	}
	turn();
})`;

/** From each key to the frame after it. */
const WATCH = `window.delays = [];
document.querySelector("#text").addEventListener("input", ({ timeStamp }) => {
	requestAnimationFrame(() => {
		const { port1, port2 } = new MessageChannel();
		port1.onmessage = () => window.delays.push(performance.now() - timeStamp);
		port2.postMessage(0);
	});
});`;

interface Scrolled {
	readonly longest: number;
	readonly rows: number;
	readonly first: string;
}

async function firstUse(browser: Browser, url: string): Promise<number> {
	const context = await browser.newContext(PHONE);
	const page = await context.newPage();
	const devtools = await context.newCDPSession(page);
	await devtools.send("Network.enable");
	await devtools.send("Network.emulateNetworkConditions", NETWORK);
	await devtools.send("Emulation.setCPUThrottlingRate", { rate: CPU_RATE });
	await page.addInitScript(USABLE);
	await page.goto(url);
	const usable = await page.waitForFunction("window.usableMs");
	const ms = Number(await usable.jsonValue());
	await context.close();
	return ms;
}

async function enter(page: Page, server: ServerProcess): Promise<void> {
	await page.goto(`http://127.0.0.1:${server.port}/`);
	await page.fill("#email", "reader@example.org");
	await page.press("#email", "Enter");
	await page.fill("#code", await server.codeFor("reader"));
	await page.fill("#name", "reader");
	await page.press("#name", "Enter");
	await page.getByText(SEEN).last().waitFor();
}

/** From each key to its paint, in ms, while someone else talks. */
async function type(page: Page, server: ServerProcess): Promise<number[]> {
	const speaker = await speakers.plume.enter(server, 0);
	let said = 0;
	const talk = setInterval(() => {
		said += 1;
		const text = `${SEEN} while one types: ${said}`;
		speaker.sendFrame(1, Buffer.from(speakers.plume.frame(text)));
	}, SAID_EVERY_MS);
	await page.evaluate(WATCH);
	await page.locator("#text").pressSequentially(TYPED, { delay: 80 });
	clearInterval(talk);
	speaker.drop();
	return page.evaluate<number[]>("window.delays");
}

export async function measurePage({ lines }: JobOf<"page">, folder: string) {
	await writeHistory(folder, lines);
	const server = await ServerProcess.start("plume", folder);
	const browser = await startChromium();
	try {
		const usableMs = await firstUse(browser, `http://127.0.0.1:${server.port}`);
		const page = await browser.newPage();
		await enter(page, server);
		const scrolled = await page.evaluate<Scrolled>(SCROLL);
		await page.click("#latest");
		const delays = await type(page, server);
		return {
			usableMs,
			// While scrolling to the first line.
			longestTaskMs: scrolled.longest,
			rows: scrolled.rows,
			reachedStart: scrolled.first.includes("came in"),
			paintP50Ms: median(delays),
			paintMaxMs: Math.max(...delays),
		};
	} finally {
		await browser.close();
		await server.stop();
	}
}
