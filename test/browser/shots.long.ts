/**
 * `npm run shots`: pictures of the page in eight states and of the inspector,
 * of a conversation on the real server, for the README.
 */

import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { beforeAll, test } from "vitest";
import { liveADay } from "../inspector/day.ts";
import { openLog } from "../program/opened.ts";
import { startChromium } from "./chromium.ts";
import { pressesAt } from "./line.ts";
import type { Person } from "./person.ts";
import { phone, stage } from "./stage.ts";

const TO =
	process.env.SHOTS ?? fileURLToPath(new URL("../../docs", import.meta.url));
const wide = { viewport: { width: 1280, height: 800 } };
const large = { width: 1440, height: 900 };
const TOKEN = "a-token-for-the-pictures";
const dark = { colorScheme: "dark" } as const;

const { crash, enter, plume, openPage } = stage({ PLUME_INSPECT: TOKEN });
const comeIn = (name: string, options: object = wide) =>
	enter(name, options, "");

beforeAll(() => mkdir(TO, { recursive: true }));

const shoot = ({ page }: Person, name: string) =>
	page.screenshot({ path: `${TO}/${name}.png`, animations: "disabled" });

async function lookInside(name: string, options: object) {
	const viewer = await openPage("viewer", { ...options, viewport: large }, "");
	const { page } = viewer;
	await page.goto(`${plume().url}/inspect#${TOKEN}`);
	await page.getByRole("option", { name: "awaitingCode" }).click();
	return async () => {
		await page.locator('#chart [data-id="client.inRoom"].active').waitFor();
		await page.getByText("message.posted").first().waitFor();
		await shoot(viewer, name);
	};
}

test("what the inspector looks like", async () => {
	const finn = await comeIn("finn");
	await finn.says("Anyone up already?");
	const gus = await openPage("gus", wide, "");
	const code = await gus.getsACode();
	const shots = await Promise.all([
		lookInside("inspect", {}),
		lookInside("inspect-dark", dark),
	]);
	await gus.types(code === "AAAAAA" ? "BBBBBB" : "AAAAAA");
	await gus.page.getByText("4 tries and").waitFor();
	await gus.entersWith(code);
	await gus.says("Me! Just mistyped my code.");
	await finn.reads("mistyped");
	for (const shot of shots) await shot();
});

test("what a log looks like that is opened", async () => {
	const { link, end } = await openLog(await liveADay());
	const browser = await startChromium();
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
	await page.getByText("bob was set free").waitFor();
	await page.screenshot({ path: `${TO}/travel.png`, animations: "disabled" });
	await browser.close();
	await end();
});

test("what the page looks like", async () => {
	const eve = await openPage("eve", wide, "");
	await eve.page.getByLabel("Email").fill("eve@example.org");
	await shoot(eve, "enter");
	const code = await eve.getsACode();
	await eve.page.getByText("5 tries and").waitFor();
	await shoot(eve, "verify");
	await eve.types(code === "AAAAAA" ? "BBBBBB" : "AAAAAA");
	await eve.page.getByText("4 tries and").waitFor();
	await shoot(eve, "wrong-code");

	const ann = await enter("ann", wide, "island");
	const linus = await enter("linus", phone, "island");
	const ida = await enter("ida", { ...wide, ...dark }, "island");
	await ann.opensMenu();
	await ann.presses("Topic");
	const topic = ann.page.getByLabel("What this room is about");
	await topic.fill("Saturday, nine o’clock, the small pier");
	await topic.press("Enter");
	await topic.waitFor({ state: "detached" });
	const talk: [Person, string][] = [
		[ann, "Good morning! The boat leaves at nine, from the small pier."],
		[ann, "Tickets: https://example.org/boats?day=saturday"],
		[ida, "Half past eight at the pier, then"],
		[linus, "I am late, start without me. @ann can you take the tent?"],
		[ann, "Of course. Who has the list?"],
		[
			ida,
			"Here, from last year:\n```\ntent, ropes, two lamps\nbread, `real` coffee\n```",
		],
		[linus, "שלום לכולם, אני מביא קפה"],
		[ida, "Then only `lamps` are missing. @linus?"],
		[linus, "I bring them, and a plan of the island: https://example.org/map."],
	];
	for (const [person, text] of talk) {
		await person.says(text);
		await ida.reads(text.split(/[\n`?@]/, 1)[0] || text.slice(0, 8));
	}
	await pressesAt(ida, "take the tent", "Reply");
	await ida.says("I have a bigger one, too");
	await ann.reads("a bigger one");
	for (const [person, text] of [
		[ann, "a plan of the island"],
		[ida, "a plan of the island"],
		[ida, "take the tent"],
	] as const) {
		await pressesAt(person, text, "React");
		const picker = person.page.locator("emoji-picker");
		await picker.getByRole("menuitem").first().click();
		await picker.waitFor({ state: "detached" });
	}
	await ann.opensNewRoom();
	await ann.page.getByLabel("Make a private room").fill("Birthday for Linus");
	await ann.presses("Make");
	await ann.page.locator("#room-name", { hasText: "Birthday" }).waitFor();
	await ann.opensMenu();
	await ann.presses("Members");
	await ann.presses("Make a link");
	await ann.page.getByText("One person can join by this link").waitFor();
	await shoot(ann, "private");
	await ann.page.keyboard.press("Escape");
	for (const room of ["boats", "recipes"]) await ann.goesTo(room);
	await ann.page.getByRole("link", { name: "island" }).click();
	await ann.reads("a bigger one");
	const people = await ann.opensPeople();
	await people.getByText("ida").waitFor();
	await ann.page.keyboard.press("Escape");
	const ravi = await enter("ravi", wide, "boats");
	await ravi.says("Nine is fine.");
	await ravi.says("@ann, shall I book?");
	await ann.page
		.getByRole("link", { name: /boats.*mentioned, 2 new/ })
		.waitFor();
	await ann.presses("Not now");
	for (const { page } of [ann, ida]) await page.mouse.move(700, 20);
	await ann.page.getByLabel("Your message").fill("See you all at the pier");
	await shoot(ann, "room");
	await linus.presses("Not now");
	await shoot(linus, "phone");
	await shoot(ida, "dark");
	await ann.opensSettings();
	await ann.page.getByText("Log out everywhere").waitFor();
	await shoot(ann, "settings");
	await ann.page.keyboard.press("Escape");
	await crash();
	await ann.seesStatus("Your lines are kept.");
	await ann.says("See you all at the pier");
	await shoot(ann, "reconnecting");
});
