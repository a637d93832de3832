/** Rooms: an address for each, a list beside the conversation, and in each its own people, lines and drafts. */

import { expect, test } from "vitest";
import { phone, stage } from "./stage.ts";

const { enter, plume, visit } = stage();

test("a room is made by its name, and what is said there stays there", async () => {
	const ann = await enter("ann");
	await ann.says("in the lobby");
	await ann.goesTo(" Garden ", "garden");
	expect(new URL(ann.page.url()).pathname).toBe("/r/garden");
	const bob = await enter("bob", {}, "garden");
	await ann.says("in the garden");
	await bob.reads("in the garden");
	expect(await bob.count("in the lobby")).toBe(0);
	await ann.page.goBack();
	await ann.reads("in the lobby");
	expect(await ann.count("in the garden")).toBe(0);
	expect(await bob.page.getByRole("log").getByText("ann left").count()).toBe(0);
});

test("a link leads a stranger through the door into its room", async () => {
	const cleo = await visit("cleo", phone, encodeURIComponent("café"));
	await cleo.comesIn();
	await cleo.isIn("café");
	const dan = await visit("dan", {}, "not%20a%20name");
	await dan.comesIn();
	await dan.isIn("lobby");
	await dan.reads("No room can have that name");
});

test("a name that can be none is told before anyone goes there", async () => {
	const ann = await enter("ann");
	await ann.page.getByLabel("Make or join a room").fill("a b");
	await ann.page.keyboard.press("Enter");
	await ann.isTold("A room’s name has letters");
	await ann.isIn("lobby");
});

test("other rooms count what was said there meanwhile", async () => {
	const ann = await enter("ann");
	const bob = await enter("bob");
	await ann.goesTo("harbour");
	await ann.says("I was here");
	await ann.reads("I was here");
	await bob.goesTo("harbour");
	await bob.reads("I was here");
	await ann.page.getByRole("link", { name: "lobby" }).click();
	await ann.isIn("lobby");
	await bob.says("where is she?");
	await bob.says("she left.");
	await ann.page.getByRole("link", { name: "harbour 2 new" }).click();
	await ann.reads("New since you left");
	const rows = await ann.page.getByRole("log").innerText();
	expect(rows).toMatch(
		/I was here[\s\S]*New since you left[\s\S]*where is she/,
	);
});

test("each room keeps its draft and says its own lines, also after a reload", async () => {
	const ann = await enter("ann", {}, "one");
	await ann.field.fill("half a thought");
	await ann.goesTo("two");
	expect(await ann.field.inputValue()).toBe("");
	await ann.says("said in two");
	await ann.reads("said in two");
	await ann.page.goBack();
	await ann.isIn("one");
	expect(await ann.field.inputValue()).toBe("half a thought");
	await ann.page.reload();
	await ann.isInside();
	expect(await ann.field.inputValue()).toBe("half a thought");
	await ann.says("said in one");
	await ann.reads("said in one");
	expect(await ann.count("said in two")).toBe(0);
});

test("one sees who is here, who is away and who writes", async () => {
	const ann = await enter("ann", {}, "square");
	const bob = await enter("bob", {}, "square");
	const people = ann.page.getByRole("region", { name: /^People/ });
	await people.getByText("bob").waitFor();
	await bob.field.pressSequentially("hm");
	await ann.page.getByText("bob is writing…").waitFor();
	await bob.page.close();
	await people
		.getByRole("listitem")
		.filter({ hasText: /bob.*away/ })
		.waitFor();
});

test("a room is shared by its address", async () => {
	const permissions = ["clipboard-read", "clipboard-write"];
	const ann = await enter("ann", { permissions }, "shared");
	await ann.presses("Share link");
	await ann.page.getByText("Link copied").waitFor();
	const link = await ann.page.evaluate(() => navigator.clipboard.readText());
	expect(link).toBe(`${new URL(plume().url).origin}/r/shared`);
});
