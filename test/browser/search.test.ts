/** Searching on the page. */

import { expect, test } from "vitest";
import { MessageType as types } from "../../machines/message.ts";
import { check } from "./axe.ts";
import type { Person } from "./person.ts";
import { makesRoom } from "./private-room.ts";
import { phone, stage } from "./stage.ts";

const { crash, enter, restart } = stage();

const dialogOf = ({ page }: Person) =>
	page.getByRole("dialog", { name: "Search" });

async function looksFor(person: Person, text: string) {
	const field = dialogOf(person).getByRole("searchbox");
	await field.fill(text);
	await field.press("Enter");
}

test("a word finds a message of another room, and Enter goes there", async () => {
	const ann = await enter("ann", {}, "garden");
	await ann.says("the first tulip");
	for (let nth = 0; nth < 60; nth++) await ann.says(`weed ${nth}`);
	await ann.reads("weed 59");
	await ann.goesTo("kitchen");
	await ann.isOpen();
	const { keyboard } = ann.page;
	await keyboard.press("Control+Shift+f");
	await looksFor(ann, "TULIP");
	await dialogOf(ann).getByText("Nothing found.").waitFor();
	await dialogOf(ann).getByRole("checkbox").check();
	const hit = dialogOf(ann).getByRole("button", { name: "the first tulip" });
	await hit.waitFor();
	expect(await hit.locator("mark").innerText()).toBe("tulip");
	expect(await hit.innerText()).toContain("garden");
	await check(ann, "what was found");
	await keyboard.press("Shift+Tab");
	await dialogOf(ann).getByRole("searchbox").focus();
	await keyboard.press("ArrowDown");
	await keyboard.press("Enter");
	await ann.isIn("garden");
	await ann.page
		.locator("article.said", { hasText: "the first tulip" })
		.waitFor();
});

test("what is listed has no words that were edited or deleted since", async () => {
	const ann = await enter("una", {}, "weir");
	const bob = await enter("ugo", {}, "weir");
	for (const words of ["a trout", "a trout too"]) await bob.says(words);
	await ann.reads("a trout too");
	await ann.page.keyboard.press("Control+Shift+f");
	await looksFor(ann, "trout");
	const hits = dialogOf(ann).locator(".pin");
	await hits.nth(1).waitFor();
	await bob.field.press("ArrowUp");
	await bob.field.fill("no trout");
	await bob.field.press("Enter");
	await hits.filter({ hasText: "no trout" }).locator("mark").waitFor();
	expect(await hits.filter({ hasText: "too" }).count()).toBe(0);
	const line = bob.page.locator("article.said", { hasText: "a trout" });
	await line.last().hover();
	await line.last().getByRole("button", { name: "More" }).click();
	await bob.presses("Delete");
	await bob.presses("Delete");
	await hits.filter({ hasText: "a trout" }).waitFor({ state: "detached" });
	expect(await hits.count()).toBe(1);
});

test("the times of what is found are in the language that was chosen", async () => {
	const ann = await enter("uma", {}, "marsh");
	const { page } = ann;
	await ann.says("a heron in the reeds");
	await ann.reads("a heron in the reeds");
	await page.evaluate(() => localStorage.setItem("language", "de"));
	await page.reload();
	await page.locator("html[lang=de] #text").waitFor();
	await ann.isOpen();
	await page.keyboard.press("Control+Shift+f");
	const field = page.getByRole("searchbox");
	await field.fill("heron");
	await field.press("Enter");
	const time = page.getByRole("dialog").getByRole("time");
	expect(await time.innerText()).toMatch(/^\d+\.\d+\.\d{4}, \d\d:\d\d$/);
});

test("mentions of the reader are one press away on a phone", async () => {
	const ann = await enter("ada", phone);
	const bob = await enter("bob");
	await ann.says("I am @ada");
	await bob.says("is @ada here?");
	await ann.reads("is @ada here?");
	await ann.opensMenu();
	await ann.presses("Search");
	await dialogOf(ann).getByRole("button", { name: "Mentions of me" }).tap();
	await dialogOf(ann).getByRole("button", { name: "is @ada here?" }).waitFor();
	expect(await dialogOf(ann).locator(".pin").count()).toBe(1);
	await check(ann, "mentions");
});

test("older hits take the focus, and can be asked for again if there is no answer", async () => {
	const ann = await enter("amy", {}, "quarry");
	await ann.saysAtOnce(Array.from({ length: 30 }, (_, n) => `stone ${n}`));
	await ann.reads("stone 29");
	await ann.page.keyboard.press("Control+Shift+f");
	await looksFor(ann, "stone");
	const older = dialogOf(ann).getByRole("button", { name: "Show older" });
	await older.waitFor();
	const shown = await dialogOf(ann).locator(".pin").count();
	await crash();
	await ann.seesStatus("Your lines are kept.");
	await older.press("Enter");
	await dialogOf(ann).getByText("There is no connection.").waitFor();
	await restart();
	await ann.retries();
	await ann.page.locator("#connection").waitFor({ state: "hidden" });
	const words = dialogOf(ann).getByText("There is no connection.");
	await words.waitFor({ state: "detached" });
	await older.press("Enter");
	await dialogOf(ann).locator(".pin").nth(shown).waitFor();
	await expect
		.poll(() => dialogOf(ann).locator(":focus").innerText())
		.toContain(`stone ${29 - shown}`);
});

