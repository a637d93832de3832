/** What stands beside the talk: what a browser keeps, rooms, notes, and the way out. */

import { expect, test } from "vitest";
import { stage } from "./stage.ts";

const { enter, openPage } = stage();

test.each([
	["rooms", "{"],
	["rooms", '[{"name":7}]'],
	["theme", "purple"],
	["notify", "{}"],
	["rooms", '[{"name":"not a name!","epoch":"e","offset":1,"said":1}]'],
	["session", "nobody's"],
	["session", "x".repeat(100_000)],
	["email", "x".repeat(100_000)],
])("the page starts though the browser keeps %s as %j", async (key, value) => {
	const ann = await openPage("ann");
	await ann.page.evaluate(
		([key = "", value = ""]) => {
			localStorage.setItem(key, value);
			for (const name of ["lines", "draft", "expires", "pending"])
				sessionStorage.setItem(name, "{");
			sessionStorage.setItem("client", "x".repeat(100_000));
		},
		[key, value],
	);
	await ann.page.reload();
	await ann.comesIn();
	await ann.says("here all the same");
	await ann.reads("here all the same");
});

test("forty rooms are all there after a reload, with the current one in sight", async () => {
	const ann = await enter("ann");
	await ann.page.evaluate(() => {
		const rooms = Array.from({ length: 40 }, (_, at) => {
			return { name: `old-${at}`, epoch: "e", offset: 1, said: 1 };
		});
		localStorage.setItem("rooms", JSON.stringify(rooms));
	});
	await ann.page.goto(new URL("/r/newest", ann.page.url()).href);
	await ann.isInside();
	await ann.page.reload();
	await ann.isInside();
	const links = ann.page.locator("#rooms a");
	expect(await links.count()).toBe(42);
	const current = ann.page.locator("#rooms [aria-current]");
	expect(await current.innerText()).toContain("newest");
	const inSight = () =>
		current.evaluate((link) => {
			const { top, bottom } = link.getBoundingClientRect();
			return top >= 0 && bottom <= innerHeight;
		});
	// The room is entered again only once the server has answered.
	await expect.poll(inSight).toBe(true);
	await ann.opensMenu();
	await ann.presses("Leave this room");
	await ann.isIn("lobby");
	expect(await links.filter({ hasText: "newest" }).count()).toBe(0);
});

test("a newcomer by a link sees no counts for rooms they never saw", async () => {
	const bob = await enter("bob", {}, "");
	await bob.says("said before anyone came");
	await bob.reads("said before");
	const nina = await enter("nina");
	await nina.says("hello");
	await nina.reads("hello");
	await bob.says("said while ann is elsewhere");
	await bob.reads("ann is elsewhere");
	const badge = nina.page.locator("#rooms .unread");
	expect(await badge.count()).toBe(0);
});

test("a longest name leaves the room's name in sight", async () => {
	const name = "a-name-as-long-as-any-name-may-be";
	const ann = await enter(name.slice(0, 32), {
		viewport: { width: 870, height: 600 },
	});
	const title = ann.page.locator("#room-name");
	const isWhole = await title.evaluate((element) => {
		const own = element.getBoundingClientRect();
		const box = element.closest("h1")?.getBoundingClientRect();
		return box !== undefined && own.width > 0 && own.right <= box.right;
	});
	expect(isWhole).toBe(true);
});

test("a blocked notification is explained, with what to do", async () => {
	const ann = await enter("ann");
	const bob = await enter("bob");
	await ann.page.evaluate(() => {
		const blocked = {
			permission: "default",
			async requestPermission() {
				blocked.permission = "denied";
				return "denied";
			},
		};
		Object.assign(window, { Notification: blocked });
	});
	await bob.says("@ann, look");
	await ann.presses("Turn on");
	const words = ann.page.locator("#ask-words");
	await words.filter({ hasText: "Your browser blocks notes" }).waitFor();
	await ann.presses("Not now");
	expect(await ann.page.locator("#ask").isVisible()).toBe(false);
	expect(await ann.field.evaluate((field) => field.matches(":focus"))).toBe(
		true,
	);
	await ann.opensSettings();
	const box = ann.page.getByLabel("Get a note when");
	expect(await box.isChecked()).toBe(false);
	await ann.seesStatus("Your browser blocks notes");
});

