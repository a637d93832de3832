/**
 * `npm run shots`: pictures of the page in eight states and of the inspector, of a conversation on
 * the real server, for the README.
 */

import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { afterAll, beforeAll, test } from "vitest";
import { openLog } from "../program/opened.ts";
import { Plume } from "../program/program.ts";
import { liveADay } from "../travel/day.ts";
import { startChromium } from "./chromium.ts";
import { enter, type Person, visit } from "./person.ts";

const TO =
	process.env.SHOTS ?? fileURLToPath(new URL("../../docs/", import.meta.url));
const wide = { viewport: { width: 1280, height: 800 } };
const large = { width: 1440, height: 900 };
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true };
const TOKEN = "a-token-for-the-pictures";
const dark = { colorScheme: "dark" } as const;

let browser: Browser;
let plume: Plume;

beforeAll(async () => {
	await mkdir(TO, { recursive: true });
	browser = await startChromium();
	plume = await Plume.start({ PLUME_INSPECT: TOKEN });
});
afterAll(async () => {
	await browser.close();
	await plume.stop();
});

const shoot = ({ page }: Person, name: string) =>
	page.screenshot({ path: `${TO}/${name}.png`, animations: "disabled" });

const comeIn = (name: string, options: BrowserContextOptions = wide) =>
	enter(browser, plume, name, options);

async function lookInside(name: string, options: BrowserContextOptions) {
	const page = await browser.newPage({ ...options, viewport: large });
	await page.goto(`${plume.url}/inspect#${TOKEN}`);
	await page.getByRole("option", { name: "awaitingCode" }).click();
	return async () => {
		await page.locator('#chart [data-id="client.inRoom"].active').waitFor();
		await page.getByText("message.posted").first().waitFor();
		await page.screenshot({
			path: `${TO}/${name}.png`,
			animations: "disabled",
		});
	};
}

test("what the inspector looks like", async () => {
	const finn = await comeIn("finn");
	await finn.says("Anyone up already?");
	const gus = await visit(browser, plume, "gus", wide);
	const code = await gus.getsACode();
	const shots = await Promise.all([
		lookInside("inspect", {}),
		lookInside("inspect-dark", dark),
	]);
	await gus.types(code === "AAAAAA" ? "BBBBBB" : "AAAAAA");
	await gus.page.getByText("4 tries and").waitFor();
	await gus.types(code);
	await gus.isInside();
	await gus.says("Me! Just mistyped my code.");
	await finn.reads("mistyped");
	for (const shot of shots) await shot();
});

test("what a log looks like that is opened", async () => {
	const { link, end } = await openLog(await liveADay());
	const page = await browser.newPage({ viewport: large });
	await page.goto(link);
	await page.locator("#moment").getByText("#539 ").waitFor();
	await page.locator("#scrub").fill("120");
	await page.locator("#moment").getByText("#120 ").waitFor();
	await page.getByRole("button", { name: "Compare from here" }).click();
	await page.locator("#scrub").fill("500");
	await page.locator("#moment").getByText("#500 ").waitFor();
	await page.getByLabel("Room", { exact: true }).selectOption("lobby");
	await page.getByLabel("Client").fill("bob");
	await page.getByRole("button", { name: "Later" }).click();
	await page.getByText("bob was set free").waitFor();
	await page.screenshot({ path: `${TO}/travel.png`, animations: "disabled" });
	await end();
});

test("what the page looks like", async () => {
	const eve = await visit(browser, plume, "eve", wide);
	await eve.page.getByLabel("Name").fill("eve");
	await shoot(eve, "enter");
	const code = await eve.getsACode();
	await eve.page.getByText("5 tries and").waitFor();
	await shoot(eve, "verify");
	await eve.types(code === "AAAAAA" ? "BBBBBB" : "AAAAAA");
	await eve.page.getByText("4 tries and").waitFor();
	await shoot(eve, "wrong-code");

	const ann = await comeIn("ann");
	const linus = await comeIn("linus", phone);
	const mina = await comeIn("mina", { ...wide, ...dark });
	const talk: [Person, string][] = [
		[ann, "Good morning! The boat leaves at nine, from the small pier."],
		[ann, "Tickets: https://example.org/boats?day=saturday"],
		[mina, "Half past eight at the pier, then"],
		[linus, "I am late, start without me. @ann can you take the tent?"],
		[ann, "Of course. Who has the list?"],
		[
			mina,
			"Here, from last year:\n```\ntent, ropes, two lamps\nbread, `real` coffee\n```",
		],
		[linus, "שלום לכולם, אני מביא קפה"],
		[mina, "Then only `lamps` are missing. @linus?"],
		[linus, "I bring them, and a plan of the island: https://example.org/map."],
	];
	for (const [person, text] of talk) {
		await person.says(text);
		await mina.reads(text.split(/[\n`?@]/, 1)[0] || text.slice(0, 8));
	}
	for (const room of ["boats", "recipes"]) {
		await ann.page.getByLabel("Make or join a room").fill(room);
		await ann.page.keyboard.press("Enter");
		await ann.page.getByRole("heading", { name: room }).waitFor();
	}
	await ann.page.getByRole("link", { name: "lobby" }).click();
	await ann.reads("I bring them");
	const people = ann.page.getByRole("region", { name: /^People/ });
	await people.getByText("mina").waitFor();
	await ann.page.mouse.move(700, 20);
	await ann.page.getByLabel("Your message").fill("See you all at the pier");
	await shoot(ann, "room");
	await linus.page.getByLabel("Your message").fill("");
	await shoot(linus, "phone");
	await shoot(mina, "dark");
	await ann.page.getByRole("button", { name: "ann", exact: true }).click();
	await shoot(ann, "settings");
	await ann.page.keyboard.press("Escape");
	plume.kill("SIGKILL");
	await ann.isTold("Trying again…");
	await ann.says("See you all at the pier");
	await shoot(ann, "reconnecting");
});
