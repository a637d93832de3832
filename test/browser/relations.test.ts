/** Editing, reacting and pinning on the page. */

import { expect, test } from "vitest";
import { check } from "./axe.ts";
import type { Person } from "./person.ts";
import { phone, stage } from "./stage.ts";

const { enter, stop, restart } = stage();

const lineIn = ({ page }: Person, text: string) =>
	page.locator("article.said", { hasText: text }).last();

async function presses(person: Person, text: string, tool: string) {
	const line = lineIn(person, text);
	await line.hover();
	await line.getByRole("button", { name: tool, exact: true }).click();
}

test("a message is edited in the composer, and everyone sees that it was", async () => {
	const ann = await enter("ann");
	const bob = await enter("bob");
	await ann.says("teh cat");
	await bob.reads("teh cat");
	await ann.field.fill("a draft");
	await presses(ann, "teh cat", "Edit");
	expect(await ann.field.inputValue()).toBe("teh cat");
	await ann.field.fill("the cat");
	await ann.field.press("Enter");
	for (const one of [ann, bob])
		await lineIn(one, "the cat").getByText("edited").waitFor();
	await expect.poll(() => ann.field.inputValue()).toBe("a draft");
	// What is read aloud goes a second later.
	const old = bob.page.getByText("teh cat");
	await expect.poll(() => old.count()).toBe(0);
	await check(bob, "an edited message");
});

test("an edit outlives the page, and the draft waits for it", async () => {
	const ann = await enter("ada2");
	await ann.says("first");
	await ann.reads("first");
	await ann.field.fill("a draft");
	await presses(ann, "first", "Edit");
	await ann.field.fill("first, corrected");
	for (let time = 0; time < 2; time++) {
		await ann.page.reload();
		await ann.page.getByText("Edit: first").waitFor();
		expect(await ann.field.inputValue()).toBe("first, corrected");
	}
	await ann.presses("Do not edit");
	expect(await ann.field.inputValue()).toBe("a draft");
	await ann.page.reload();
	await ann.isOpen();
	expect(await ann.field.inputValue()).toBe("a draft");
});

test("Up in an empty field edits the last message, and Escape leaves it", async () => {
	const ann = await enter("ada");
	await ann.says("first");
	await ann.says("second");
	await ann.reads("second");
	await ann.field.press("ArrowUp");
	expect(await ann.field.inputValue()).toBe("second");
	await ann.field.press("Escape");
	expect(await ann.field.inputValue()).toBe("");
	await ann.says("third");
	await ann.reads("third");
	expect(await ann.page.getByText("edited").count()).toBe(0);
});

test("words that could not be changed stay in the field", async () => {
	const ann = await enter("abe");
	await ann.says("hello");
	await presses(ann, "hello", "Edit");
	await ann.field.fill("goodbye");
	await stop();
	await ann.page.locator("#connection").waitFor();
	await ann.field.press("Enter");
	await ann.page.getByText("There is no connection.").first().waitFor();
	expect(await ann.field.inputValue()).toBe("goodbye");
	await restart();
	await ann.retries();
	await ann.page.locator("#connection").waitFor({ state: "hidden" });
	await ann.field.press("Enter");
	await lineIn(ann, "goodbye").getByText("edited").waitFor();
});

test("a reaction is chosen from the picker, and given or taken back with a click", async () => {
	const ann = await enter("amy");
	const bob = await enter("bo");
	await ann.says("who comes?");
	await bob.reads("who comes?");
	await presses(bob, "who comes?", "React");
	const picker = bob.page.locator("emoji-picker");
	await picker.getByRole("combobox").fill("party popper");
	await picker.getByRole("option", { name: /party popper/ }).click();
	const chip = lineIn(ann, "who comes?").getByRole("button", { name: /🎉/ });
	await chip.waitFor();
	expect(await chip.innerText()).toBe("🎉 1");
	expect(await chip.getAttribute("title")).toBe("bo");
	await chip.click();
	await lineIn(bob, "who comes?").getByText("🎉 2").waitFor();
	await check(ann, "a reaction");
	await chip.click();
	await lineIn(bob, "who comes?").getByText("🎉 1").waitFor();
	await bob.page.reload();
	await lineIn(bob, "who comes?").getByText("🎉 1").click();
	await chip.waitFor({ state: "detached" });
});

test("on a phone the buttons come with a touch", async () => {
	const ann = await enter("ana", phone);
	await ann.says("hello");
	await ann.reads("hello");
	const line = lineIn(ann, "hello");
	await line.tap();
	await line.getByRole("button", { name: "React", exact: true }).tap();
	const picker = ann.page.locator("emoji-picker");
	await picker.getByRole("menuitem").first().tap();
	await line.locator(".chip").waitFor();
	await check(ann, "reactions on a phone");
});

