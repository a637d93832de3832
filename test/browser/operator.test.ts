/** What people see of what an operator does. */
import { expect, test } from "vitest";
import { run } from "../program/program.ts";
import { stage } from "./stage.ts";

const { enter, plume } = stage({ PLUME_RETENTION: "garden=30d" });

const operate = (...args: readonly string[]) =>
	run(args, { PLUME_DATA: plume().data });

test("a notice stands in a box of its own, and is read aloud", async () => {
	const ann = await enter("ann");
	const room = new URL(ann.page.url()).pathname.split("/").at(-1) ?? "";
	await operate("say", room, "The server moves on Sunday,\nat noon.");
	const notice = ann.page.locator("article.notice");
	await notice.waitFor();
	expect(await notice.innerText()).toMatch(
		/plumebot\s+notice[\s\S]+on Sunday,\nat noon\./,
	);
	await ann.hasHeard("plumebot: The server moves on Sunday");
	await operate("notice", "Have a good time.");
	await notice.nth(1).waitFor();
	await ann.page.reload();
	await notice.nth(1).waitFor();
	expect(await notice.count()).toBe(2);
});

test("a renamed person goes on under the new name, and nothing they type is lost", async () => {
	const ann = await enter("ann");
	const bob = await enter("bob");
	await ann.field.fill("half a thought");
	await operate("rename", "ann", "Anna");
	await bob.page
		.locator("#people")
		.getByText("Anna")
		.waitFor({ state: "attached" });
	expect(await ann.field.inputValue()).toBe("half a thought");
	await ann.page.keyboard.press("Enter");
	await bob.reads("half a thought");
	await bob.page.locator("article.said", { hasText: "Anna" }).waitFor();
});

test("what a person said under the name they had before is theirs to edit", async () => {
	const ann = await enter("ina");
	await ann.says("teh cat");
	await ann.reads("teh cat");
	await operate("rename", "ina", "Karla");
	await ann.page.locator("#me").getByText("Karla").waitFor();
	await ann.page.reload();
	await ann.reads("teh cat");
	await ann.field.press("ArrowUp");
	expect(await ann.field.inputValue()).toBe("teh cat");
	await ann.says("the cat");
	await ann.reads("the cat");
	const bob = await enter("ulf");
	await bob.says("@ina, a dog");
	await ann.page.locator("article.mention mark", { hasText: "@ina" }).waitFor();
});

test("who is blocked at a message is the one who wrote it, whoever has the name by then", async () => {
	const ann = await enter("lea");
	const troll = await enter("gus");
	await troll.says("buy my stamps");
	await ann.reads("buy my stamps");
	await operate("release", "gus");
	const article = ann.page.locator("article.said", { hasText: "stamps" });
	await article.hover();
	await article.getByTitle("More").click();
	await ann.presses("Block, report and more");
	await ann.presses("Block");
	await ann.isTold("You see nothing more of ?");
});

test("beside a room stands how long messages are there, where they are deleted", async () => {
	const words = "Messages here are deleted after 30 days.";
	const ann = await enter("mia");
	const line = ann.page.locator("#retention");
	expect(await line.isVisible()).toBe(false);
	await ann.goesTo("garden", "garden");
	await ann.page.locator("article.notice").getByText(words).waitFor();
	await ann.page.reload();
	await ann.isInside();
	await ann.opensPeople();
	await line.getByText(words).waitFor();
});

test("a blocked person's new spelling folds away as well", async () => {
	const ann = await enter("hal");
	const troll = await enter("hex");
	await troll.says("buy my stamps");
	await ann.reads("buy my stamps");
	await ann.says("@plumebot block hex");
	const folded = ann.page.locator("details.blocked");
	await folded.waitFor();
	await operate("rename", "hex", "HEX");
	await troll.says("stamps again");
	await folded.nth(1).waitFor();
	await operate("rename", "HEX", "Max");
	await ann.page.reload();
	await folded.nth(1).waitFor();
});
