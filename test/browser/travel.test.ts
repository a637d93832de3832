/** The inspector over a day's log, in a browser: seeking, finding, comparing. */
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { liveADay } from "../inspector/day.ts";
import { type Opened, openLog } from "../program/opened.ts";
import { check } from "./axe.ts";
import { startChromium } from "./chromium.ts";
import { phone } from "./stage.ts";
import { untilWhole } from "./whole.ts";

let browser: Browser;
let log: Opened;
const complaints: string[] = [];

beforeAll(async () => {
	const folder = await liveADay();
	[browser, log] = await Promise.all([startChromium(), openLog(folder)]);
});
afterEach(() => expect(complaints.splice(0)).toEqual([]));
afterAll(async () => {
	await browser.close();
	await log.end();
});

/** The page over the log, at its last event, once it reaches back to the first. */
async function open(options = {}): Promise<Page> {
	const page = await browser.newPage(options);
	page.on("console", (message) => complaints.push(message.text()));
	page.on("pageerror", ({ message }) => complaints.push(message));
	await page.goto(log.link);
	await page.locator("#moment").getByText("#539").waitFor();
	await untilWhole(page);
	return page;
}

const at = (page: Page, seq: number) =>
	page.locator("#moment").getByText(`#${seq} `).waitFor();

async function goTo(page: Page, seq: number): Promise<void> {
	await page.getByLabel("Event", { exact: true }).fill(String(seq));
	await page.keyboard.press("Enter");
	await at(page, seq);
}

test("the slider shows any moment, a step from there the next", async () => {
	const page = await open();
	expect(new URL(page.url()).hash).toBe("");
	await page.locator("#scrub").fill("9");
	await at(page, 9);
	const here = page.locator('#rows [aria-current="true"]');
	await here.getByText("#9", { exact: true }).waitFor();
	await page.getByRole("button", { name: "One event on" }).click();
	await at(page, 10);
	await page.getByRole("button", { name: "One event back" }).click();
	await at(page, 9);
	await page.close();
});

test("a reload comes back to the moment", async () => {
	const page = await open();
	await goTo(page, 60);
	await expect.poll(() => new URL(page.url()).hash).toBe("#event=60");
	await page.reload();
	await at(page, 60);
	await page.close();
});

test("nothing is shown that only a running server has", async () => {
	const page = await open();
	for (const id of ["#live", "#rates"])
		expect(await page.locator(id).isVisible()).toBe(false);
	await page.close();
});

test("the beginning is before the first event, where the server stands still", async () => {
	const page = await open();
	await page.locator("#scrub").fill("0");
	await page.getByText("the beginning").waitFor();
	await page.locator("#chosen-state").getByText("stopped").waitFor();
	await page.close();
});

test("going to a time shows the last event before it", async () => {
	const page = await open();
	const time = page.getByLabel("Time", { exact: true });
	await time.fill("2026-01-01T09:00:00");
	await time.press("Enter");
	await expect
		.poll(() => page.locator("#moment").textContent())
		.toMatch(/^#\d+ 9:00:00/);
	await page.close();
});

test("it finds the events of a client, by name, in a room", async () => {
	const page = await open();
	await goTo(page, 1);
	await page.getByLabel("Client").fill("dan");
	await page.keyboard.press("Tab");
	await page.getByRole("button", { name: "Later" }).click();
	const title = page.locator("#chosen-state");
	await title.getByText("awaitingCode").waitFor();
	await page.getByLabel("Room", { exact: true }).selectOption("boats");
	await page.getByRole("button", { name: "Later" }).click();
	await page.getByText(/^none behind #\d+$/).waitFor();
	await page.close();
});

test("what is found too late takes nobody away from where they went meanwhile", async () => {
	const page = await open();
	let answer = () => {};
	const asked = new Promise<void>((resolve) => {
		void page.route("**/replay", async (route) => {
			if (route.request().postDataJSON().ask !== "next")
				return route.continue();
			resolve();
			await new Promise<void>((release) => {
				answer = release;
			});
			await route.continue();
		});
	});
	await page.getByRole("button", { name: "Earlier" }).click();
	await asked;
	await page.locator("#scrub").fill("9");
	await at(page, 9);
	const found = page.waitForResponse("**/replay");
	answer();
	await (await found).finished();
	await page.getByRole("button", { name: "One event on" }).click();
	await at(page, 10);
	await page.close();
});

test("what the program can't answer is not called its end", async () => {
	const page = await open();
	await page.route("**/replay", (route) => route.fulfill({ status: 500 }));
	await page.getByRole("button", { name: "Earlier" }).click();
	await page.getByText("The program could not answer that.").waitFor();
	await page.close();
	complaints.length = 0; // of the status
});

test("two moments are compared: who came, who left, which names changed", async () => {
	const page = await open();
	const difference = page.locator("#difference");
	await goTo(page, 60);
	await page.getByRole("button", { name: "Compare from here" }).click();
	await goTo(page, 539);
	await expect
		.poll(() => difference.innerText())
		.toMatch(
			/^From #60 .* to #539 .*\sCame 2\s+cleo · lobby\s+iris · boats\s+Left 1\s+bob · lobby\s+Names 4\s/s,
		);
	const words = await difference.innerText();
	expect(words).toContain("bob was set free");
	expect(words).toContain("eve was claimed");
	await check({ page }, "two moments compared");
	await page.getByRole("button", { name: "Stop comparing" }).click();
	await difference.waitFor({ state: "hidden" });
	await page.close();
});

test("on a phone all of it is at hand", async () => {
	const page = await open(phone);
	await goTo(page, 200);
	const wide = await page.evaluate("document.documentElement.scrollWidth");
	expect(wide).toBeLessThanOrEqual(phone.viewport.width);
	await page.close();
});
