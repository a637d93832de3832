/** Keys that lead to other rooms, and those that act on a message. */

import { expect, test } from "vitest";
import { check } from "./axe.ts";
import { stage } from "./stage.ts";

const { enter, openPage } = stage();

test("Ctrl+K goes to a room by some letters of its name, or to a new one", async () => {
	const ann = await enter("ann", {}, "boats");
	await ann.goesTo("gardens");
	const { keyboard } = ann.page;
	await keyboard.press("Control+k");
	await ann.page.getByRole("dialog", { name: "Go to" }).waitFor();
	await check(ann, "where to go");
	await keyboard.type("oat");
	await keyboard.press("Enter");
	await ann.isIn("boats");
	await keyboard.press("Control+k");
	await ann.page.getByRole("dialog", { name: "Go to" }).waitFor();
	await keyboard.type("attic");
	await keyboard.press("Enter");
	await ann.isIn("attic");
	await ann.page.getByRole("dialog").waitFor({ state: "detached" });
});

test("keys by which letters are chosen lead to no room", async () => {
	const ann = await enter("aki", {}, "りょこう");
	await ann.goesTo("gardens");
	await ann.page.keyboard.press("Control+k");
	const dialog = ann.page.getByRole("dialog", { name: "Go to" });
	const field = dialog.getByRole("textbox");
	await field.fill("りょ");
	await dialog.getByRole("button", { name: "りょこう" }).waitFor();
	await field.evaluate((one) => {
		for (const key of ["ArrowDown", "Enter"]) {
			const composing = { keyCode: 229, isComposing: true };
			const all = { key, ...composing, bubbles: true, cancelable: true };
			one.dispatchEvent(new KeyboardEvent("keydown", all));
		}
	});
	await dialog.locator("input:focus").waitFor();
	expect(new URL(ann.page.url()).pathname).toBe("/r/gardens");
	await field.press("Enter");
	await ann.isIn("りょこう");
});

test("Enter goes to a room while a touch keyboard holds the word open", async () => {
	const ann = await enter("arno", {}, "harbour");
	await ann.goesTo("gardens");
	await ann.page.keyboard.press("Control+k");
	const dialog = ann.page.getByRole("dialog", { name: "Go to" });
	const field = dialog.getByRole("textbox");
	await field.fill("harbour");
	await field.evaluate((one) => {
		const open = { keyCode: 13, isComposing: true };
		const all = { key: "Enter", ...open, bubbles: true, cancelable: true };
		one.dispatchEvent(new KeyboardEvent("keydown", all));
	});
	await ann.isIn("harbour");
});

test("several names that are typed to go to open a talk of them all", async () => {
	const ann = await enter("ann2", {}, "hall");
	await enter("ben2", {}, "hall");
	await enter("ida2", {}, "hall");
	const { keyboard } = ann.page;
	await keyboard.press("Control+k");
	await ann.page.getByRole("dialog", { name: "Go to" }).waitFor();
	await keyboard.type("@ben2 @ida2");
	await ann.page.getByRole("button", { name: "ben2, ida2" }).waitFor();
	await keyboard.press("Enter");
	await ann.page.getByRole("heading", { name: "ben2, ida2" }).waitFor();
});

test("a name that was typed in other letters is offered once, and no room for a person", async () => {
	const ann = await enter("ann4", {}, "nook");
	await enter("ben4", {}, "nook");
	const dialog = ann.page.getByRole("dialog", { name: "Go to" });
	const talks = dialog.getByRole("button", { name: "directly" });
	const ben = ann.page.locator("#people bdi", { hasText: "ben4" });
	await ben.waitFor({ state: "attached" });
	await ann.page.keyboard.press("Control+k");
	await dialog.waitFor();
	await dialog.getByRole("textbox").fill("BEN4");
	expect(await talks.allInnerTexts()).toEqual(["Talk directly to ben4"]);
	await dialog.getByRole("textbox").fill("ann4 be");
	expect(await talks.allInnerTexts()).toEqual([
		"Talk directly to ann4, ben4",
		"Talk directly to ann4, be",
	]);
	await dialog.getByRole("textbox").fill("@ben4 @ben4");
	expect(await talks.allInnerTexts()).toEqual(["Talk directly to ben4"]);
	await dialog.getByRole("textbox").fill("#boats");
	expect(await talks.count()).toBe(0);
});