test("a private room is searched by its title", async () => {
	const ann = await enter("una", {}, "porch");
	await ann.says("a lantern outside");
	await makesRoom(ann, "Our cellar");
	await ann.page.getByRole("heading", { name: "Our cellar" }).waitFor();
	await ann.says("a lantern inside");
	await ann.reads("a lantern inside");
	await ann.goesTo("porch");
	await ann.isOpen();
	await ann.page.keyboard.press("Control+Shift+f");
	await dialogOf(ann).getByRole("checkbox").check();
	const hit = dialogOf(ann).getByRole("button", { name: "inside" });
	// It may not be in the index yet.
	await expect
		.poll(async () => {
			await looksFor(ann, 'lantern in:"our cellar"');
			await dialogOf(ann)
				.getByText(/Nothing found|The newest/)
				.waitFor();
			return hit.count();
		})
		.toBe(1);
	expect(await dialogOf(ann).getByText("outside").count()).toBe(0);
});

test("a query that can't be understood is answered with what to write", async () => {
	const ann = await enter("amy");
	await ann.page.keyboard.press("Control+Shift+f");
	await looksFor(ann, "before:yesterday");
	const words = "Write a day after before: or after:, like 2026-01-31.";
	await dialogOf(ann).getByText(words).waitFor();
});

test("looks that did not load are loaded when they are needed again", async () => {
	const ann = await enter("may");
	const { page } = ann;
	const comes = await ann.lacks("**/later.css");
	await page.keyboard.press("Control+Shift+f");
	await ann.hasHeard("There is no connection.");
	comes();
	expect(await dialogOf(ann).count()).toBe(0);
	await page.keyboard.press("Control+Shift+f");
	await dialogOf(ann).getByRole("searchbox").waitFor();
	ann.expectsFailedLoads();
});

test("looks that are there are not loaded again after another part was not", async () => {
	const ann = await enter("kay");
	const { page } = ann;
	await page.keyboard.press("Control+Shift+f");
	await dialogOf(ann).getByRole("searchbox").waitFor();
	await page.keyboard.press("Escape");
	const asked: string[] = [];
	page.on("request", (request) => asked.push(request.url()));
	const comes = await ann.lacks("**/qr-*.js");
	await ann.opensMenu();
	await ann.presses("Share link");
	await ann.hasHeard("There is no connection.");
	comes();
	await page.keyboard.press("Control+Shift+f");
	await dialogOf(ann).getByRole("searchbox").waitFor();
	expect(await page.locator("link[href*='later.css']").count()).toBe(1);
	expect(asked.filter((url) => url.includes("/later"))).toEqual([]);
	await page.keyboard.press("Escape");
	await ann.opensMenu();
	await ann.presses("Share link");
	await page.getByRole("img", { name: "QR code" }).waitFor();
	ann.expectsFailedLoads();
});

test("a private room called like a public one is searched with it", async () => {
	const ann = await enter("ivy", {}, "market");
	await ann.says("plums out here");
	await makesRoom(ann, "Market");
	await ann.page.locator("#room-name.own").waitFor();
	await ann.says("plums in here");
	await ann.reads("plums in here");
	await ann.goesTo("harbour");
	await ann.isOpen();
	await ann.page.keyboard.press("Control+Shift+f");
	await looksFor(ann, "plums in:market");
	for (const text of ["plums out here", "plums in here"])
		await dialogOf(ann).getByRole("button", { name: text }).waitFor();
	await looksFor(ann, '"plums in:market"');
	await dialogOf(ann).getByText("Nothing found.").waitFor();
});

test("who goes to what was found has not read the end of that room", async () => {
	const ann = await enter("una", {}, "river");
	const bob = await enter("ben", {}, "river");
	await ann.says("the oldest boat");
	await ann.saysAtOnce(Array.from({ length: 60 }, (_, nth) => `wave ${nth}`));
	await bob.reads("wave 59");
	await ann.goesTo("shore");
	await ann.isOpen();
	await bob.says("not seen yet");
	const river = ann.page.getByRole("link", { name: "river 1 new" });
	await river.waitFor();
	await ann.page.keyboard.press("Control+Shift+f");
	await looksFor(ann, "oldest boat in:river");
	await dialogOf(ann).getByRole("button", { name: "the oldest boat" }).click();
	await ann.page.locator("article.said:focus", { hasText: "boat" }).waitFor();
	await ann.goesTo("shore");
	await river.waitFor();
});

test("a search waits while that of another tab is under way", async () => {
	const ann = await enter("ira", {}, "lakes");
	await ann.page.routeWebSocket("**/connect", (socket) => {
		const server = socket.connectToServer();
		const found = new Set<string>();
		socket.onMessage((data) => {
			const frame = JSON.parse(String(data));
			const { type: re, id, text } = frame;
			const isSecond = found.has(text) || !found.add(text);
			if (re !== types.search || isSecond) return server.send(data);
			const refused = { type: types.refused, re, id, code: "isNotTooFast" };
			socket.send(JSON.stringify({ ...refused, text: "", retryAfter: 50 }));
		});
	});
	await ann.page.reload();
	await ann.says("an otter in the lake");
	await ann.reads("an otter in the lake");
	await ann.page.keyboard.press("Control+Shift+f");
	await looksFor(ann, "otter");
	await dialogOf(ann).getByRole("button", { name: "an otter" }).waitFor();
});

test("a search that follows another at once waits for its answer", async () => {
	const ann = await enter("eva", {}, "hills");
	await ann.says("a goat on the hill");
	await ann.reads("a goat on the hill");
	await ann.goesTo("plain");
	await ann.isOpen();
	await ann.page.keyboard.press("Control+Shift+f");
	await dialogOf(ann).getByRole("searchbox").fill("goat");
	await dialogOf(ann).evaluate((dialog) => {
		dialog.querySelector("form")?.requestSubmit();
		dialog.querySelector<HTMLElement>("[type=checkbox]")?.click();
	});
	const hit = dialogOf(ann).getByRole("button", { name: "a goat on the hill" });
	await hit.waitFor();
});
