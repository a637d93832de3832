/**
 * The main screens of three people who are here together, each in every mode:
 * light, dark, forced colours and more contrast, from left to right and from
 * right to left, wide and on a phone. What the other files check in light and
 * dark from left to right is checked here in high contrast alone.
 */

import { beforeAll, expect, test } from "vitest";
import { check, HIGH_CONTRAST, THEMES } from "./axe.ts";
import { lineOf, showsTools } from "./line.ts";
import type { Person } from "./person.ts";
import { makesRoom, opensMembers } from "./private-room.ts";
import { phone, stage } from "./stage.ts";

const { enter, openPage, plume } = stage(
	{
		PLUME_ADMINS: "boss@example.org",
		PLUME_PUSH_CONTACT: "mailto:op@example.org",
	},
	"between tests",
);

/** Where all that can be said was said, by two who stay. */
const room = "hall";
let boss: Person;
let bob: Person;

interface Viewer {
	readonly person: Person;
	readonly isPhone: boolean;
	/** Checks the screen as it is. */
	readonly look: (screen: string) => Promise<void>;
}

/** Presses a button at a message, by where it stands among the others. */
async function pressesAt(person: Person, text: string, nth: number) {
	const tools = await showsTools(person, text);
	await tools.getByRole("button").nth(nth).click();
}

async function closes({ page }: Person) {
	await page.keyboard.press("Escape");
	await page.locator("dialog[open]").waitFor({ state: "hidden" });
}

/** Opens what a button leads to, looks at it, and closes it. */
async function looksBehind({ person, look }: Viewer, id: string) {
	await person.page.locator(id).click();
	const opened = person.page.locator("dialog[open], [popover]:popover-open");
	await opened.first().waitFor();
	await look(id);
	await closes(person);
}

async function opensSide({ page }: Person) {
	const button = page.locator("#show-side");
	if (await button.isVisible()) await button.click();
}

/** Logs in, whatever the language. */
async function comesIn({ page, name }: Person) {
	await page.locator("#email").fill(`${name}@example.org`);
	await page.locator("#enter-submit").click();
	await page.locator("#code").fill(await plume().codeFor(name));
	await page.locator("#name").fill(name);
	await page.locator("#verify-submit").click();
	await page.locator("#text").waitFor();
}

async function entersWithMistakes({ person, look }: Viewer) {
	const { page, name } = person;
	await page.locator("#email").fill(`${name}@example.org`);
	await page.locator("#enter-submit").click();
	await page.locator("#verify-sent").waitFor();
	const code = await plume().codeFor(name);
	await page.locator("#code").fill(code === "AAAAAA" ? "BBBBBB" : "AAAAAA");
	await page.locator("#code-trouble:not(:empty)").waitFor();
	await look("a wrong code");
	await page.locator("#code").fill(code);
	await page.locator("#name").fill("no spaces");
	await page.locator("#verify-submit").click();
	await page.locator("#name-offer").waitFor();
	await look("a wrong name");
	await page.locator("#name").fill(name);
	await page.locator("#verify-submit").click();
	await page.locator("#text").waitFor();
}

/** One message of each kind. */
async function talk() {
	const lines = [
		"Good morning! The boat leaves at nine, from the small pier.",
		"From last year:\n```\ntent, ropes, two lamps\n```\nand `real` coffee",
		"שלום לכולם, אני מביא קפה",
		"أهلا بكم جميعا، سأحضر القهوة",
		"🎉🎉",
		"regretted",
	];
	for (const line of lines) await bob.says(line);
	await pressesAt(bob, "regretted", -1);
	await bob.presses("Delete");
	await bob.presses("Delete");
	await boss.reads("Good morning!");
	await pressesAt(boss, "Good morning!", 1);
	await boss.says("I take the tent");
	await pressesAt(boss, "Good morning!", -1);
	await boss.presses("Pin");
	await pressesAt(boss, "I take the tent", 2);
	await boss.field.fill("I take the bigger tent");
	await boss.field.press("Enter");
	await pressesAt(boss, "Good morning!", 0);
	const emoji = boss.page.locator("emoji-picker [role=menuitem]");
	await emoji.first().click();
	await bob.reads("bigger tent");
}

beforeAll(async () => {
	boss = await enter("boss", {}, room);
	bob = await enter("bob", {}, room);
	await talk();
});

