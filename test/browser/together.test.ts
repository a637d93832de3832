/**
 * A day of three people on one server, for those who are invited: Ann and Bob
 * at wide windows, Cleo on a phone. Each story goes on from the one before.
 */

import { expect, test } from "vitest";
import { lineOf, pressesAt } from "./line.ts";
import type { Person } from "./person.ts";
import { makesLink, makesRoom, opensMembers, titleOf } from "./private-room.ts";
import { phone, stage } from "./stage.ts";

const { openPage } = stage(
	{ PLUME_ALLOW: "invited", PLUME_ADMINS: "ann@example.org" },
	"between tests",
);
const permissions = ["notifications"];

let ann: Person;
let bob: Person;
let cleo: Person;
const all = () => [ann, bob, cleo];

const roomOf = ({ page }: Person, name: RegExp) =>
	page.locator("#rooms").getByRole("link", { name, includeHidden: true });

async function goesBackTo(person: Person, room: RegExp): Promise<void> {
	await person.opensSide();
	await roomOf(person, room).click();
}

/** Chooses a language in the settings, whatever the present one. */
async function choosesLanguage(person: Person, language: string) {
	const { page } = person;
	const side = page.locator("#show-side");
	if (await side.isVisible()) await side.click();
	await page.locator("#me").click();
	await page.locator("#language").selectOption(language);
	await page.locator(`html[lang=${language || "en"}] #text`).waitFor();
	await person.isOpen();
}

test("a newcomer gives an email, then a code, then a name", async () => {
	ann = await openPage("ann", { permissions }, "");
	await ann.types(await ann.getsACode());
	await ann.page.getByText("You are new here.").waitFor();
	await ann.choosesName();
	await ann.isIn("lobby");
});

test("one who is known is asked for no name", async () => {
	await ann.logsOut("Log out");
	await ann.isOutside();
	await ann.types(await ann.getsACode());
	await ann.isInside();
	await ann.page.getByTitle("You, and settings").getByText("ann").waitFor();
});

test("nobody comes in without an invitation", async () => {
	bob = await openPage("bob", { permissions }, "");
	await bob.asksForACode();
	await bob.seesStatus("This server is for invited people.");
});

test("newcomers come by links right into a private room", async () => {
	await makesRoom(ann, "Boat trip");
	await ann.says("I have the tickets");
	cleo = await openPage("cleo", phone, "");
	for (const other of [bob, cleo]) {
		const link = await makesLink(ann);
		await other.page.goto("about:blank");
		await other.page.goto(link);
		await other.page.getByText("You are invited.").waitFor();
		await other.comesIn();
		await titleOf(other, "Boat trip").waitFor();
		await other.reads("I have the tickets");
	}
	const members = await opensMembers(ann);
	for (const name of ["ann", "bob", "cleo"])
		await members.locator("#members-list").getByText(name).waitFor();
	await ann.page.keyboard.press("Escape");
});

test("someone who is known joins another private room by name", async () => {
	await makesRoom(ann, "Board");
	const dialog = await opensMembers(ann);
	for (const other of [bob, cleo]) {
		await dialog.getByLabel("Or someone who comes").fill(other.name);
		await dialog.getByRole("button", { name: "Invite" }).click();
		await other.opensSide();
		await other.presses("Join Board");
		await titleOf(other, "Board").waitFor();
	}
	await ann.page.keyboard.press("Escape");
	await cleo.says("What is to be decided?");
	for (const one of all()) await one.reads("What is to be decided?");
});

test("who is removed from a private room is out at once", async () => {
	const dialog = await opensMembers(ann);
	await dialog.getByRole("button", { name: "Remove cleo" }).click();
	await ann.presses("Remove");
	await titleOf(cleo, "lobby").waitFor();
	await cleo.presses("Close");
	await cleo.reads("You are no member of “Board” any more.");
	await roomOf(cleo, /Board/).waitFor({ state: "detached" });
});

test("a room that was handed over is left by one, closed by the other", async () => {
	const dialog = ann.page.locator("#room-about");
	await dialog.getByRole("button", { name: "Make bob the owner" }).click();
	await ann.presses("Hand over");
	await dialog.getByRole("button", { name: "Leave this room" }).click();
	await ann.presses("Leave");
	await titleOf(ann, "lobby").waitFor();
	const his = await opensMembers(bob);
	await his.getByRole("button", { name: "Close this room" }).click();
	await bob.presses("Close it");
	await bob.page.getByText("This room is closed.").waitFor();
	await bob.page.keyboard.press("Escape");
	expect(await bob.field.isVisible()).toBe(false);
});

