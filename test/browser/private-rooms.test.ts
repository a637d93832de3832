/** Private rooms on the page: made, joined by a link or by name, led, left and closed; and talk between two. */

import { expect, test } from "vitest";
import { check } from "./axe.ts";
import type { Person } from "./person.ts";
import { makesLink, makesRoom, opensMembers, titleOf } from "./private-room.ts";
import { phone, stage } from "./stage.ts";

const { enter, openPage, plume, restart, stop } = stage();

const isIn = (person: Person, title: string) =>
	titleOf(person, title).waitFor();

const rooms = ({ page }: Person) => page.locator("#rooms");

test("a private room is made, and someone who is here joins it by a link", async () => {
	const ann = await enter("ann");
	const bob = await enter("bob");
	await makesRoom(ann, "Birthday for Cleo");
	await ann.says("I have the cake");
	const link = await makesLink(ann);
	expect(link).toMatch(/\/join#[\w-]{22}$/);
	await bob.page.goto(link);
	await bob.page.getByText("You have opened an invitation").waitFor();
	expect(bob.page.url()).not.toContain("#");
	await bob.presses("Join");
	await isIn(bob, "Birthday for Cleo");
	await bob.reads("I have the cake");
	expect(await bob.page.title()).toBe("Birthday for Cleo · Plume");
	await rooms(bob).getByRole("heading", { name: "Private rooms" }).waitFor();
	await bob.page.reload();
	await isIn(bob, "Birthday for Cleo");
	await bob.reads("I have the cake");
	await bob.page.goto(link);
	await bob.presses("Join");
	await bob.hasHeard(
		"That invitation is used up, too old or taken back. Ask for another.",
	);
});

test("someone new logs in by a link, right into its room", async () => {
	const ann = await enter("ada");
	await makesRoom(ann, "Trip");
	await ann.says("we leave at noon");
	const link = await makesLink(ann);
	const dora = await openPage("dora");
	await dora.page.goto("about:blank");
	await dora.page.goto(link);
	await dora.page.getByText("You are invited.").waitFor();
	await dora.comesIn();
	await isIn(dora, "Trip");
	await dora.reads("we leave at noon");
	expect(await dora.page.locator("#invitation").isVisible()).toBe(false);
});

test("someone new who opens a link that was used is told so, in their language", async () => {
	const ann = await enter("abby");
	await makesRoom(ann, "Harvest");
	const link = await makesLink(ann);
	const first = await enter("fran");
	await first.page.goto(link);
	await first.presses("Join");
	await isIn(first, "Harvest");
	const { page } = await openPage("late", { locale: "de-DE" });
	await page.goto("about:blank");
	await page.goto(link);
	await page.locator("#invited").waitFor();
	await page.locator("#email").fill("late@example.org");
	await page.locator("#enter-submit").click();
	const words =
		"Diese Einladung ist verbraucht, zu alt oder zurückgenommen. Bitte um eine neue.";
	await page.locator("#step-trouble", { hasText: words }).waitFor();
	// They may log in all the same.
	expect(await page.locator("#invited").isVisible()).toBe(false);
	await page.locator("#enter-submit").click();
	await page.locator("#code").waitFor();
});

test("someone is invited by name, and finds that among their rooms", async () => {
	const ann = await enter("abe");
	const ben = await enter("ben");
	const cleo = await enter("cleo");
	await makesRoom(ann, "Boats");
	const dialog = await opensMembers(ann);
	const field = dialog.getByLabel("Or someone who comes here already");
	await field.fill("nobody");
	await field.press("Enter");
	await dialog.getByText("Nobody here has that name.").waitFor();
	for (const name of ["ben", "cleo"]) {
		await field.fill(`@${name}`);
		await field.press("Enter");
		await dialog.getByText(`${name} is invited`).waitFor();
	}
	await check(ann, "the members of a room");
	await rooms(ben).getByText("by abe").waitFor();
	const elsewhere = ben.page.locator("#elsewhere");
	expect(await elsewhere.textContent()).toBe("1");
	await cleo.goesTo("cabin");
	const decline = cleo.page.getByRole("button", { name: "Decline Boats" });
	await decline.focus();
	await ben.says("ahoy");
	await rooms(cleo).getByRole("link", { name: /1 new/ }).waitFor();
	const focused = cleo.page.locator("#rooms :focus");
	expect(await focused.innerText()).toBe("Decline");
	await ben.presses("Join Boats");
	await isIn(ben, "Boats");
	expect(await elsewhere.textContent()).toBe("0");
	await cleo.presses("Decline Boats");
	await rooms(cleo).getByText("Boats").waitFor({ state: "detached" });
	await dialog.locator("#members-list").getByText("ben").waitFor();
	const open = dialog.locator("#open-invitations li");
	await open.first().waitFor({ state: "detached" });
	await dialog.getByText("is invited").waitFor({ state: "detached" });
});

test("two talk directly, from the menu at a person", async () => {
	const ann = await enter("amy", phone);
	const bob = await enter("bo");
	await (await ann.opensPeople()).getByRole("button", { name: "bo" }).click();
	await ann.presses("Talk directly");
	await isIn(ann, "bo");
	await ann.says("only for you");
	await rooms(bob).getByRole("link", { name: /amy/ }).getByText("1").waitFor();
	await rooms(bob).getByRole("link", { name: /amy/ }).click();
	await bob.reads("only for you");
	const dialog = await opensMembers(bob);
	expect(
		await dialog.getByText("Invite", { exact: true }).first().isVisible(),
	).toBe(false);
	expect(await dialog.getByText("Leave this room").isVisible()).toBe(false);
});

test("an owner removes someone, hands over, and the next owner closes the room", async () => {
	const ann = await enter("ava");
	const bob = await enter("bill");
	const cleo = await enter("cora");
	await makesRoom(ann, "Board");
	for (const other of [bob, cleo]) {
		await other.page.goto(await makesLink(ann));
		await other.presses("Join");
		await isIn(other, "Board");
	}
	const dialog = await opensMembers(ann);
	await dialog.getByRole("button", { name: "Remove cora" }).click();
	await ann.presses("Remove");
	await isIn(cleo, "lobby");
	const cora = dialog.locator("#members-list").getByText("cora");
	await cora.waitFor({ state: "detached" });
	// What was pressed is gone.
	await dialog.locator(":focus").waitFor();
	const notice = { name: "You are no member of “Board” any more." };
	await cleo.page.getByRole("dialog", notice).waitFor();
	await cleo.page.keyboard.type("not for the lobby");
	expect(await cleo.field.inputValue()).toBe("");
	await cleo.presses("Close");
	await cleo.reads(notice.name);
	await rooms(cleo).getByText("Board").waitFor({ state: "detached" });
	await dialog.getByRole("button", { name: "Make bill the owner" }).click();
	await ann.presses("Hand over");
	await dialog.locator("li", { hasText: "bill" }).locator(".label").waitFor();
	expect(await dialog.getByText("Close this room").isVisible()).toBe(false);
	await dialog.getByRole("button", { name: "Leave this room" }).click();
	await ann.presses("Leave");
	await isIn(ann, "lobby");
	await rooms(ann).getByText("Board").waitFor({ state: "detached" });
	const his = await opensMembers(bob);
	await his.getByLabel("Title").fill("Old board");
	await bob.presses("Change");
	await isIn(bob, "Old board");
	await his.getByRole("button", { name: "Close this room" }).click();
	await bob.presses("Close it");
	await his.getByRole("button", { name: "Close", exact: true }).click();
	await bob.page.locator("#closed").waitFor();
	expect(await bob.field.isVisible()).toBe(false);
});

test("without a connection nobody leaves a room, and what is open there stays on the screen", async () => {
	const ann = await enter("abi");
	await makesRoom(ann, "Harbour");
	await makesLink(ann);
	const dialog = await opensMembers(ann);
	const open = dialog.locator("#open-invitations li");
	await open.waitFor();
	await stop();
	await ann.page.locator("#connection:not([hidden])").waitFor();
	await dialog.getByRole("button", { name: "Take back" }).click();
	const words = dialog.getByText("There is no connection.");
	await words.waitFor();
	await dialog.getByRole("button", { name: "Leave this room" }).click();
	await ann.presses("Leave");
	await ann.hasHeard("There is no connection.");
	expect(await open.count()).toBe(1);
	await restart();
	await ann.retries();
	await words.waitFor({ state: "detached" });
	expect(await ann.page.title()).toBe("Harbour · Plume");
});

test("who is removed on the way to another room reads from which", async () => {
	const ann = await enter("ada");
	const bob = await enter("bert");
	await makesRoom(ann, "Board");
	await bob.page.goto(await makesLink(ann));
	await bob.presses("Join");
	await isIn(bob, "Board");
	let isHeld = false;
	await bob.page.routeWebSocket("**/connect", (socket) => {
		const server = socket.connectToServer();
		socket.onMessage((frame) => isHeld || server.send(frame));
	});
	await bob.page.reload();
	await isIn(bob, "Board");
	await bob.isInside();
	const dialog = await opensMembers(ann);
	await dialog.getByRole("button", { name: "Remove bert" }).click();
	// His page asks for ten seconds at most.
	isHeld = true;
	await bob.goesTo("cellar");
	await ann.presses("Remove");
	await bob.seesStatus("You are no member of “Board” any more.");
});

/** Removes someone from the room that both are in. */
async function removes(owner: Person, name: string) {
	const dialog = await opensMembers(owner);
	await dialog.getByRole("button", { name: `Remove ${name}` }).click();
	await owner.presses("Remove");
	const member = dialog.locator("#members-list").getByText(name);
	await member.waitFor({ state: "detached" });
}

/** Makes a room in which a guest is, and returns what lets their connection fall silent. */
async function joinsBoard(owner: Person, guest: Person) {
	await makesRoom(owner, "Board");
	await guest.page.goto(await makesLink(owner));
	await guest.presses("Join");
	await isIn(guest, "Board");
	const setSilent = await guest.routesThroughTunnel();
	await guest.page.reload();
	await guest.isOpen();
	return setSilent;
}

test("who is removed while offline types nothing into the lobby", async () => {
	const ann = await enter("alma");
	const bob = await enter("boris");
	const setSilent = await joinsBoard(ann, bob);
	await isIn(bob, "Board");
	setSilent(true);
	await removes(ann, "boris");
	await bob.page.keyboard.type("not for");
	setSilent(false);
	await bob.retries();
	const words = { name: "You are no member of “Board” any more." };
	await bob.page.getByRole("dialog", words).waitFor();
	await bob.page.keyboard.type(" the lobby");
	expect(await bob.field.inputValue()).toBe("");
	await bob.presses("Close");
	await bob.reads(words.name);
});

test("who is removed has at hand what was not sent, which waits for their word if they come back", async () => {
	const ann = await enter("anouk");
	const bob = await enter("boyd");
	const setSilent = await joinsBoard(ann, bob);
	setSilent(true);
	await bob.says("only for the board");
	await bob.field.fill("what I was writing");
	await removes(ann, "boyd");
	setSilent(false);
	await bob.retries();
	const dialog = bob.page.getByRole("dialog");
	const words = dialog.getByLabel("What you wrote there, which was not sent");
	expect(await words.inputValue()).toBe(
		"only for the board\nwhat I was writing",
	);
	await check(bob, "what was not sent");
	await bob.presses("Close");
	await ann.presses("Close");
	await bob.page.goto(await makesLink(ann));
	await bob.presses("Join");
	await isIn(bob, "Board");
	await bob.page.getByText("You had been out of this room.").waitFor();
	expect(await bob.field.inputValue()).toBe("what I was writing");
	expect(await ann.count("only for the board")).toBe(0);
	await bob.presses("Send now");
	await ann.reads("only for the board");
});

/** Someone in the lobby, who has written something in a private room of another. */
async function writesElsewhere(owner: string, name: string) {
	const ann = await enter(owner);
	const bob = await enter(name);
	await makesRoom(ann, "Board");
	await bob.page.goto(await makesLink(ann));
	await bob.presses("Join");
	await isIn(bob, "Board");
	await bob.isOpen();
	await bob.field.fill("what I was writing");
	return { ann, bob };
}

/** They read why it is not sent, and what it was. */
async function hasAtHand({ page }: Person) {
	const name = "You are no member of “Board” any more.";
	const dialog = page.getByRole("dialog", { name });
	const words = dialog.getByLabel("What you wrote there, which was not sent");
	expect(await words.inputValue()).toBe("what I was writing");
}

test("who is removed while elsewhere has at hand what was not sent", async () => {
	const { ann, bob } = await writesElsewhere("abby", "bram");
	await bob.goesTo("quay");
	await removes(ann, "bram");
	await hasAtHand(bob);
});

test("who leaves has at hand what was not sent", async () => {
	const { bob } = await writesElsewhere("agda", "burt");
	const dialog = await opensMembers(bob);
	await dialog.getByRole("button", { name: "Leave this room" }).click();
	await bob.presses("Leave");
	await hasAtHand(bob);
});

test("who has begun to write in a room that is refused is told before they write on", async () => {
	const ann = await enter("asta");
	const bob = await enter("bela");
	await makesRoom(ann, "Board");
	await bob.page.goto(await makesLink(ann));
	await bob.presses("Join");
	await isIn(bob, "Board");
	await bob.goesTo("quay");
	const answers = await bob.holdsAnswers();
	await bob.page.reload();
	await bob.isOpen();
	const link = rooms(bob).getByRole("link", { name: "Board" });
	await link.waitFor();
	answers.hold();
	await removes(ann, "bela");
	await link.click();
	await isIn(bob, "Board");
	await bob.page.keyboard.type("not for");
	answers.arrive();
	const words = "There is no such room, or you may not enter it.";
	await bob.page.getByRole("dialog", { name: words }).waitFor();
	await bob.page.keyboard.type(" the lobby");
	expect(await bob.field.inputValue()).toBe("");
});

test("a link to a room that is not for one leads to the lobby, with words", async () => {
	const ann = await enter("ali");
	await ann.page.goto(`${plume().url}/r/~${"x".repeat(22)}`);
	await isIn(ann, "lobby");
	await ann.reads("There is no such room, or you may not enter it.");
});

test("Back leads past a room that one may not enter", async () => {
	const ann = await enter("abe", {}, "porch");
	await ann.page.goto(`${plume().url}/r/~${"x".repeat(22)}`);
	await isIn(ann, "lobby");
	await ann.page.goBack();
	await isIn(ann, "porch");
});

test("who logs in next on a page gets neither the rooms nor the invitation of the last one", async () => {
	const owner = await enter("olga");
	await makesRoom(owner, "Surprise");
	const link = await makesLink(owner);
	const ann = await enter("asa");
	await makesRoom(ann, "Diary");
	await ann.page.goto(link);
	await ann.page.getByText("You have opened an invitation").waitFor();
	await ann.logsOut("Log out");
	await ann.isOutside();
	await rooms(ann).getByText("Diary").waitFor({ state: "detached" });
	const next = ann.becomes("nora");
	expect(await next.page.getByText("You are invited.").isVisible()).toBe(false);
	await next.comesIn();
	await isIn(next, "lobby");
	expect(await rooms(next).innerText()).not.toMatch(/Diary|Surprise/);
	expect(await next.page.locator("#invitation").isVisible()).toBe(false);
});

test("a room that is asked for twice is made once", async () => {
	const kim = await enter("kim");
	const answers = await kim.holdsAnswers();
	await kim.page.reload();
	await kim.isOpen();
	await kim.opensNewRoom();
	await kim.page.getByLabel("Make a private room").fill("Twin");
	answers.hold();
	await kim.page.keyboard.press("Enter");
	const dialog = kim.page.getByRole("dialog");
	await dialog.getByText("One moment…").waitFor();
	await kim.page.keyboard.press("Enter");
	answers.arrive();
	await titleOf(kim, "Twin").waitFor();
	await kim.says("alone here");
	await kim.reads("alone here");
	const twins = kim.page.locator("#rooms a", { hasText: "Twin" });
	expect(await twins.count()).toBe(1);
});

test("nobody is led into a room whose form they closed", async () => {
	const lou = await enter("lou");
	const answers = await lou.holdsAnswers();
	await lou.page.reload();
	await lou.isOpen();
	const here = await lou.page.locator("#room-name").innerText();
	await lou.opensNewRoom();
	await lou.page.getByLabel("Make a private room").fill("Regret");
	answers.hold();
	await lou.page.keyboard.press("Enter");
	await lou.page.keyboard.press("Escape");
	await lou.field.fill("this is for here");
	answers.arrive();
	await lou.page.locator("#rooms a", { hasText: "Regret" }).waitFor();
	expect(await lou.page.locator("#room-name").innerText()).toBe(here);
	expect(await lou.field.inputValue()).toBe("this is for here");
});

/** Bob in a room that its maker closes, while what the server says reaches him late. */
async function seesItClosed() {
	const ann = await enter("anja");
	const bob = await enter("boris");
	await makesRoom(ann, "Board");
	await bob.page.goto(await makesLink(ann));
	await bob.presses("Join");
	await isIn(bob, "Board");
	const answers = await bob.holdsAnswers();
	await bob.page.reload();
	await ann.says("before the end");
	await bob.reads("before the end");
	await bob.says("mine");
	await bob.reads("mine");
	answers.hold();
	const dialog = await opensMembers(ann);
	await dialog.getByRole("button", { name: "Close this room" }).click();
	await ann.presses("Close it");
	await ann.page.locator("#closed:not([hidden])").waitFor();
	return { bob, ...answers };
}

test("what could not be said before the room was closed is there to be copied", async () => {
	const { bob, arrive } = await seesItClosed();
	await bob.says("three lines");
	arrive();
	await bob.page.locator("#failed-edit").click();
	expect(await bob.field.isVisible()).toBe(true);
	expect(await bob.field.inputValue()).toBe("three lines");
	await bob.page.keyboard.press("Enter");
	expect(await bob.field.inputValue()).toBe("three lines");
	await bob.page.reload();
	await bob.page.locator("#send[aria-disabled=true]").waitFor();
	await bob.field.press("Enter");
	await bob.hasHeard("This room is closed");
});

test("an edit that waits for the field is in the draft once the room is closed", async () => {
	const { bob, arrive, cut } = await seesItClosed();
	await bob.field.press("ArrowUp");
	await bob.field.fill("yours");
	await bob.field.press("Enter");
	await bob.page.keyboard.type("a draft");
	await cut();
	await bob.hasHeard("There was no answer.");
	expect(await bob.field.inputValue()).toBe("a draft");
	arrive();
	await bob.retries();
	await expect.poll(() => bob.field.inputValue()).toBe("a draft\nyours");
});

test("what can't be done in a closed room is told there", async () => {
	const { bob, arrive } = await seesItClosed();
	arrive();
	await bob.hasHeard(/^announcer This room is closed/);
	expect(await bob.page.locator("#room:focus").count()).toBe(1);
	const line = bob.page.locator("article.said").first();
	await line.hover();
	await line.getByRole("button", { name: "Reply", exact: true }).click();
	const notice = bob.page.locator("#brief-notice");
	await notice.filter({ hasText: "This room is closed" }).waitFor();
});