test("on a phone the picker is closed by its button, or beside it", async () => {
	const ann = await enter("aya", phone);
	const picker = ann.page.getByRole("dialog", { name: "Emoji" });
	await ann.presses("Emoji");
	await picker.getByRole("button", { name: "Close", exact: true }).tap();
	await picker.waitFor({ state: "detached" });
	await ann.presses("Emoji");
	await picker.getByRole("menuitem").first().waitFor();
	await ann.page.touchscreen.tap(195, 4);
	await picker.waitFor({ state: "detached" });
	await ann.presses("Emoji");
	await picker.getByRole("menuitem").first().tap();
	await ann.page.locator("#text:not(:placeholder-shown)").waitFor();
});

test("on a phone a long press opens a sheet", async () => {
	const ann = await enter("abe", phone);
	const bob = await enter("bix");
	await bob.says("who brings bread?");
	const line = lineIn(ann, "who brings bread?");
	await line.locator(".line").dispatchEvent("touchstart", { touches: [] });
	const sheet = ann.page.getByRole("dialog", { name: "bix" });
	await sheet.waitFor();
	await check(ann, "the sheet of a message");
	await sheet.getByRole("button", { name: "👍" }).tap();
	await lineIn(bob, "who brings bread?").getByText("👍 1").waitFor();
	await bob.page.getByRole("button", { name: "👍 1: abe" }).waitFor();
	await line.locator(".line").dispatchEvent("touchstart", { touches: [] });
	await sheet.getByText("👍 abe").waitFor();
	await ann.page.keyboard.press("Escape");
	await ann.says("I do");
	const own = ann.page.locator("article[data-offset]", { hasText: "I do" });
	await own.locator(".line").dispatchEvent("touchstart", { touches: [] });
	const mine = ann.page.getByRole("dialog", { name: "abe" });
	await mine.getByRole("button", { name: "Edit" }).tap();
	await ann.field.fill("I do, and butter");
	await ann.presses("Send");
	await bob.reads("and butter");
});

/** Real touches, as the browser itself would see them. */
async function fingerOn({ page }: Person) {
	const session = await page.context().newCDPSession(page);
	return (
		type: "touchStart" | "touchMove" | "touchEnd",
		...touchPoints: { x: number; y: number }[]
	) => session.send("Input.dispatchTouchEvent", { type, touchPoints });
}

/** What fingers do is loaded at the first touch. Nothing else hears where a finger leaves the room. */
async function hasGestures({ page }: Person) {
	const session = await page.context().newCDPSession(page);
	const expression = 'document.querySelector("#room")';
	const { result } = await session.send("Runtime.evaluate", { expression });
	const { objectId = "" } = result;
	const types = async () => {
		const question = "DOMDebugger.getEventListeners";
		const { listeners } = await session.send(question, { objectId });
		return listeners.map(({ type }) => type);
	};
	await expect.poll(types).toContain("touchend");
}

test.each([
	["left", "en", 1],
	["right", "ar", -1],
])(
	"on a phone a swipe from the edge at the %s opens the rooms",
	async (_, locale, way) => {
		const ann = await enter(`sw-${locale}`, phone);
		await ann.page.evaluate(
			(dir) => {
				document.documentElement.dir = dir;
			},
			locale === "ar" ? "rtl" : "ltr",
		);
		await ann.says("swipe here");
		await ann.reads("swipe here");
		await lineIn(ann, "swipe here").locator(".line").tap();
		await hasGestures(ann);
		const finger = await fingerOn(ann);
		const x = way === 1 ? 30 : phone.viewport.width - 30;
		const swipe = async (dx: number, dy: number) => {
			await finger("touchStart", { x, y: 400 });
			await finger("touchMove", { x: x + dx / 2, y: 400 + dy / 2 });
			await finger("touchMove", { x: x + dx, y: 400 + dy });
			await finger("touchEnd");
		};
		const side = ann.page.locator("#side");
		await swipe(way * 90, 90);
		expect(await side.isVisible()).toBe(false);
		await swipe(way * 120, 10);
		await side.waitFor();
	},
);

test("on a phone even the first swipe opens the rooms, also beside the messages", async () => {
	const ann = await enter("sw-first", phone);
	const finger = await fingerOn(ann);
	const y = 200;
	await finger("touchStart", { x: 30, y });
	await hasGestures(ann);
	await finger("touchMove", { x: 90, y });
	await finger("touchMove", { x: 150, y });
	await finger("touchEnd");
	await ann.page.locator("#side").waitFor();
});