test("all three talk in a room for all", async () => {
	for (const one of all()) await one.goesTo("harbour");
	for (const { name } of all())
		await ann.opensPeople().then((people) => people.getByText(name).waitFor());
	await ann.page.keyboard.press("Escape");
	await ann.says("The boat leaves at nine");
	await cleo.says("I bring the tent");
	await bob.says("teh coffee is mine");
	for (const one of all()) {
		await one.reads("The boat leaves at nine");
		await one.reads("I bring the tent");
		await one.reads("teh coffee is mine");
	}
});

test("an answer from the phone shows what it answers", async () => {
	await pressesAt(cleo, "The boat leaves at nine", "Reply");
	await cleo.says("I shall be late");
	for (const one of all())
		await lineOf(one, "I shall be late")
			.locator(".quote", { hasText: "The boat leaves at nine" })
			.waitFor();
});

test("all see what was edited", async () => {
	await pressesAt(bob, "teh coffee is mine", "Edit");
	await bob.field.fill("the coffee is mine");
	await bob.field.press("Enter");
	for (const one of all())
		await lineOf(one, "the coffee is mine").getByText("edited").waitFor();
});

test("all see a reaction from the phone", async () => {
	await pressesAt(cleo, "the coffee is mine", "React");

	const picker = cleo.page.locator("emoji-picker");
	await picker.getByRole("menuitem").first().tap();
	for (const one of all())
		await lineOf(one, "the coffee is mine").getByText("😀 1").waitFor();
});

test("all find what was pinned", async () => {
	await pressesAt(ann, "The boat leaves at nine", "More");
	await ann.presses("Pin");
	for (const one of all()) {
		await lineOf(one, "The boat leaves at nine").getByText("pinned").waitFor();
		await one.opensMenu();
		await one.presses("Pinned messages");
		const list = one.page.getByRole("dialog", { name: "Pinned messages" });
		await list.getByRole("button", { name: /at nine/ }).click();
		await list.waitFor({ state: "detached" });
	}
});

test("a message that is deleted on the phone is gone for all", async () => {
	await pressesAt(cleo, "I bring the tent", "More");
	await cleo.presses("Delete");
	await cleo.presses("Delete");
	for (const one of all()) {
		await one.reads("This message was deleted.");
		expect(await one.count("I bring the tent")).toBe(0);
	}
});

test("two talk directly, which the third does not see", async () => {
	await (await cleo.opensPeople()).getByRole("button", { name: "bob" }).click();
	await cleo.presses("Talk directly");
	await titleOf(cleo, "bob").waitFor();
	await cleo.says("a surprise for ann");
	await roomOf(bob, /cleo.*1 new/).click();
	await bob.reads("a surprise for ann");
	expect(await roomOf(ann, /cleo|bob/).count()).toBe(0);
});

test("what was read in one tab is read in the other", async () => {
	await goesBackTo(bob, /harbour/);
	const other = await bob.opensTab(
		"new",
		new URL("/r/lobby", bob.page.url()).href,
	);
	await bob.hidesTab();
	await ann.says("Who has the map?");
	await roomOf(other, /harbour 1 new/).waitFor();
	await bob.reads("Who has the map?");
	await bob.showsTab();
	await roomOf(other, /harbour$/).waitFor();
	await other.page.close();
});

test("what is marked as unread in one tab is unread in the other", async () => {
	const lobby = new URL("/r/lobby", bob.page.url()).href;
	const other = await bob.opensTab("new", lobby);
	await pressesAt(bob, "Who has the map?", "More");
	await bob.presses("Mark as unread");
	await bob.page.getByText("New since you left").waitFor();
	await roomOf(other, /harbour 1 new/).waitFor();
	await other.page.close();
});

