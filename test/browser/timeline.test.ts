/** The timeline: it opens at the end, follows when asked to, and alone scrolls. Looked at by position. */
import { beforeAll, expect, test } from "vitest";
import { Caller } from "../program/caller.ts";
import type { Person } from "./person.ts";
import { phone, stage } from "./stage.ts";

const { enter, plume, openPage } = stage();
const lobby = "";
let bob: Caller;

beforeAll(async () => {
	bob = await Caller.enter(plume(), "bob");
	for (let n = 1; n <= 2_000; n += 1) bob.say(`line ${n}.`);
	await bob.until(({ text }) => text === "line 2000.");
});

/** Loads the page again, so that what the server sends it can be delayed for a while. */
async function holdableFrames({ page }: Person) {
	let isHeld = false;
	const delayed: (() => void)[] = [];
	await page.routeWebSocket("**/connect", (socket) => {
		socket.connectToServer().onMessage((frame) => {
			if (isHeld) delayed.push(() => socket.send(frame));
			else socket.send(frame);
		});
	});
	await page.reload();
	return {
		count: () => delayed.length,
		hold() {
			isHeld = true;
		},
		release() {
			isHeld = false;
			for (const send of delayed.splice(0)) send();
		},
	};
}

/** How far it is from what is seen of the room to its end, once all that was asked for has come. */
async function distance({ page }: Person): Promise<number> {
	const room = page.getByRole("region", { name: "What was said" });
	return room.evaluate(
		({ scrollHeight, scrollTop, clientHeight }) =>
			scrollHeight - scrollTop - clientHeight,
	);
}

const jump = ({ page }: Person) =>
	page.getByRole("button", { name: /^(Jump to latest|\d+ new below)$/ });

/** The last line is seen whole, and no button leads to it. */
async function isAtEnd(person: Person, text: string): Promise<void> {
	const line = person.page.locator("#log .line", { hasText: text }).last();
	const room = person.page.getByRole("region", { name: "What was said" });
	await expect
		.poll(async () => {
			const [box, frame] = [await line.boundingBox(), await room.boundingBox()];
			const [low, top] = [(box?.y ?? 0) + (box?.height ?? 0), frame?.y ?? 0];
			const isSeen = low > top && low <= top + (frame?.height ?? 0);
			return isSeen && (await distance(person)) < 2;
		})
		.toBe(true);
	await jump(person).waitFor({ state: "hidden" });
}

async function scrollsUp({ page }: Person, pixels: number): Promise<void> {
	await page.getByRole("log").hover();
	for (let turn = 0; turn < pixels; turn += 2_000) {
		await page.mouse.wheel(0, -2_000);
		await page.evaluate(() => new Promise(requestAnimationFrame));
	}
}

test("24 switches between a long room, a short one: each ends at the latest line", async () => {
	const ann = await enter("ann", {}, "short");
	await ann.says("here it is short");
	for (let turn = 0; turn < 12; turn += 1) {
		await ann.page.getByRole("link", { name: /lobby/ }).click();
		await ann.isIn("lobby");
		await isAtEnd(ann, "line 2000.");
		await ann.page.getByRole("link", { name: /short/ }).click();
		await ann.isIn("short");
		await isAtEnd(ann, "here it is short");
	}
	const link = ann.page.getByRole("link", { name: /lobby/ });
	expect(await link.innerText()).not.toMatch(/\d/);
});

test.each([
	["wide", {}],
	["phone", phone],
])(
	"who jumps to the latest line from far up follows from there: %s",
	async (_, options) => {
		const ann = await enter("ann", options, lobby);
		await isAtEnd(ann, "line 2000.");
		for (const [turn, pixels] of [4_000, 40_000, 20_000].entries()) {
			await scrollsUp(ann, pixels);
			await jump(ann).click();
			const last = turn === 0 ? "line 2000." : `and ${turn - 1}.`;
			await isAtEnd(ann, last);
			const focused = await ann.page.evaluate(() => document.activeElement?.id);
			expect(["text", "room"]).toContain(focused);
			bob.say(`and ${turn}.`);
			await isAtEnd(ann, `and ${turn}.`);
		}
		bob.say("line 2000.");
	},
);

test("a page of history that comes after the jump does not push the end away", async () => {
	const ann = await openPage("ann", {}, lobby);
	const frames = await holdableFrames(ann);
	await ann.comesIn();
	await isAtEnd(ann, "line 2000.");
	const rows = ann.page.locator("#log > .row");
	const room = ann.page.getByRole("region", { name: "What was said" });
	const toTop = () => room.evaluate((room) => room.scrollTo(0, 0));
	while ((await rows.count()) <= 500) {
		const before = await rows.count();
		await toTop();
		await expect.poll(() => rows.count()).toBeGreaterThan(before);
	}
	frames.hold();
	await toTop();
	await expect.poll(() => frames.count()).toBeGreaterThan(0);
	await jump(ann).click();
	frames.release();
	bob.say("after the jump");
	await isAtEnd(ann, "after the jump");
	bob.say("line 2000.");
});

test.each([
	["wide", {}],
	["phone", phone],
])("nothing scrolls but the timeline: %s", async (_, options) => {
	const ann = await enter("ann", options, lobby);
	const rooms = Array.from({ length: 40 }, (_, n) => {
		return { name: `room-${n}`, epoch: "", offset: 0, said: 0 };
	});
	await ann.page.evaluate(
		(stored) => localStorage.setItem("rooms", stored),
		JSON.stringify(rooms),
	);
	await ann.page.reload();
	await isAtEnd(ann, "line 2000.");
	await scrollsUp(ann, 6_000);
	const beyond = await ann.page.evaluate(() => {
		const { scrollHeight, scrollWidth } = document.documentElement;
		return [scrollHeight - innerHeight, scrollWidth - innerWidth];
	});
	expect(beyond).toEqual([0, 0]);
	await ann.page.mouse.move(2, 2);
	await ann.page.mouse.wheel(0, 3_000);
	await ann.page.evaluate(() => new Promise(requestAnimationFrame));
	expect(await ann.page.evaluate(() => scrollY)).toBe(0);
});