test("Enter after a change of rooms sends the draft that is there, whatever list was open before", async () => {
	const ann = await enter("ann5", {}, "first5");
	await ann.goesTo("second5");
	await ann.field.fill("long words");
	const { keyboard } = ann.page;
	await keyboard.press("Alt+ArrowDown");
	await ann.isIn("first5");
	await keyboard.type("/");
	await ann.page.getByRole("option").first().waitFor();
	await keyboard.press("Alt+ArrowUp");
	await ann.isIn("second5");
	expect(await ann.field.inputValue()).toBe("long words");
	await keyboard.press("Enter");
	await ann.reads("long words");
});

test("somebody who is elsewhere is found by their name, and where nobody is nothing is said into this room", async () => {
	const ann = await enter("ann3", {}, "cellar");
	const ben = await enter("ben3", {}, "cellar");
	await ben.says("I am off");
	await ann.reads("I am off");
	await ben.page.close();
	const dialog = ann.page.getByRole("dialog", { name: "Go to" });
	const { keyboard } = ann.page;
	await keyboard.press("Control+k");
	await dialog.waitFor();
	await keyboard.type("nobody");
	await dialog.getByRole("button", { name: "directly to nobody" }).click();
	await dialog.getByText("Nobody here has that name.").waitFor();
	await dialog.getByRole("textbox").fill("en3");
	await dialog.getByRole("button", { name: "directly to ben3" }).click();
	await ann.page.getByRole("heading", { name: "ben3" }).waitFor();
	await dialog.waitFor({ state: "detached" });
	await ann.says("Where are you?");
	await ann.reads("Where are you?");
});

test("Alt and an arrow go to the room beside, with Shift to what is unread", async () => {
	const ann = await enter("ada", {}, "one");
	const bob = await enter("bob", {}, "one");
	await ann.goesTo("two");
	await ann.isOpen();
	await ann.goesTo("three");
	const { keyboard } = ann.page;
	await keyboard.press("Alt+ArrowDown");
	await ann.isIn("two");
	await keyboard.press("Alt+ArrowUp");
	await ann.isIn("three");
	await bob.says("something new");
	const rooms = ann.page.getByRole("navigation", { name: "Rooms" });
	await rooms.getByText("1", { exact: true }).waitFor();
	await keyboard.press("Alt+Shift+ArrowDown");
	await ann.isIn("one");
});

test("r, e and Delete act on the message that has the focus", async () => {
	const ann = await enter("amy");
	await ann.says("first");
	await ann.reads("first");
	const { keyboard } = ann.page;
	await ann.field.press("Shift+Tab");
	await keyboard.press("r");
	await ann.page.locator("#replying", { hasText: "Reply to" }).waitFor();
	await keyboard.press("Escape");
	await ann.field.press("Shift+Tab");
	await keyboard.press("e");
	expect(await ann.field.inputValue()).toBe("first");
	await keyboard.press("Escape");
	await ann.field.press("Shift+Tab");
	await keyboard.press("Delete");
	await ann.presses("Delete");
	await ann.page.locator("article.said .erased").waitFor();
});