test("a short touch opens no sheet, though what a long press does is loaded late", async () => {
	const ann = await enter("aki", phone);
	const { page } = ann;
	let release = () => {};
	const isReleased = new Promise<void>((resolve) => {
		release = resolve;
	});
	await page.route("**/static/later-*.js", async (route) => {
		await isReleased;
		await route.continue();
	});
	await ann.says("hello");
	await ann.reads("hello");
	await page.clock.install();
	const line = lineIn(ann, "hello");
	await line.tap();
	release();
	await hasGestures(ann);
	await page.clock.runFor(1_000);
	await line.getByRole("button", { name: "React", exact: true }).waitFor();
	expect(await page.getByRole("dialog").count()).toBe(0);
});

test("who made the room pins a message, which all find in a list", async () => {
	const ann = await enter("ani");
	const bob = await enter("bea");
	await bob.says("the rules");
	await ann.reads("the rules");
	await presses(ann, "the rules", "More");
	await ann.presses("Pin");
	await lineIn(bob, "the rules").getByText("pinned by").waitFor();
	await bob.opensMenu();
	await bob.presses("Pinned messages");
	const list = bob.page.getByRole("dialog", { name: "Pinned messages" });
	await list.getByText("the rules").waitFor();
	await check(bob, "the pinned messages");
	await list.getByRole("button", { name: /the rules/ }).click();
	await list.waitFor({ state: "detached" });
	await presses(ann, "the rules", "More");
	await ann.presses("Take down");
	const pinned = lineIn(bob, "the rules").getByText("pinned by");
	await pinned.waitFor({ state: "detached" });
	await bob.opensMenu();
	await bob.presses("Pinned messages");
	await list.getByText("Nothing is pinned in this room.").waitFor();
});

test("a word that is wider than a phone makes no dialog wider", async () => {
	const ann = await enter("ash", { viewport: { width: 390, height: 844 } });
	const bob = await enter("boy");
	const word = "x".repeat(120);
	await bob.says(word);
	await ann.reads(word);
	const dialog = ann.page.getByRole("dialog").last();
	async function fits(): Promise<void> {
		await dialog.getByText(word).waitFor();
		const widths = dialog.evaluate((one) => [one.scrollWidth, one.clientWidth]);
		const [scrolled, seen] = await widths;
		expect(scrolled).toBe(seen);
		await ann.presses("Close");
	}
	await presses(ann, word, "More");
	await ann.presses("Block, report and more");
	await fits();
	await presses(ann, word, "More");
	await ann.presses("Pin");
	await lineIn(ann, word).getByText("pinned by").waitFor();
	await ann.opensMenu();
	await ann.presses("Pinned messages");
	await fits();
	await ann.page.keyboard.press("Control+Shift+f");
	await dialog.getByRole("searchbox").fill(word);
	await dialog.getByRole("searchbox").press("Enter");
	await fits();
});

test("without a connection no list of pins opens, which would stay empty", async () => {
	const ann = await enter("ali");
	await ann.opensMenu();
	await ann.presses("Pinned messages");
	await ann.presses("Close");
	await stop();
	await ann.page.locator("#connection:not([hidden])").waitFor();
	await ann.opensMenu();
	await ann.presses("Pinned messages");
	await ann.hasHeard("There is no connection.");
	expect(await ann.page.getByRole("dialog").count()).toBe(0);
	await restart();
});

test("an open list of pins has the words that a message has by now, and no deleted one", async () => {
	const ann = await enter("aya2");
	const bob = await enter("bou");
	await bob.says("the first words");
	await ann.reads("the first words");
	await presses(ann, "the first words", "More");
	await ann.presses("Pin");
	await lineIn(bob, "the first words").getByText("pinned by").waitFor();
	await ann.opensMenu();
	await ann.presses("Pinned messages");
	const list = ann.page.getByRole("dialog", { name: "Pinned messages" });
	const pin = (words: RegExp) => list.getByRole("button", { name: words });
	await pin(/the first words/).focus();
	await presses(bob, "the first words", "Edit");
	await bob.field.fill("other words");
	await bob.field.press("Enter");
	await pin(/other words/)
		.and(list.locator(":focus"))
		.waitFor();
	expect(await pin(/the first words/).count()).toBe(0);
	await presses(bob, "other words", "More");
	await bob.presses("Delete");
	await bob.presses("Delete");
	await list.getByText("Nothing is pinned in this room.").waitFor();
	expect(await pin(/words/).count()).toBe(0);
	await list.locator(":focus").waitFor();
});