test("keys typed in the room go to the composer, paging keys there to the room", async () => {
	const ann = await enter("ann", {}, lobby);
	await isAtEnd(ann, "line 2000.");
	await ann.page.getByRole("region", { name: "What was said" }).focus();
	await ann.page.keyboard.type("hi there");
	expect(await ann.field.inputValue()).toBe("hi there");
	await ann.field.press("PageUp");
	await expect.poll(() => distance(ann)).toBeGreaterThan(300);
	await ann.field.press("PageDown");
	await isAtEnd(ann, "line 2000.");
	await ann.field.fill("");
	const before = await distance(ann);
	await ann.field.press("Home");
	await expect.poll(() => distance(ann)).toBeGreaterThan(before + 1_000);
	await ann.field.press("End");
	await isAtEnd(ann, "line 2000.");
	await ann.field.blur();
	await ann.page.keyboard.type("x");
	expect(await ann.field.inputValue()).toBe("x");
});

test("joins in a row are one line, which opens, is not counted, interrupts nobody", async () => {
	const ann = await enter("ann", {}, lobby);
	await isAtEnd(ann, "line 2000.");
	bob.say("one");
	await ann.reads("one");
	await scrollsUp(ann, 2_000);
	const guests: Caller[] = [];
	for (const name of ["cara", "dan", "eve", "finn", "gus", "hal"])
		guests.push(await Caller.enter(plume(), name));
	guests[1]?.raw.drop();
	const fold = ann.page.locator("#log details");
	const words = fold.locator("summary").last();
	await expect
		.poll(() => words.innerText())
		.toMatch(/cara, eve and 3 others came in · dan came in and left$/);
	expect(await jump(ann).innerText()).toBe("Jump to latest");
	bob.say("two");
	await expect.poll(() => jump(ann).innerText()).toBe("1 new below");
	await jump(ann).click();
	await isAtEnd(ann, "two");
	const second = ann.page.locator("article", { hasText: "two" }).last();
	expect(await second.getAttribute("class")).toBe("said");
	await words.focus();
	await ann.page.keyboard.press("Enter");
	await fold.last().getByText("dan left").waitFor();
	expect(await fold.last().getByRole("paragraph").count()).toBeGreaterThan(6);
	bob.say("line 2000.");
	for (const guest of guests) guest.raw.drop();
});

test("a page of history with nothing but joins is followed by the one before", async () => {
	const ann = await enter("ann", {}, lobby);
	bob.say("long before");
	for (let n = 0; n < 120; n += 1) {
		const guest = await Caller.enter(plume(), "flo");
		guest.raw.drop();
	}
	bob.say("line 2000.");
	await ann.reads("flo came in");
	await ann.page.reload();
	await isAtEnd(ann, "line 2000.");
	await ann.reads("long before");
	await expect
		.poll(() => ann.page.locator("#log article.said").count())
		.toBeGreaterThan(20);
});

test("a person with three tabs enters once, leaves once", async () => {
	const cleo = await enter("cleo", {}, "tabs");
	const ann = await enter("ann", {}, "tabs");
	await cleo.reads("ann came in");
	await cleo.says("hello");
	await ann.reads("hello");
	await cleo.hidesTab();
	const tabs = [await ann.opensTab("new"), await ann.opensTab("new")];
	const people = await cleo.opensPeople();
	await people.getByText("ann").waitFor();
	await tabs[1]?.says("from the third");
	await cleo.reads("from the third");
	const system = cleo.page.locator("#log .system");
	const visibleLines = () => system.filter({ visible: true }).allInnerTexts();
	const before = await visibleLines();
	expect(before.filter((words) => words.includes("ann"))).toHaveLength(1);
	expect(await cleo.page.title()).toBe("(1) tabs · Plume");
	await ann.logsOut("Log out");
	await cleo.reads("ann left");
	const after = (await visibleLines()).slice(before.length);
	expect(after.map((words) => words.split("\n")[0])).toEqual([
		expect.stringMatching(/^ann left [\d:]+/),
	]);
	expect(await cleo.page.title()).toBe("(1) tabs · Plume");
	await cleo.page.reload();
	await cleo.reads("ann left");
	expect(
		(await visibleLines()).filter((words) => /^ann left/.test(words)),
	).toHaveLength(1);
});

test("a line that is being sent does not move when the server accepts it", async () => {
	const ann = await openPage("ann", {}, "pending");
	const frames = await holdableFrames(ann);
	await ann.comesIn();
	const dan = await enter("dan", {}, "pending");
	await dan.says("his line");
	await ann.reads("his line");
	for (const text of ["my `first`", "my second"]) {
		frames.hold();
		await ann.says(text);
		const word = text.slice(-6).replace("`", "");
		const waiting = ann.page.locator("#outbox article", { hasText: word });
		const line = ann.page.locator("article .line", { hasText: word });
		const box = await line.boundingBox();
		const isFirst = text.includes("first");
		expect(await waiting.locator(".avatar").isVisible()).toBe(isFirst);
		expect(await waiting.getByText("ann").isVisible()).toBe(isFirst);
		frames.release();
		await waiting.waitFor({ state: "detached" });
		const { x, y } = (await line.boundingBox()) ?? {};
		expect({ x, y }).toEqual({ x: box?.x, y: box?.y });
	}
	const names = ann.page.getByRole("article", { name: /^ann, \d/ });
	expect(await names.count()).toBe(2);
});