test("arrow keys walk through the messages, and Tab reaches the buttons of one", async () => {
	const ann = await enter("ava");
	for (const line of ["first", "second", "third"]) {
		await ann.says(line);
		await ann.reads(line);
	}
	const { keyboard } = ann.page;
	const focused = () =>
		ann.page.evaluate(() => {
			const { activeElement: at } = document;
			const { tagName = "", title = "" } = at instanceof HTMLElement ? at : {};
			return [tagName, title || (at?.ariaDescription ?? "")];
		});
	await ann.field.press("Shift+Tab");
	expect(await focused()).toEqual(["BUTTON", "More"]);
	await keyboard.press("ArrowUp");
	expect(await focused()).toEqual(["ARTICLE", "second"]);
	const name = await ann.page
		.locator("article:focus")
		.getAttribute("aria-label");
	expect(name).toMatch(/^ava, \d/);
	await keyboard.press("ArrowUp");
	expect(await focused()).toEqual(["ARTICLE", "first"]);
	await keyboard.press("ArrowDown");
	expect(await focused()).toEqual(["ARTICLE", "second"]);
	await keyboard.press("Tab");
	expect(await focused()).toEqual(["BUTTON", "React"]);
	await keyboard.press("ArrowDown");
	expect(await focused()).toEqual(["ARTICLE", "third"]);
	await keyboard.press("r");
	await ann.page.locator("#replying", { hasText: "Reply to" }).waitFor();
});

test("a question mark lists the keys, but not in a line that is written", async () => {
	const ann = await enter("ana");
	const { keyboard } = ann.page;
	await ann.field.press("?");
	expect(await ann.field.inputValue()).toBe("?");
	await ann.page.locator("#room").focus();
	await keyboard.press("?");
	const list = ann.page.getByRole("dialog", { name: "Keys" });
	await list.getByText("Go to a room").waitFor();
	await check(ann, "the keys");
	await keyboard.press("Escape");
	await list.waitFor({ state: "detached" });
});

test("the focus is not lost with a person who leaves", async () => {
	const ann = await enter("aida");
	const bob = await enter("bruno");
	const cleo = await enter("carla");
	const dora = await enter("dora");
	const people = await ann.opensPeople();
	const bruno = people.getByRole("button", { name: "bruno" });
	await bruno.click();
	await ann.page.getByRole("dialog").waitFor();
	await ann.page.keyboard.press("Escape");
	await ann.page.locator("#text:focus").waitFor();
	await ann.opensPeople();
	await bruno.focus();
	await bob.logsOut("Log out");
	await bruno.waitFor({ state: "detached" });
	await people.locator("button:focus", { hasText: "carla" }).waitFor();
	await dora.logsOut("Log out");
	await people.getByText("dora").waitFor({ state: "detached" });
	await people.locator("button:focus", { hasText: "carla" }).waitFor();
	await cleo.logsOut("Log out");
	await ann.page.locator("#text:focus").waitFor();
});

test("the list of people stays where it is when the one with the focus is drawn at its end", async () => {
	const ann = await enter("anouk");
	const bob = await openPage("bert");
	await bob.page.clock.install();
	await bob.comesIn();
	await enter("cora");
	const people = await ann.opensPeople();
	await people.evaluate((panel) => {
		panel.style.maxHeight = "100px";
	});
	await people.getByRole("button", { name: "bert" }).focus();
	await people.evaluate((panel) => panel.scrollTo(0, 0));
	await bob.hidesTab();
	await bob.page.clock.runFor(6 * 60_000);
	await people.locator("button:focus", { hasText: "away" }).waitFor();
	expect(await people.evaluate((panel) => panel.scrollTop)).toBe(0);
});

test("a person who is pressed in the list is chosen, whoever comes in meanwhile", async () => {
	const ann = await enter("arne");
	await enter("bela");
	const people = await ann.opensPeople();
	const { page } = ann;
	await page.clock.install();
	await people.getByRole("button", { name: "bela" }).hover();
	await page.mouse.down();
	await enter("cato");
	await ann.reads("cato came in");
	await page.clock.runFor(1_000);
	await page.mouse.up();
	await page.getByRole("dialog", { name: "bela" }).waitFor();
	const count = page.locator("#people-count");
	await expect.poll(() => count.textContent()).toBe("3");
});
