/**
 * The page in a browser: how it scrolls through a long history, and how soon
 * what is typed can be seen while others talk.
 */
import { startChromium } from "../test/browser/chromium.ts";
import { writeHistory } from "./history.ts";
import type { PageMeasured } from "./job.ts";
import { ServerProcess } from "./server-process.ts";
import { speakers } from "./speaker.ts";

const SAID_EVERY_MS = 20;
const TYPED =
	"What one types should be seen at once, whoever talks meanwhile. ";
const SEEN = "What people say";

/** Scrolls up until there is no more, and tells of tasks that took long and of the most rows there were. */
const SCROLL = `new Promise((done) => {
	const room = document.querySelector("#room");
	let longest = 0, rows = 0, still = 0, first = "";
	new PerformanceObserver((list) => {
		for (const { duration } of list.getEntries()) longest = Math.max(longest, duration);
	}).observe({ type: "longtask" });
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

export async function measurePage(
	lines: number,
	folder: string,
): Promise<PageMeasured> {
	await writeHistory(folder, lines);
	const server = await ServerProcess.start("plume", folder);
	const browser = await startChromium();
	try {
		const page = await browser.newPage();
		await page.goto(`http://127.0.0.1:${server.port}/`);
		await page.fill("#name", "reader");
		await page.fill("#email", "reader@example.org");
		await page.click("#enter-submit");
		await page.fill("#code", await server.codeFor("reader"));
		await page.getByText(SEEN).last().waitFor();
		const scrolled = await page.evaluate<Scrolled>(SCROLL);
		await page.click("#latest");
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
		const delays = await page.evaluate<number[]>("window.delays");
		delays.sort((one, other) => one - other);
		return {
			longestTaskMs: scrolled.longest,
			rows: scrolled.rows,
			reachedStart: scrolled.first.includes("entered"),
			paintP50Ms: delays[delays.length >> 1] ?? 0,
			paintMaxMs: delays.at(-1) ?? 0,
		};
	} finally {
		await browser.close();
		await server.stop();
	}
}
