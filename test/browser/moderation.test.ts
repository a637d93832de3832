/** Moderation on the page: the menu at a person or message, what is typed to the bot, and who is blocked. */

import { expect, test } from "vitest";
import { MessageType as types } from "../../machines/message.ts";
import { check } from "./axe.ts";
import type { Person } from "./person.ts";
import { phone, stage } from "./stage.ts";

const { enter, stop, restart } = stage({ PLUME_ADMINS: "boss@example.org" });

/** Opens the menu at a person's message. */
async function opensMenuAt({ page }: Person, text: string) {
	const article = page.locator("article.said", { hasText: text });
	await article.hover();
	await article.getByTitle("More").click();
	await page.getByRole("button", { name: "Block, report and more" }).click();
	return page.getByRole("dialog");
}

const folded = ({ page }: Person) =>
	page.locator("details.blocked", { hasText: "You blocked this person" });

test("who is blocked at a message folds away, rings no more, and is back when they are unblocked", async () => {
	const ann = await enter("ann");
	const troll = await enter("troll");
	const notes = await ann.recordsNotifications();
	await troll.says("buy my stamps");
	await ann.reads("buy my stamps");
	const menu = await opensMenuAt(ann, "buy my stamps");
	await menu.getByText("buy my stamps").waitFor();
	expect(await menu.getByRole("button", { name: "Ban" }).count()).toBe(0);
	await menu.getByRole("button", { name: "Block", exact: true }).click();
	await ann.isTold("You see nothing more of troll.");
	await folded(ann).waitFor();
	expect(await folded(ann).getByText("buy my stamps").isVisible()).toBe(false);
	expect(await ann.field.evaluate((field) => field.matches(":focus"))).toBe(
		true,
	);

	await ann.hidesTab();
	await troll.field.pressSequentially("hm");
	await troll.says("@ann I insist");
	await troll.says("at once");
	await folded(ann).nth(2).waitFor({ state: "attached" });
	await ann.showsTab();
	expect(await notes()).toEqual([]);
	expect(await ann.page.title()).toBe("room-1 · Plume");
	expect(await ann.page.locator(".mention, .since").count()).toBe(0);
	expect(await ann.page.locator("#announcer").innerText()).not.toContain(
		"insist",
	);

	// What was said at one time is one line to unfold.
	expect(await folded(ann).nth(2).isVisible()).toBe(false);
	await folded(ann).nth(1).getByText("You blocked").click();
	await ann.reads("at once");
	await troll.says("answer me");
	await ann.reads("answer me");
	await folded(ann).nth(1).getByText("You blocked").click();
	await ann.page.getByText("at once").waitFor({ state: "hidden" });
	const person = (await ann.opensPeople()).getByRole("button");
	await person.filter({ hasText: "blocked" }).click();
	await ann.presses("Unblock");
	await folded(ann).first().waitFor({ state: "detached" });
	await ann.reads("I insist");
});

test("who logs in next on a page has blocked nobody", async () => {
	const ann = await enter("gil");
	const troll = await enter("gus");
	await troll.says("buy my stamps");
	await ann.reads("buy my stamps");
	await ann.says("@plumebot block gus");
	await folded(ann).waitFor();
	await ann.logsOut("Log out");
	const next = ann.becomes("ina");
	await next.comesIn();
	await next.reads("buy my stamps");
});

test("a command typed to the bot is answered to the one who typed it, and said to nobody", async () => {
	const ann = await enter("abe");
	const bob = await enter("bea");
	await ann.says("@plumebot block bea");
	await ann.page.locator(".aside", { hasText: "nothing more" }).waitFor();
	await ann.says("@plumebot how are you?");
	// It may have been meant as a command.
	await ann.seesStatus("“@plumebot how are you?” is no command here.");
	await ann.says("@plumebot how are you?");
	await bob.reads("@plumebot how are you?");
	expect(await bob.count("@plumebot block")).toBe(0);
	expect(await ann.count("@plumebot block")).toBe(0);
});

