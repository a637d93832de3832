/** What a room is about, as its maker says and everyone there reads. */

import { expect, test } from "vitest";
import { check } from "./axe.ts";
import type { Person } from "./person.ts";
import { makesRoom } from "./private-room.ts";
import { phone, stage } from "./stage.ts";

const { enter, openPage } = stage();

const topicOf = ({ page }: Person) => page.locator("#topic");

async function sets(person: Person, topic: string): Promise<void> {
	await person.opensMenu();
	await person.presses("Topic");
	const field = person.page.getByLabel("What this room is about");
	await field.fill(topic);
	await field.press("Enter");
	await field.waitFor({ state: "detached" });
}

test("the maker of a room sets its topic, which others see in the head at once and when they come back", async () => {
	const ann = await enter("ann");
	const bob = await enter("bob");
	await sets(ann, "Only boats");
	await topicOf(bob).getByText("Only boats").waitFor();
	await bob.reads("ann changed the topic: Only boats");
	await bob.page.reload();
	await topicOf(bob).getByText("Only boats").waitFor();
	await bob.goesTo("elsewhere");
	expect(await topicOf(bob).textContent()).toBe("");
	await check(ann, "a room with a topic");
	await sets(ann, "");
	await ann.page.getByText("ann changed the topic: –").waitFor();
	await expect.poll(() => topicOf(ann).isVisible()).toBe(false);
});

test("only who may set the topic finds that in the menu", async () => {
	const ann = await enter("amy");
	const bob = await enter("ben");
	const item = ({ page }: Person) => page.locator("#set-topic");
	for (const one of [ann, bob]) await one.opensMenu();
	expect(await item(ann).isVisible()).toBe(true);
	expect(await item(bob).isVisible()).toBe(false);
	await ann.page.keyboard.press("Escape");
	await makesRoom(ann, "Trip");
	await sets(ann, "Hills");
	await topicOf(ann).getByText("Hills").waitFor();
});

test("a selection that ends beside a dialog leaves it open", async () => {
	const ann = await enter("alba");
	await ann.opensMenu();
	await ann.presses("Topic");
	const field = ann.page.getByLabel("What this room is about");
	await field.fill("Only boats");
	await field.hover();
	const { mouse } = ann.page;
	await mouse.down();
	await mouse.move(5, 5);
	await mouse.up();
	expect(await field.count()).toBe(1);
	expect(await field.inputValue()).toBe("Only boats");
	await mouse.click(5, 5);
	await field.waitFor({ state: "detached" });
});

test("a long topic is cut in the head, and whole in its tooltip and, by a tap, among the people", async () => {
	const topic = "Sails and oars and ropes and tar ".repeat(6).trim();
	const ann = await enter("ada");
	await sets(ann, topic);
	const cleo = await openPage("cleo", phone);
	await cleo.comesIn();
	const head = cleo.page.locator("#chat h1");
	await expect.poll(() => head.getAttribute("title")).toBe(topic);
	const isCut = (one: Element) => one.scrollWidth > one.clientWidth;
	expect(await topicOf(cleo).evaluate(isCut)).toBe(true);
	expect(await head.locator("bdi").evaluate(isCut)).toBe(false);
	await head.tap();
	await cleo.page.locator("#here").getByText(topic).waitFor();
	await check(cleo, "a topic on a phone");
});

test("a topic that is one long word is whole among the people", async () => {
	const ann = await enter("art", phone);
	await sets(ann, "boats".repeat(24));
	const { page } = ann;
	await page.locator("#chat h1").tap();
	const about = page.locator("#about", { hasText: "boatsboats" });
	await about.waitFor();
	expect(await about.evaluate((one) => one.scrollWidth - one.clientWidth)).toBe(
		0,
	);
});

test("a topic goes with all that its author said", async () => {
	const ann = await enter("ava");
	const bob = await enter("bo");
	await sets(ann, "Only boats");
	await topicOf(bob).getByText("Only boats").waitFor();
	await bob.reads("ava changed the topic: Only boats");
	await ann.opensSettings();
	await ann.presses("Delete everything and my name");
	await ann.presses("Delete everything");
	await bob.page.getByText("ava changed the topic: –").waitFor();
	expect(await topicOf(bob).isVisible()).toBe(false);
});