test("a mention notifies where the window is visible but has no focus", async () => {
	const ann = await enter("ann");
	const bob = await enter("bob");
	const notifications = await ann.recordsNotifications();
	await ann.page.evaluate(() => {
		localStorage.setItem("notify", "yes");
		document.hasFocus = () => false;
	});
	await bob.says("@ann, look");
	await ann.reads("@ann, look");
	await expect.poll(notifications).toHaveLength(1);
	await expect.poll(() => ann.page.title()).toMatch(/^\(1\) /);
	await ann.page.evaluate(() => {
		document.hasFocus = () => true;
		dispatchEvent(new Event("focus"));
	});
	expect(await ann.page.title()).not.toMatch(/^\(/);
});

test("the theme that is chosen in one tab is every tab's", async () => {
	const ann = await enter("ann");
	const other = await ann.opensTab("new");
	await ann.opensSettings();
	await ann.page.getByLabel("Dark").check();
	const theme = () =>
		other.page.evaluate(() => document.documentElement.style.colorScheme);
	await expect.poll(theme).toBe("dark");
	await other.opensSettings();
	expect(await other.page.getByLabel("Dark").isChecked()).toBe(true);
});

test("deleting everything ends with kind words above an empty form", async () => {
	const ann = await enter("ann");
	await ann.says("one");
	await ann.reads("one");
	await ann.opensSettings();
	await ann.presses("Delete everything and my name");
	// It may be over at once, and what is shown meanwhile gone again.
	await ann.page.evaluate(() => {
		const look = () => {
			if (document.body.innerText.includes("Deleting all you said."))
				document.body.dataset.meanwhile = "it said so";
		};
		const all = { subtree: true, childList: true, characterData: true };
		new MutationObserver(look).observe(document.body, all);
	});
	await ann.presses("Delete everything");
	await ann.isOutside();
	const body = ann.page.locator("body");
	expect(await body.getAttribute("data-meanwhile")).toBe("it said so");
	await ann.seesStatus("All you said is gone, and “ann” is free again.");
	const colours = await ann.page.evaluate(() => {
		const colour = (selector: string) => {
			const element = document.querySelector(selector);
			return element && getComputedStyle(element).color;
		};
		return [colour("#step-trouble"), colour("#enter h1")];
	});
	expect(colours[0]).toBe(colours[1]);
	expect(await ann.page.getByLabel("Email").inputValue()).toBe("");
});

test("an address with a slash at its end leads to the room", async () => {
	const ann = await openPage("ann", {}, "boats/");
	await ann.comesIn();
	await ann.isIn("boats");
});

test("who is offline sees when the next try is due", async () => {
	const ann = await enter("ann");
	await ann.cutsTheLine();
	await ann.page.reload();
	await ann.seesStatus("Offline. Your lines are kept.");
	const countdown = ann.page.locator("#countdown");
	await countdown.filter({ hasText: /Trying again in \d+ s\./ }).waitFor();
	expect(await countdown.getAttribute("aria-hidden")).toBe("true");
});

test("there is a card before there is a script", async () => {
	// A service worker would bring the script all the same.
	const ann = await openPage("ann");
	await ann.page.route("**/static/app-*.js", () => {});
	await ann.page.reload({ waitUntil: "commit" });
	await ann.page.getByText("One moment…").waitFor();
});

test("a file that is dropped before the room is shown stays outside, with words", async () => {
	const ann = await openPage("ann");
	await ann.isOutside();
	const { isPrevented, words } = await ann.page.evaluate(() => {
		const dataTransfer = new DataTransfer();
		dataTransfer.items.add(new File(["x"], "cat.png"));
		const about = { bubbles: true, cancelable: true, dataTransfer };
		const event = new DragEvent("drop", about);
		const isPrevented = !document.body.dispatchEvent(event);
		return { isPrevented, words: document.body.innerText };
	});
	expect(isPrevented).toBe(true);
	expect(words).toContain("Pictures and files can’t be sent yet.");
});