async function comesBack({ page }: Person) {
	await page.locator("#rooms").getByRole("link", { name: room }).click();
	await page.locator("#room-name", { hasText: room }).waitFor();
}

/** Dialogs that a button in the room's head or among its rooms opens. */
async function looksAtPanels(viewer: Viewer) {
	const { person, look, isPhone } = viewer;
	const { page } = person;
	await looksBehind(viewer, "#show-people");
	await looksBehind(viewer, "#bell");
	await looksBehind(viewer, "#show-more");
	for (const id of ["#show-pins", "#show-keys"]) {
		await page.locator("#show-more").click();
		await looksBehind(viewer, id);
	}
	if (isPhone) await page.locator("#show-more").click();
	await page.locator(isPhone ? "#search-here" : "#search").click();
	await page.locator("dialog [role=searchbox]").fill("tent");
	await page.keyboard.press("Enter");
	await page.locator("dialog .pin mark").first().waitFor();
	await look("what was found");
	await closes(person);
	await opensSide(person);
	await looksBehind(viewer, "#go-to");
	await opensSide(person);
	await page.locator("#me").click();
	await page.locator("#language option").nth(1).waitFor({ state: "attached" });
	await look("settings");
	await page.locator("#settings .danger").click();
	await page.locator("dialog[open] .danger").last().waitFor();
	await look("a warning");
	await page.keyboard.press("Escape");
	await closes(person);
	if (isPhone) await page.keyboard.press("Escape");
}

/** What a message leads to, and what is written. */
async function looksAtMessages(viewer: Viewer) {
	const { person, look, isPhone } = viewer;
	const { page } = person;
	const chip = lineOf(person, "Good morning!").locator(".chip");
	await chip.click();
	await chip.and(page.locator("[aria-pressed=true]")).waitFor();
	await pressesAt(person, "Good morning!", -1);
	await page.locator("dialog:is(.menu, .sheet)").waitFor();
	await look("what can be done with a message");
	await page.locator("dialog[open] button").last().click();
	await page.locator("dialog[open] fieldset").first().waitFor();
	await look("the menu at a message");
	await closes(person);
	if (isPhone) {
		const line = lineOf(person, "bigger tent").locator(".line");
		await line.dispatchEvent("touchstart", { touches: [] });
		await page.locator("dialog.sheet").waitFor();
		await look("the sheet of a message");
		await closes(person);
	}
	await page.locator("#add-emoji").click();
	await page.locator("emoji-picker [role=menuitem]").first().waitFor();
	await look("the emoji");
	await closes(person);
	await pressesAt(person, "Good morning!", 1);
	await page.locator("#text").fill("x".repeat(4_001));
	await look("too long a reply");
	await page.locator("#text").fill("");
	await page.locator("#text").pressSequentially("@b");
	await page.getByRole("option").first().waitFor();
	await look("completing a name");
	await page.locator("#text").fill("a draft");
}

/** A private room, and all that may stand in the list of rooms. */
async function looksAtRooms(viewer: Viewer) {
	const { person, look } = viewer;
	const { page } = person;
	await opensSide(person);
	await page.locator("#new-room").click();
	await page.locator("#make-title").fill("Trip to the island");
	await page.keyboard.press("Enter");
	await page.locator("#room-name", { hasText: "Trip" }).waitFor();
	await person.isOpen();
	await page.locator("#show-more").click();
	await page.locator("#members").click();
	await page.locator("#make-link").click();
	await page.locator("#open-invitations li").waitFor();
	await page.locator("#invite-name").fill("bob");
	await page.locator("#invite-name").press("Enter");
	await page.locator("#open-invitations li").nth(1).waitFor();
	await bob.opensSide();
	await bob.presses("Join Trip to the island");
	await page.locator("#members-list", { hasText: "bob" }).waitFor();
	await look("members");
	await page.locator("#close-room").click();
	await page.locator("dialog[open] .danger").last().click();
	await page.locator("#closed:not([hidden])").waitFor({ state: "attached" });
	await closes(person);
	expect(await page.locator("#quiet").isVisible()).toBe(false);
	await look("a closed room");
	await opensSide(person);
	await page.locator("#new-room").click();
	await page.locator("#join-name").fill("no!name");
	await page.keyboard.press("Enter");
	await page.locator("#join-name-trouble:not(:empty)").waitFor();
	await look("the rooms");
}

