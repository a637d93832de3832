/** The link of a message: where it leads, and for whom it leads nowhere. */

import { expect, test } from "vitest";
import { pressesAt } from "./line.ts";
import type { Person } from "./person.ts";
import { phone, stage } from "./stage.ts";

const { enter, openPage, plume } = stage();
/** Where the page is not loaded by HTTPS there is none. */
const withoutClipboard = () =>
	Reflect.deleteProperty(Navigator.prototype, "clipboard");

const permissions = ["clipboard-read", "clipboard-write"];
const GONE = "That can’t be shown any more.";

/** The link of the message with this text. */
async function linkOf(person: Person, text: string): Promise<string> {
	const message = person.page.locator("article.said", { hasText: text });
	await message.hover();
	await message.getByRole("button", { name: "More" }).click();
	await person.presses("Copy link");
	await person.hasHeard("Link copied");
	return person.page.evaluate(() => navigator.clipboard.readText());
}

/** Waits until the message with this text has the focus. */
const isAt = (person: Person, text: string) =>
	person.page.locator("article.said:focus", { hasText: text }).waitFor();

const opensLink = async (name: string, link: string) => {
	const { pathname, hash } = new URL(link);
	const person = await openPage(name, {}, pathname.slice("/r/".length) + hash);
	await person.comesIn();
	return person;
};

test("the link of a message leads a stranger through the login to it, however far up", async () => {
	const ann = await enter("ann", { permissions }, "boats");
	await ann.says("the sails are red");
	const link = await linkOf(ann, "the sails are red");
	// A time may follow a number: “wave 24” at 9:12 would read as “wave 249”.
	const lines = Array.from({ length: 250 }, (_, nth) => `wave ${nth}.`);
	await ann.saysAtOnce(lines);
	await ann.reads("wave 249.");
	const bob = await opensLink("bob", link);
	await isAt(bob, "the sails are red");
	expect(await bob.count("wave 249.")).toBe(0);
});

test("a page with the link of a message needs nothing that is loaded later", async () => {
	const ann = await enter("ann", { permissions }, "bay");
	await ann.says("high tide");
	const link = await linkOf(ann, "high tide");
	let answer = () => {};
	const asked = new Promise<void>((resolve) => {
		answer = resolve;
	});
	await ann.page.route("**/later-*.js", async (route) => {
		await asked;
		await route.continue();
	});
	await ann.page.goto("about:blank");
	await ann.page.goto(link);
	await isAt(ann, "high tide");
	answer();
});

test("who writes before the message of a link is there goes on writing", async () => {
	const ann = await enter("ann", { permissions }, "quay");
	await ann.says("my old words");
	const link = await linkOf(ann, "my old words");
	const bob = await enter("bob", {}, "quay");
	const answers = await ann.holdsAnswers();
	await ann.page.goto("about:blank");
	answers.hold();
	await ann.page.goto(link);
	await ann.field.pressSequentially("h");
	await bob.says("what comes last");
	answers.arrive();
	await ann.reads("what comes last");
	// At a message that has the focus, “e” edits it.
	await ann.page.keyboard.type("ello");
	expect(await ann.field.inputValue()).toBe("hello");
});

test("a link that is followed in a page goes to its room", async () => {
	const ann = await enter("ann", { permissions }, "cove");
	await ann.says("low tide");
	const link = await linkOf(ann, "low tide");
	await ann.goesTo("reef");
	await ann.page.evaluate((to) => location.assign(to), link);
	await ann.isIn("cove");
	await isAt(ann, "low tide");
});

test("a message of another time is not taken for the one of a link", async () => {
	const ann = await enter("ann", { permissions }, "cape");
	await ann.says("not this one");
	const link = await linkOf(ann, "not this one");
	const bob = await opensLink(
		"bob",
		link.replace(/\d$/, (last) => `${9 - +last}`),
	);
	await bob.hasHeard(GONE);
	expect(await bob.page.locator("article:focus").count()).toBe(0);
});

test("a link into a private room says no more to a stranger than one into none", async () => {
	const ann = await enter("ann", { permissions });
	await ann.opensNewRoom();
	await ann.page.getByLabel("Make a private room").fill("The plot");
	await ann.page.keyboard.press("Enter");
	await ann.isIn("The plot");
	await ann.says("at midnight");
	const link = await linkOf(ann, "at midnight");
	const none = link.replace(/~.{22}/, `~${"x".repeat(22)}`);
	for (const [name, at] of [
		["bob", link],
		["cleo", none],
	] as const) {
		const stranger = await opensLink(name, at);
		await stranger.isIn("lobby");
		await stranger.hasHeard(GONE);
		expect(await stranger.page.content()).not.toMatch(/plot|midnight/);
		expect(new URL(stranger.page.url()).hash).toBe("");
	}
});

test("a link into a room that one may not enter leads to the lobby, with words", async () => {
	const ann = await enter("ann");
	const none = `/r/~${"x".repeat(22)}#3-1700000000000`;
	await ann.page.goto(new URL(none, plume().url).href);
	await ann.isIn("lobby");
	await ann.hasHeard(GONE);
	await ann.reads("There is no such room, or you may not enter it.");
});

test("a login by a link into a room that one may not enter leads to the lobby, with words", async () => {
	const yan = await openPage("yan", phone, `~${"x".repeat(22)}`);
	await yan.comesIn();
	await yan.reads("There is no such room, or you may not enter it.");
	await yan.isIn("lobby");
	await yan.says("where am I?");
	await yan.reads("where am I?");
});

test("a long press offers the link on a phone", async () => {
	const ann = await enter("ann", { ...phone, permissions });
	await ann.says("press me");
	await ann.reads("press me");
	await ann.page.locator("article.said").evaluate((article) => {
		const touch = new Touch({ identifier: 1, target: article });
		const start = { touches: [touch], bubbles: true };
		article.dispatchEvent(new TouchEvent("touchstart", start));
	});
	const sheet = ann.page.getByRole("dialog", { name: "ann" });
	await sheet.getByRole("button", { name: "Copy link" }).click();
	await ann.hasHeard("Link copied");
	const link = await ann.page.evaluate(() => navigator.clipboard.readText());
	expect(link).toMatch(`${new URL(plume().url).origin}/r/room-`);
});

test("a text that the page may not copy is shown, to be copied by hand", async () => {
	const ann = await openPage("asta");
	await ann.page.addInitScript(withoutClipboard);
	await ann.page.reload();
	await ann.comesIn();
	await ann.says("one\ntwo");
	await pressesAt(ann, "one", "More");
	await ann.presses("Copy");
	const field = ann.page.getByRole("dialog").getByRole("textbox");
	expect(await field.inputValue()).toBe("one\ntwo");
	expect(await ann.page.evaluate(() => getSelection()?.toString())).toBe(
		"one\ntwo",
	);
});