test("a command that nobody hears stays in the field", async () => {
	const ann = await enter("fay");
	await stop();
	await ann.seesStatus(/restarting|Offline/);
	await ann.says("@plumebot block bob");
	await ann.hasHeard("There is no connection.");
	expect(await ann.field.inputValue()).toBe("@plumebot block bob");
	await ann.says("/help");
	await ann.seesStatus("“/help” is no command here.");
	await restart();
	const bob = await enter("flo");
	await bob.says("hello");
	await ann.reads("hello");
	// It stays although the connection came back.
	await ann.seesStatus("“/help” is no command here.");
	// The names could not be completed without the server.
	ann.expectsFailedLoads();
});

test("a member reports a message from the menu", async () => {
	const ann = await enter("cid");
	const troll = await enter("spammer");
	await troll.says("buy my stamps");
	await ann.reads("buy my stamps");
	const menu = await opensMenuAt(ann, "buy my stamps");
	await menu.getByRole("button", { name: "Report as spam" }).click();
	await ann.isTold("Thank you. The admins will look at it.");
});

test("an admin mutes, removes and bans with a reason that the person reads", async () => {
	const boss = await enter("boss");
	const troll = await enter("seller");
	await troll.says("buy my stamps");
	await boss.reads("buy my stamps");
	let menu = await opensMenuAt(boss, "buy my stamps");
	await check(boss, "the menu of an admin");
	await menu.getByRole("button", { name: "Mute for an hour" }).click();
	await boss.isTold("seller may say nothing in");
	await troll.hasHeard(/^announcer You may say nothing/);
	await troll.says("more stamps");
	await troll.seesStatus("1 line was not sent.");

	menu = await opensMenuAt(boss, "buy my stamps");
	await menu.getByRole("button", { name: "Remove this message" }).click();
	await boss.presses("Remove");
	await troll.reads("This message was deleted.");

	await (await boss.opensPeople()).getByRole("button").click();
	await menu.getByLabel("Reason").fill("only stamps");
	await menu.getByRole("button", { name: "Ban for a week" }).click();
	await troll.isOutside();
	await troll.page
		.locator("#step-trouble", { hasText: "only stamps" })
		.waitFor();
});

test("a reason that was typed is not lost if the line breaks while the page asks", async () => {
	const boss = await enter("boss");
	const troll = await enter("vendor");
	await troll.says("buy my stamps");
	await boss.reads("buy my stamps");
	const menu = await opensMenuAt(boss, "buy my stamps");
	const reason = menu.getByLabel("Reason");
	await reason.fill("only stamps");
	await menu.getByRole("button", { name: "Remove this message" }).click();
	await stop();
	await boss.seesStatus("Your lines are kept.");
	await boss.presses("Remove");
	await menu.getByRole("alert").filter({ hasText: /\S/ }).waitFor();
	expect(await reason.inputValue()).toBe("only stamps");
	await restart();
});

test("who is sent out of a room is told why, and is back as soon as they may", async () => {
	const boss = await enter("boss");
	const troll = await enter("shouter", phone);
	await troll.page.clock.install();
	await (await boss.opensPeople()).getByRole("button").click();
	await boss.page.getByLabel("Reason").fill("shouting");
	await boss.presses("Send out for 5 minutes");
	await troll.seesStatus(/You may not enter room-\d+ for 5 minutes: shouting/);
	await troll.page.locator("#connection").waitFor();
	await troll.seesStatus("you come back by yourself");
	await troll.presses("Try now");
	await troll.page.locator("#countdown", { hasText: "(5 minutes)" }).waitFor();
	await boss.says("/unkick shouter");
	await boss.isTold("shouter may enter");
	await troll.page.clock.runFor(5 * 60_000);
	await troll.isInside();
	await troll.says("sorry");
	await boss.reads("sorry");
});

