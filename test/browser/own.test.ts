/** What is one's own is the same on all devices: what was read, what is muted, and the quiet hours. */

import { expect, test } from "vitest";
import type { Person } from "./person.ts";
import { stage } from "./stage.ts";

const { enter, stop, restart } = stage({
	PLUME_PUSH_CONTACT: "mailto:op@example.org",
});

const roomOf = (person: Person, name: string | RegExp) =>
	person.page.getByRole("link", { name });

/** Chooses what to hear of the room. */
async function hears(person: Person, level: string | RegExp) {
	const bell = person.page.getByRole("button", { name: "What to hear" });
	await bell.click();
	await person.page.getByLabel(level).check();
	await person.presses("Close");
}

test("what was read in one browser is read in the other", async () => {
	const desk = await enter("ann", {}, "dune");
	const bob = await enter("bob", {}, "dune");
	const phone = await enter("ann", {}, "dune");
	await phone.goesTo("elsewhere");
	await desk.hidesTab();
	await bob.says("one for ann");
	await roomOf(phone, "dune 1 new").waitFor();
	await desk.reads("one for ann");
	await desk.showsTab();
	await roomOf(phone, /dune$/).waitFor();
});

test("a message marked as unread counts as new in every browser", async () => {
	const desk = await enter("ann", {}, "shoal");
	const bob = await enter("bob", {}, "shoal");
	const phone = await enter("ann", {}, "shoal");
	await bob.says("first");
	await bob.says("second");
	await phone.reads("second");
	await phone.goesTo("elsewhere");
	const second = desk.page.locator("#log article", { hasText: "second" });
	await second.hover();
	await second.getByRole("button", { name: "More" }).click();
	await desk.presses("Mark as unread");
	await desk.page.getByText("New since you left").waitFor();
	await roomOf(phone, "shoal 1 new").waitFor();
	await desk.goesTo("elsewhere");
	await roomOf(desk, "shoal 1 new").waitFor();
});

test("a muted room never counts as new", async () => {
	const ann = await enter("ann", {}, "reef");
	const bob = await enter("bob", {}, "reef");
	await hears(ann, "Nothing");
	const struck = { name: "What to hear of this room: muted" };
	await ann.page.getByRole("button", struck).waitFor();
	await ann.goesTo("elsewhere");
	await roomOf(ann, /reef.*muted/).waitFor();
	await bob.says("@ann, this is loud");
	await ann.hidesTab();
	await bob.goesTo("elsewhere");
	await bob.says("quietly");
	await ann.reads("quietly");
	expect(await ann.page.title()).toBe("(1) elsewhere · Plume");
	expect(await roomOf(ann, /reef/).innerText()).not.toMatch(/\d/);
});

test("what one wants to hear of a room can be as usual again", async () => {
	const ann = await enter("ann", {}, "fjord");
	await ann.presses("What to hear of this room");
	expect(await ann.page.getByLabel(/As usual/).isChecked()).toBe(true);
	await ann.page.keyboard.press("Escape");
	await hears(ann, "Nothing");
	await ann.page.locator("#rooms").getByText("muted").waitFor();
	await hears(ann, /As usual/);
	await ann.page.locator("#rooms").getByText("muted").waitFor({
		state: "detached",
	});
	const other = await enter("ann", {}, "fjord");
	await other.presses("What to hear of this room");
	const usual = other.page.getByLabel(/As usual/);
	expect(await usual.isChecked()).toBe(true);
});

test("of a room one may hear of mentions only", async () => {
	const ann = await enter("ann", {}, "cove");
	const bob = await enter("bob", {}, "cove");
	await hears(ann, "Only mentions and replies");
	await ann.goesTo("elsewhere");
	await bob.says("for anyone");
	await bob.reads("for anyone");
	expect(await roomOf(ann, /cove/).innerText()).not.toMatch(/\d/);
	await bob.says("@ann, for you");
	await roomOf(ann, /cove.*mentioned/).waitFor();
});

test("quiet hours without a time say what is missing, and begin once it is there", async () => {
	const ann = await enter("ann");
	const phone = await enter("ann");
	await ann.presses("ann");
	const [from, isOn] = [
		ann.page.getByLabel("Quiet from"),
		ann.page.getByLabel("No notes to my devices from"),
	];
	await from.fill("");
	await isOn.check();
	await ann.page.getByRole("alert").filter({ hasText: "both times" }).waitFor();
	await hears(phone, "Nothing");
	await ann.page.locator("#rooms", { hasText: "muted" }).waitFor();
	expect(await isOn.isChecked()).toBe(true);
	await from.fill("23:30");
	await expect
		.poll(() => ann.page.getByText("both times").isVisible())
		.toBe(false);
	await phone.presses("ann");
	const isOnThere = phone.page.getByLabel("No notes to my devices from");
	await expect.poll(() => isOnThere.isChecked()).toBe(true);
});

test("quiet hours hold in every browser of a person", async () => {
	const desk = await enter("ann");
	const phone = await enter("ann");
	await desk.presses("ann");
	await desk.page.getByLabel("Quiet from").fill("23:30");
	await desk.page.getByLabel("No notes to my devices from").check();
	await phone.presses("ann");
	const isOn = phone.page.getByLabel("No notes to my devices from");
	await expect.poll(() => isOn.isChecked()).toBe(true);
	const from = phone.page.getByLabel("Quiet from");
	expect(await from.inputValue()).toBe("23:30");
	await from.fill("");
	await isOn.uncheck();
	const isStill = desk.page.getByLabel("No notes to my devices from");
	await expect.poll(() => isStill.isChecked()).toBe(false);
});

test("levels and quiet hours are refused without a connection", async () => {
	const ann = await enter("ann", {}, "skerry");
	const { page } = ann;
	const trouble = page.getByRole("alert").filter({ hasText: "no connection" });
	const bell = page.getByRole("button", { name: "What to hear" });
	const nothing = page.getByLabel("Nothing");
	await bell.click();
	await nothing.waitFor();
	await ann.presses("Close");
	await stop();
	await page.locator("#connection:not([hidden])").waitFor();
	await ann.presses("ann");
	const isOn = page.getByLabel("No notes to my devices from");
	await isOn.click();
	await trouble.waitFor();
	expect(await isOn.isChecked()).toBe(false);
	await ann.presses("Close");
	await bell.click();
	await nothing.click();
	await trouble.waitFor();
	await nothing.press("ArrowUp");
	expect(await page.getByLabel("As usual").isChecked()).toBe(true);
	await restart();
	await ann.retries();
	await page.locator("#connection").waitFor({ state: "hidden" });
	await trouble.waitFor({ state: "hidden" });
	await ann.presses("Close");
	await ann.presses("ann");
	await isOn.waitFor();
	await trouble.waitFor({ state: "hidden" });
	await ann.presses("Close");
	await hears(ann, "Nothing");
	await page.locator("#rooms", { hasText: "muted" }).waitFor();
});

test("what one wants to hear of a room is what another device chose meanwhile", async () => {
	const ann = await enter("ann", {}, "islet");
	const phone = await enter("ann", {}, "islet");
	await ann.presses("What to hear of this room");
	const nothing = ann.page.getByLabel("Nothing");
	await nothing.waitFor();
	await hears(phone, "Nothing");
	await expect.poll(() => nothing.isChecked()).toBe(true);
});
