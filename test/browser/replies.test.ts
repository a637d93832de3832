/** Replies on the page: begun at a message, sent with what they answer above them, which is looked up. */

import { expect, test } from "vitest";
import { MessageType as types } from "../../machines/message.ts";
import { check } from "./axe.ts";
import type { Person } from "./person.ts";
import { phone, stage } from "./stage.ts";

const { enter, openPage } = stage();

async function beginsReply({ page }: Person, text: string): Promise<void> {
	const article = page.locator("article.said", { hasText: text }).last();
	await article.hover();
	await article.getByRole("button", { name: "Reply" }).click();
	await page.locator("#replying", { hasText: text }).waitFor();
}

const quoteIn = ({ page }: Person, text: string) =>
	page.locator("article.said", { hasText: text }).last().locator(".quote");

test("a reply shows who and what it answers, and leads there", async () => {
	const ann = await enter("ann");
	const bob = await enter("bob");
	await ann.says("shall we go\nby boat?");
	await bob.reads("by boat?");
	await bob.says("something else");
	await beginsReply(bob, "by boat?");
	expect(await bob.field.evaluate((field) => field.matches(":focus"))).toBe(
		true,
	);
	await bob.says("gladly");
	expect(await bob.page.locator("#replying").isVisible()).toBe(false);
	for (const one of [ann, bob])
		await quoteIn(one, "gladly").getByText("shall we go by boat?").waitFor();
	expect(await quoteIn(ann, "gladly").innerText()).toContain("ann");
	await check(ann, "a reply");
	await quoteIn(ann, "gladly").click();
	await bob.says("no reply");
	await ann.reads("no reply");
	expect(await quoteIn(ann, "no reply").count()).toBe(0);
});

test("a reply that was begun can be left", async () => {
	const ann = await enter("ada");
	await ann.says("first");
	await beginsReply(ann, "first");
	await ann.field.press("Escape");
	await ann.says("second");
	await ann.reads("second");
	await beginsReply(ann, "first");
	await ann.presses("Do not reply");
	await ann.says("third");
	await ann.reads("third");
	expect(await ann.page.locator(".quote").count()).toBe(0);
});

test("what a reply answers is asked for where it is not on the screen", async () => {
	const ann = await enter("abe");
	await ann.says("the very first line");
	await ann.reads("the very first line");
	for (const round of [1, 2])
		await ann.saysAtOnce(
			Array.from({ length: 60 }, (_, n) => `line ${round} ${n}`),
		);
	await ann.reads("line 2 59");
	await beginsReply(ann, "the very first line");
	await ann.says("an answer to that");
	await quoteIn(ann, "an answer to that").getByText("the very first").waitFor();
	const bob = await enter("ben");
	await bob.reads("an answer to that");
	await quoteIn(bob, "an answer to that").getByText("the very first").waitFor();
	await quoteIn(bob, "an answer to that").click();
	await bob.page
		.locator("article.said:focus", { hasText: "the very first line" })
		.waitFor();
	await bob.presses("Jump to latest");
	await bob.reads("an answer to that");
});

test("a quote of what is deleted says so", async () => {
	const ann = await enter("amy");
	const bob = await enter("bo", phone);
	await ann.says("regrettable words");
	await bob.reads("regrettable words");
	await bob.page.locator("article.said", { hasText: "regrettable" }).tap();
	await beginsReply(bob, "regrettable words");
	await bob.says("I heard that");
	await quoteIn(ann, "I heard that").getByText("regrettable").waitFor();
	const own = ann.page
		.locator("article.said", { hasText: "regrettable" })
		.first();
	await own.hover();
	await own.getByTitle("More").click();
	await ann.presses("Delete");
	await ann.presses("Delete");
	for (const one of [ann, bob])
		await quoteIn(one, "I heard that").getByText("deleted").waitFor();
	const cleo = await enter("cleo");
	await quoteIn(cleo, "I heard that").getByText("deleted").waitFor();
});

test("a reply that was refused is one still where its words are edited", async () => {
	const ann = await enter("aida");
	await ann.says("shall we go?");
	await ann.reads("shall we go?");
	let isRefusing = true;
	await ann.page.routeWebSocket("**/connect", (socket) => {
		const server = socket.connectToServer();
		socket.onMessage((frame) => {
			const { type, n } = JSON.parse(String(frame));
			if (type !== types.text || !isRefusing) return server.send(frame);
			const refused = { type: types.refused, re: types.text, n };
			socket.send(JSON.stringify({ ...refused, code: "textIsShort" }));
		});
	});
	await ann.page.reload();
	await ann.reads("shall we go?");
	await beginsReply(ann, "shall we go?");
	await ann.says("gladly");
	await ann.page.locator("#failed-edit").click();
	isRefusing = false;
	await ann.field.press("Enter");
	await quoteIn(ann, "gladly").getByText("shall we go?").waitFor();
});

test("what is answered can't be read once it is deleted", async () => {
	const ann = await enter("alma");
	const bob = await enter("bo");
	await ann.says("regretted");
	await bob.reads("regretted");
	await beginsReply(bob, "regretted");
	await ann.page.locator("article.said").hover();
	await ann.presses("More");
	await ann.presses("Delete");
	await ann.presses("Delete");
	const bar = bob.page.locator("#replying-words");
	await bar.filter({ hasText: "deleted" }).waitFor();
});

test("a long name leaves room for the words of what is answered", async () => {
	const wim = await openPage("wim", phone);
	await wim.types(await wim.getsACode());
	await wim.choosesName("W".repeat(32));
	await wim.isInside();
	const bob = await enter("bob", phone);
	await wim.says("shall we go by boat?");
	const { page } = bob;
	const line = page.locator("article.said", { hasText: "by boat?" });
	await line.tap();
	await line.getByRole("button", { name: "Reply" }).tap();
	/** Pixels of the words that are in sight. */
	const shown = (where: string) =>
		page.locator(where).evaluate((words) => {
			const { left, right } = words.getBoundingClientRect();
			return Math.min(right, innerWidth) - left;
		});
	await expect
		.poll(() => shown("#replying-words > :last-child"))
		.toBeGreaterThan(60);
	await bob.says("gladly");
	await quoteIn(bob, "gladly").waitFor();
	await expect
		.poll(() => shown("#log .quote > :last-child"))
		.toBeGreaterThan(60);
	const room = page.locator("#room");
	expect(await room.evaluate((one) => one.scrollWidth - one.clientWidth)).toBe(
		0,
	);
});