test.each([
	["wide", "en"],
	["phone", "en"],
	["wide", "ar"],
	["phone", "ar"],
] as const)(
	"no screen breaks a rule in any mode: %s, %s",
	async (size, locale) => {
		const name = `${size}-${locale}`;
		const isPhone = size === "phone";
		const options = { ...(isPhone ? phone : {}), locale };
		const person = await openPage(name, options, room);
		const modes = [...(locale === "ar" ? THEMES : []), ...HIGH_CONTRAST];
		const look = (screen: string) => check(person, `${name} ${screen}`, modes);
		const viewer = { person, isPhone, look };
		await entersWithMistakes(viewer);
		for (const one of [boss, bob]) await comesBack(one);
		await bob.says(`@${name} tickets: https://example.org/boats?day=saturday`);
		await person.reads(`@${name}`);
		await look("a room");
		await looksAtPanels(viewer);
		await looksAtMessages(viewer);
		await makesRoom(boss, `Board for ${name}`);
		const dialog = await opensMembers(boss);
		await dialog.locator("#invite-name").fill(name);
		await boss.page.keyboard.press("Enter");
		await dialog.locator("#open-invitations li").waitFor();
		await closes(boss);
		await looksAtRooms(viewer);
		await person.page.context().close();
	},
);

test("what is at an end of a line is at the other one from right to left", async () => {
	const mona = await openPage("mona", { locale: "ar-EG" });
	const { page } = mona;
	await comesIn(mona);
	const bob = await enter("bob");
	await bob.says("@mona, look");
	await bob.says("مرحبا @mona و @bob");
	await bob.says("🎉");
	await lineOf(mona, "🎉").waitFor();
	const leftOf = async (selector: string) =>
		(await page.locator(selector).last().boundingBox())?.x ?? 0;
	const gap = async () =>
		(await leftOf("article.said .tools")) - (await leftOf("article.said"));
	await expect.poll(gap).toBe(0);
	/** An element that is drawn anew meanwhile has no style: then that of the next one. */
	const style = async (selector: string, name: string) => {
		let found = "";
		const look = async () => {
			found = await page
				.locator(selector)
				.first()
				.evaluate(
					(one, name) => Reflect.get(getComputedStyle(one), name),
					name,
				);
			return found;
		};
		await expect.poll(look).not.toBe("");
		return found;
	};
	expect(await style("#rooms bdi", "textAlign")).toBe("right");
	expect(await style(".line.emoji", "direction")).toBe("rtl");
	expect(await style("#text:placeholder-shown", "direction")).toBe("rtl");
	expect(await style(".mention", "boxShadow")).toContain(" -4px 0px 0px 0px");
	for (const mention of [".line mark", ".line bdi"])
		expect(await style(mention, "direction")).toBe("ltr");
	const count = page.locator("#people-count");
	await expect.poll(() => count.textContent()).toBe("٢");
	expect(await style("#outbox", "direction")).toBe("rtl");
	await page.locator("#show-more").click();
	await page.locator("#share").click();
	expect(await style("dialog[open] input", "direction")).toBe("ltr");
	await page.keyboard.press("Escape");
	await page.locator("#add-emoji").click();
	await page.locator("emoji-picker").getByPlaceholder("بحث").waitFor();
});

test("the quiet hours stand on one line", async () => {
	const ann = await enter("ann", phone);
	await ann.opensSettings();
	await ann.page.getByLabel("Quiet to").waitFor();
	const [from, to] = await ann.page
		.locator("#settings input[type=time]")
		.evaluateAll((all) => all.map((one) => one.getBoundingClientRect().y));
	expect(from).toBe(to);
});

test("a reaction of one's own differs from others where colours are forced", async () => {
	const ann = await enter("amy", { forcedColors: "active" });
	const bob = await enter("bob");
	await bob.says("who comes?");
	await pressesAt(bob, "who comes?", 0);
	await bob.page.locator("emoji-picker [role=menuitem]").first().click();
	const chip = lineOf(ann, "who comes?").locator(".chip");
	const width = () => chip.evaluate((one) => getComputedStyle(one).borderWidth);
	await chip.waitFor();
	expect(await width()).toBe("1px");
	await chip.click();
	await chip.and(ann.page.locator("[aria-pressed=true]")).waitFor();
	expect(await width()).toBe("3px");
});
