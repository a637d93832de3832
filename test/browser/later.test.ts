/** Dialogs, and the script that has them, which is loaded when the first is opened. */

import { expect, test } from "vitest";
import type { Person } from "./person.ts";
import { phone, stage } from "./stage.ts";

const { enter, openPage } = stage({ PLUME_ADMINS: "boss@example.org" });
const LATER = /\/static\/later-\w+\.js/;

const dialogs = ({ page }: Person) => page.locator("dialog[open]");

async function onlySettingsAreOpen(person: Person): Promise<void> {
	await dialogs(person).getByText("Log out everywhere").waitFor();
	expect(await dialogs(person).count()).toBe(1);
}

async function opensTools({ page }: Person, text: string): Promise<void> {
	const article = page.locator("article.said", { hasText: text });
	await article.hover();
	await article.getByTitle("More").click();
}

/** Holds the script with the dialogs back until what is returned is called. */
async function isLate({ page }: Person): Promise<() => void> {
	let arrives = () => {};
	const arrival = new Promise<void>((resolve) => {
		arrives = resolve;
	});
	await page.route(LATER, async (route) => {
		await arrival;
		await route.continue();
	});
	return arrives;
}

/** As the worker does when the note of a room is clicked. */
const clicksNote = ({ page }: Person, room: string) =>
	page.evaluate((room) => {
		const message = new MessageEvent("message", { data: { room } });
		navigator.serviceWorker.dispatchEvent(message);
	}, room);

test("a menu at a message goes with its room", async () => {
	const boss = await enter("boss", {}, "bravo");
	const ann = await enter("ann", {}, "alpha");
	await ann.says("a bad one");
	await boss.goesTo("alpha");
	await opensTools(boss, "a bad one");
	await boss.presses("Block, report and more");
	await boss.page.getByRole("button", { name: "Remove" }).waitFor();
	await clicksNote(boss, "bravo");
	await boss.isIn("bravo");
	await dialogs(boss).waitFor({ state: "detached" });
});

test("a menu that is loaded slowly opens in no other room", async () => {
	const bob = await openPage("bob", {}, "alpha");
	await bob.comesIn();
	await bob.says("look here");
	const arrives = await isLate(bob);
	await opensTools(bob, "look here");
	await bob.page.getByRole("link", { name: "lobby" }).click();
	await bob.isIn("lobby");
	arrives();
	await bob.opensSettings();
	await onlySettingsAreOpen(bob);
});

test("of two presses on what is loaded slowly only the second opens it", async () => {
	const eve = await openPage("eve");
	await eve.comesIn();
	const arrives = await isLate(eve);
	await eve.page.keyboard.press("Control+k");
	await eve.page.keyboard.press("Control+k");
	arrives();
	await dialogs(eve).getByRole("textbox").waitFor();
	expect(await dialogs(eve).count()).toBe(1);
});

test("what is loaded slowly does not come over a line that is written meanwhile", async () => {
	const fay = await openPage("fay");
	await fay.comesIn();
	const arrives = await isLate(fay);
	await fay.presses("What to hear of this room");
	await fay.field.pressSequentially("a line");
	arrives();
	await fay.opensSettings();
	await onlySettingsAreOpen(fay);
});

test("a list of pins does not come over a line that is written meanwhile", async () => {
	const gil = await enter("gil");
	const answers = await gil.holdsAnswers();
	await gil.page.reload();
	await gil.isOpen();
	await gil.opensMenu();
	answers.hold();
	await gil.presses("Pinned messages");
	await gil.field.pressSequentially("a line");
	answers.arrive();
	await gil.opensSettings();
	await onlySettingsAreOpen(gil);
});

test("a dialog that is long in coming is announced", async () => {
	const dan = await openPage("dan");
	await dan.comesIn();
	const arrives = await isLate(dan);
	await dan.opensSettings();
	await dan.hasHeard("One moment…");
	arrives();
	await dialogs(dan).getByText("Log out everywhere").waitFor();
});

test("on a phone the words about settings that could not be loaded are in sight", async () => {
	const fay = await openPage("fay", phone);
	await fay.comesIn();
	const comes = await fay.lacks(LATER);
	await fay.opensSettings();
	await fay.hasHeard("There is no connection.");
	expect(await fay.page.locator("#side").isVisible()).toBe(false);
	comes();
	fay.expectsFailedLoads();
});

test("a page whose scripts do not come says after a while to load it again", async () => {
	const dan = await openPage("dan");
	const comes = await dan.lacks("**/app-*.js");
	await dan.page.reload();
	const again = dan.page.getByText("load this page again");
	await again.waitFor({ state: "attached" });
	expect(await again.isVisible()).toBe(false);
	await dan.page.evaluate(() => {
		for (const one of document.getAnimations()) one.finish();
	});
	await again.waitFor();
	comes();
	await dan.page.reload();
	await dan.isOutside();
	dan.expectsFailedLoads();
});

test("what could not be loaded is loaded when it is asked for again", async () => {
	const cleo = await openPage("cleo");
	await cleo.comesIn();
	const comes = await cleo.lacks(LATER);
	await cleo.opensSettings();
	await cleo.hasHeard("There is no connection.");
	comes();
	cleo.expectsFailedLoads();
	await cleo.opensSettings();
	await dialogs(cleo).getByText("Log out everywhere").waitFor();
});

test("the arrow keys read nothing aloud of somebody who is blocked", async () => {
	const dan = await enter("dan");
	const eve = await enter("eve");
	await eve.says("buy my stamps");
	await dan.reads("buy my stamps");
	await opensTools(dan, "buy my stamps");
	await dan.presses("Block, report and more");
	await dan.presses("Block");
	const folded = dan.page.locator("article.said", {
		has: dan.page.locator("details"),
	});
	await folded.waitFor();
	await dan.says("so much for that");
	await dan.reads("so much for that");
	await dan.field.focus();
	await dan.page.keyboard.press("Shift+Tab");
	await expect
		.poll(async () => {
			await dan.page.keyboard.press("ArrowUp");
			return folded.evaluate((one) => one.matches(":focus, :focus-within"));
		})
		.toBe(true);
	expect(await folded.evaluate((one) => one.ariaDescription)).toBe(null);
});

test("a lost connection is told at once, also before there are words for why", async () => {
	const fay = await openPage("fay");
	const { page } = fay;
	await fay.comesIn();
	await page.route(/\/de-later-\w+\.json/, () => {});
	let close: (() => void) | undefined;
	await page.routeWebSocket("**/connect", (socket) => {
		socket.connectToServer();
		close = () => void socket.close({ code: 4008 });
	});
	await fay.opensSettings();
	await page.locator("#language").selectOption("de");
	await page.getByPlaceholder("Sag etwas in").waitFor();
	await expect.poll(() => close).toBeDefined();
	close?.();
	// It waits 10 s for words.
	await page.locator("#connection").waitFor({ timeout: 9_000 });
});