test("a pinned message from long ago is shown, and the way back to the latest", async () => {
	const ann = await enter("aoi");
	await ann.says("the very first line");
	await presses(ann, "the very first line", "More");
	await ann.presses("Pin");
	for (const round of [1, 2])
		await ann.saysAtOnce(
			Array.from({ length: 90 }, (_, n) => `line ${round} ${n}`),
		);
	await ann.reads("line 2 89");
	const bob = await enter("bao");
	await bob.reads("line 2 89");
	expect(await bob.page.getByText("the very first line").count()).toBe(0);
	await bob.opensMenu();
	await bob.presses("Pinned messages");
	const list = bob.page.getByRole("dialog", { name: "Pinned messages" });
	await list.getByRole("button", { name: /the very first line/ }).click();
	await bob.page
		.locator("article.said:focus", { hasText: "the very first line" })
		.waitFor();
	await bob.presses("Jump to latest");
	await bob.reads("line 2 89");
	await ann.says("and on");
	await bob.reads("and on");
});

test("an emoji is put where the cursor is", async () => {
	const ann = await enter("aya");
	await ann.field.fill("good morning");
	await ann.field.evaluate((field: HTMLTextAreaElement) =>
		field.setSelectionRange(4, 4),
	);
	await ann.presses("Emoji");
	const picker = ann.page.locator("emoji-picker");
	await picker.getByRole("menuitem").first().click();
	await expect.poll(() => ann.field.inputValue()).toBe("good😀 morning");
	await check(ann, "a line with an emoji");
});

test("an emoji is found by typing at once", async () => {
	const ann = await enter("ayu");
	const { page } = ann;
	await ann.presses("Emoji");
	const picker = page.locator("emoji-picker");
	await picker.getByRole("menuitem").first().waitFor();
	await page.keyboard.type("party popper");
	await picker.getByRole("option", { name: /party popper/ }).click();
	await expect.poll(() => ann.field.inputValue()).toBe("🎉");
});

test("a reaction takes the focus from nobody", async () => {
	const ann = await enter("ash");
	const bob = await enter("bix");
	await ann.says("hello");
	await bob.reads("hello");
	await presses(bob, "hello", "React");
	await bob.page.locator("emoji-picker").getByRole("menuitem").first().click();
	const chip = lineIn(ann, "hello").locator(".chip");
	await chip.focus();
	await chip.press("Enter");
	await lineIn(bob, "hello").getByText("😀 2").waitFor();
	await lineIn(ann, "hello").getByText("😀 2").waitFor();
	const focused = ann.page.locator(".chip:focus");
	expect(await focused.innerText()).toBe("😀 2");
});

test("who stands on a message stays there while it is drawn anew", async () => {
	const ann = await enter("alva");
	const bob = await enter("bo");
	await ann.says("stand here");
	await bob.says("buy my stamps");
	await ann.reads("buy my stamps");
	await ann.field.press("Shift+Tab");
	await ann.page.keyboard.press("ArrowUp");
	await ann.page.locator("article:focus").waitFor();
	await presses(bob, "stand here", "React");
	await bob.page.locator("emoji-picker").getByRole("menuitem").first().click();
	await lineIn(ann, "stand here").getByText("😀 1").waitFor();
	expect(await ann.page.locator("article:focus .line").innerText()).toBe(
		"stand here",
	);
	const other = await ann.opensTab("copy");
	await other.isOpen();
	await other.says("@plumebot block bo");
	await ann.page.locator("details.blocked").waitFor();
	expect(await ann.page.locator("article:focus .line").innerText()).toBe(
		"stand here",
	);
});

test("the new words of a message that was deleted meanwhile come back as a line", async () => {
	const ann = await enter("ida");
	await ann.says("teh cat");
	await ann.reads("teh cat");
	await presses(ann, "teh cat", "Edit");
	await ann.field.fill("the cat");
	const other = await ann.opensTab("new");
	await presses(other, "teh cat", "More");
	for (const _ of ["asked", "sure"]) await other.presses("Delete");
	await ann.reads("This message was deleted.");
	await ann.field.press("Enter");
	await ann.seesStatus("This was an edit. Sent now, it is a new message.");
	expect(await ann.field.inputValue()).toBe("the cat");
	await ann.field.press("Enter");
	await ann.reads("the cat");
});

test("who is asked whether to delete a message is asked again if it was edited meanwhile", async () => {
	const ann = await enter("ivo");
	await ann.says("the first words");
	await ann.reads("the first words");
	const other = await ann.opensTab("new");
	await presses(other, "the first words", "More");
	await other.presses("Delete");
	await presses(ann, "the first words", "Edit");
	await ann.field.fill("other words");
	await ann.field.press("Enter");
	await other.reads("other words");
	await other.presses("Delete");
	const question = { name: "Delete “other words”?" };
	await other.page.getByRole("dialog", question).waitFor();
	await other.presses("Delete");
	await ann.reads("This message was deleted.");
});