test("each hears of a room what they chose", async () => {
	await goesBackTo(cleo, /harbour/);
	for (const [person, level] of [
		[cleo, "Nothing"],
		[bob, "Only mentions and replies"],
	] as const) {
		await person.presses("What to hear of this room");
		await person.page.getByLabel(level).check();
		await person.page.keyboard.press("Escape");
		await goesBackTo(person, /lobby/);
		await titleOf(person, "lobby").waitFor();
	}
	await ann.says("I found it");
	await ann.says("@bob @cleo, come and see");
	await roomOf(bob, /harbour.*mentioned/).waitFor();
	await roomOf(cleo, /harbour.*muted/).waitFor({ state: "attached" });
	expect(await roomOf(cleo, /harbour/).textContent()).not.toMatch(/\d/);
});

test("keys lead to the room with something new", async () => {
	await bob.page.keyboard.press("Alt+Shift+ArrowDown");
	await titleOf(bob, "harbour").waitFor();
	await bob.reads("@bob @cleo, come and see");
	await roomOf(bob, /harbour$/).waitFor();
});

test("notes are turned on in the settings", async () => {
	const notes = await ann.recordsNotifications();
	await ann.opensSettings();
	await ann.page.getByLabel("Get a note when someone mentions me").check();
	await ann.presses("Close");
	await ann.hidesTab();
	await bob.says("@ann, which island?");
	await ann.reads("@ann, which island?");
	const said = ["bob in harbour: @ann, which island?"];
	await expect.poll(notes).toEqual(said);
	await ann.showsTab();
});

test("each has a language, and they understand each other", async () => {
	await goesBackTo(cleo, /harbour/);
	await choosesLanguage(cleo, "de");
	await choosesLanguage(bob, "ar");
	expect(await bob.page.locator("html").getAttribute("dir")).toBe("rtl");
	await cleo.page.getByLabel("Deine Nachricht").fill("Guten Tag");
	await cleo.page.getByRole("button", { name: "Senden", exact: true }).tap();
	await bob.page.locator("#text").fill("إلى الجزيرة الصغيرة");
	await bob.page.locator("#send").click();
	for (const text of ["Guten Tag", "إلى الجزيرة الصغيرة"])
		await ann.reads(text);
	await ann.page.getByPlaceholder("Say something in harbour").waitFor();
	await choosesLanguage(cleo, "");
	await choosesLanguage(bob, "");
});

test("a word is found in this room, another in all of one's own", async () => {
	await goesBackTo(cleo, /harbour/);
	const dialog = cleo.page.getByRole("dialog", { name: "Search" });
	await cleo.opensMenu();
	await cleo.presses("Search");
	await dialog.getByRole("searchbox").fill("coffee");
	await dialog.getByRole("searchbox").press("Enter");
	await dialog.getByRole("button", { name: "the coffee is mine" }).waitFor();
	await dialog.getByRole("searchbox").fill("tickets");
	await dialog.getByRole("searchbox").press("Enter");
	await dialog.getByText("Nothing found.").waitFor();
	await dialog.getByRole("checkbox").check();
	await dialog.getByRole("button", { name: "I have the tickets" }).tap();
	await titleOf(cleo, "Boat trip").waitFor();
	await cleo.page
		.locator("article.said:focus", { hasText: "I have the tickets" })
		.waitFor();
});

test("mentions and answers are in one list, which leads to them", async () => {
	await goesBackTo(ann, /lobby/);
	await titleOf(ann, "lobby").waitFor();
	await ann.isOpen();
	await ann.page.keyboard.press("Control+Shift+f");
	await ann.presses("Mentions of me");
	const dialog = ann.page.getByRole("dialog", { name: "Search" });
	await expect
		.poll(() => dialog.innerText(), { timeout: 30_000 })
		.toContain("I shall be late");
	await dialog.getByRole("button", { name: "which island?" }).click();
	await titleOf(ann, "harbour").waitFor();
	await ann.reads("@ann, which island?");
});

test("one who deletes everything leaves nothing of it with the others", async () => {
	await goesBackTo(bob, /harbour/);
	await cleo.opensSettings();
	await cleo.presses("Delete everything and my name");
	await cleo.presses("Delete everything");
	await cleo.isOutside();
	for (const one of [ann, bob]) {
		await lineOf(one, "I shall be late").waitFor({ state: "detached" });
		const { page } = one;
		await expect.poll(() => page.content()).not.toContain("I shall be late");
	}
	await goesBackTo(bob, /Boat trip/);
	const members = await opensMembers(bob);
	await members.getByText("ann").first().waitFor();
	await expect.poll(() => members.innerText()).not.toContain("cleo");
});