test("a page that is loaded during a kick says for how long, and comes back by itself", async () => {
	const boss = await enter("boss");
	const troll = await enter("rowdy");
	const { page } = troll;
	const room = page.url();
	await (await boss.opensPeople()).getByRole("button").click();
	await boss.presses("Send out for 5 minutes");
	await troll.seesStatus("you come back by yourself.");
	await page.clock.install();
	await page.reload();
	await troll.seesStatus("you come back by yourself.");
	const countdown = page.locator("#countdown");
	await countdown.filter({ hasText: "(5 minutes)" }).waitFor();
	expect(page.url()).toBe(room);
	await page.clock.runFor(2 * 60_000);
	await countdown.filter({ hasText: "(3 minutes)" }).waitFor();
	await boss.says("/unkick rowdy");
	await boss.isTold("rowdy may enter");
	await page.clock.runFor(3 * 60_000);
	await page.locator("#connection").waitFor({ state: "hidden" });
	await troll.says("sorry");
	await boss.reads("sorry");
});

test("a command that the server refuses is in the field again, below the reason", async () => {
	const ann = await enter("ivy");
	const words = "That was too fast.";
	const code = "isNotTooFast";
	await ann.page.routeWebSocket("**/connect", (socket) => {
		const server = socket.connectToServer();
		socket.onMessage((frame) => {
			if (!String(frame).includes("block")) return server.send(frame);
			const { id } = JSON.parse(String(frame));
			const refused = { type: types.refused, re: types.text, id };
			socket.send(JSON.stringify({ ...refused, code, text: words }));
		});
	});
	await ann.page.reload();
	await ann.isOpen();
	await ann.says("/block gus");
	await ann.seesStatus(words);
	await expect.poll(() => ann.field.inputValue()).toBe("/block gus");
	await ann.seesStatus(words);
});

test("what a full disk has kept from being done is told, typed or chosen in a menu", async () => {
	const boss = await enter("boss");
	await boss.page.routeWebSocket("**/connect", (socket) => {
		const server = socket.connectToServer();
		const refusal = {
			...{ type: types.refused, re: types.text, code: "diskHasSpace" },
			text: "The disk is full.",
		};
		socket.onMessage((frame) => {
			const { type, id, text = "" } = JSON.parse(String(frame));
			const isForBot = type === types.text && text.startsWith("@plumebot");
			if (isForBot) socket.send(JSON.stringify({ ...refusal, id }));
			else server.send(frame);
		});
	});
	await boss.page.reload();
	const troll = await enter("trader");
	await troll.says("buy my stamps");
	await boss.reads("buy my stamps");
	const menu = await opensMenuAt(boss, "buy my stamps");
	await menu.getByRole("button", { name: "Report as spam" }).click();
	await boss.hasHeard("The disk is full.");
	await boss.says("/mute trader 1h rude");
	await expect.poll(() => boss.field.inputValue()).toBe("/mute trader 1h rude");
	const bar = boss.page.locator("#connection-words");
	await bar.getByText("The disk is full.").waitFor();
});

test("an answer of the bot is repeated only to who is far from it", async () => {
	const ann = await enter("ida");
	await enter("gus");
	const notice = ann.page.locator("#brief-notice");
	await ann.saysAtOnce(Array.from({ length: 60 }, (_, n) => `line ${n}`));
	await ann.reads("line 59");
	await ann.says("/block gus");
	await ann.isTold("You see nothing more of gus.");
	expect(await notice.textContent()).toBe("");
	await ann.hasHeard(/^announcer .*of gus/);
	await ann.page.locator("#room").evaluate((room) => room.scrollTo(0, 0));
	await ann.page.getByRole("button", { name: "Jump to latest" }).waitFor();
	await (await ann.opensPeople()).getByRole("button").click();
	await ann.presses("Unblock");
	await ann.hasHeard(/^brief-notice .*gus/);
});

test("the menu opens on a phone with one touch more, and in the list of people", async () => {
	const ann = await enter("dan", phone);
	const bob = await enter("eve");
	await bob.says("hello there");
	await ann.reads("hello there");
	const article = ann.page.locator("article.said", { hasText: "hello there" });
	await article.tap();
	await article.getByTitle("More").tap();
	await ann.presses("Block, report and more");
	await check(ann, "the menu on a phone");
	await ann.presses("Close");
	await (await ann.opensPeople()).getByRole("button").tap();
	await ann.page.getByRole("dialog").getByText("eve").waitFor();
	await ann.presses("Block");
	await ann.isTold("You see nothing more of eve.");
});
