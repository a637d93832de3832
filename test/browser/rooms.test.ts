/** Rooms: an address for each, a list beside the conversation, and in each its own people, lines and drafts. */

import decodeQR from "qr/decode.js";
import { expect, test } from "vitest";
import { MessageType as types } from "../../machines/message.ts";
import { check } from "./axe.ts";
import type { Person } from "./person.ts";
import { makesRoom } from "./private-room.ts";
import { phone, stage } from "./stage.ts";

const { enter, plume, openPage } = stage();
const lobby = "";

const goBackToLobby = async (person: Person) => {
	await person.page.getByRole("link", { name: "lobby" }).click();
	await person.isIn("lobby");
};

test("a room is made by its name: what is said there stays there", async () => {
	const ann = await enter("ann", {}, lobby);
	await ann.page.evaluate(() => Object.assign(window, { same: true }));
	await ann.says("in the lobby");
	await ann.goesTo(" Garden ", "garden");
	expect(new URL(ann.page.url()).pathname).toBe("/r/garden");
	const bob = await enter("bob", {}, "garden");
	await ann.says("in the garden");
	await bob.reads("in the garden");
	expect(await bob.count("in the lobby")).toBe(0);
	await ann.page.goBack();
	await ann.reads("in the lobby");
	expect(await ann.count("in the garden")).toBe(0);
	expect(await bob.page.getByRole("log").getByText("ann left").count()).toBe(0);
	// All that was one page.
	expect(await ann.page.evaluate(() => "same" in window)).toBe(true);
});

test("who makes a room can write in it at once", async () => {
	const ann = await enter("amelie");
	await ann.opensNewRoom();
	await ann.page.keyboard.type("loft");
	await ann.page.keyboard.press("Enter");
	await ann.isIn("loft");
	await ann.page.locator("#text:focus").waitFor();
	await ann.page.keyboard.type("first!");
	expect(await ann.field.inputValue()).toBe("first!");
});

test("a link leads a stranger through the login into its room", async () => {
	const cleo = await openPage("cleo", phone, encodeURIComponent("café"));
	await cleo.comesIn();
	await cleo.isIn("café");
	await cleo.opensSide();
	const room = cleo.page.getByRole("link", { name: "café" });
	expect(await room.getAttribute("aria-current")).toBe("page");
	const dan = await openPage("dan", {}, "not!a!name");
	await dan.comesIn();
	await dan.isIn("lobby");
	await dan.reads("No room can have that name");
});

test("a room is the same however its name is written", async () => {
	// A capital J with a caron has no letter of its own, a small one has.
	const ann = await enter("ann", {}, encodeURIComponent("J\u030CAR"));
	await ann.says("here");
	const bob = await enter("bob", {}, encodeURIComponent("\u01F0ar"));
	await bob.reads("here");
	await ann.page.reload();
	await ann.reads("bob came in");
});

test("an impossible room name is refused before anyone goes there", async () => {
	const ann = await enter("ann", {}, lobby);
	await ann.opensNewRoom();
	await ann.page.getByLabel("Make or join a room").fill("a!b");
	await ann.page.keyboard.press("Enter");
	await ann.seesStatus("A room’s name has letters");
	await ann.isIn("lobby");
	await ann.page.getByLabel("Make or join a room").fill("ab");
	const words = ann.page.getByText("A room’s name has letters");
	await words.waitFor({ state: "hidden" });
});

test("a room name that only the server refuses leads back to the lobby", async () => {
	const ann = await enter("ann", {}, lobby);
	await ann.opensNewRoom();
	await ann.page.getByLabel("Make or join a room").fill("latin-и-mixed");
	await ann.page.keyboard.press("Enter");
	await ann.reads("That can't be a room's name.");
	await ann.isIn("lobby");
	await ann.says("still here");
	await ann.reads("still here");
});

const listed = (person: Person) =>
	person.page.locator("#rooms a bdi").allInnerTexts();

test("a room that can't be entered for now stays in the list", async () => {
	const ann = await enter("ann", {}, "attic");
	const { page } = ann;
	await page.routeWebSocket("**/connect", (socket) => {
		const server = socket.connectToServer();
		const refused = { type: types.refused, re: types.open, text: "Full." };
		socket.onMessage((frame) => {
			const { type, room } = JSON.parse(String(frame));
			if (type !== types.open || room !== "attic") return server.send(frame);
			socket.send(JSON.stringify({ ...refused, code: "roomsAreLeft" }));
		});
	});
	await page.reload();
	await ann.isIn("lobby");
	await page.getByText("Full.").waitFor();
	await page.getByRole("link", { name: "attic" }).waitFor();
});

test("the room with the last word comes first, also for a browser that was not there", async () => {
	const bob = await enter("bob", {}, "boats");
	const ann = await enter("ann", {}, "boats");
	await ann.goesTo("gardens");
	await ann.field.hover();
	await expect.poll(() => listed(ann)).toEqual(["gardens", "boats", "lobby"]);
	await bob.says("a sail!");
	const first = ann.page.locator("#rooms li").first();
	await first.getByText("boats").waitFor();
	await ann.says("how green it is");
	await first.getByText("gardens").waitFor();
	const laptop = await openPage("ann", {}, "boats");
	await laptop.comesIn();
	await laptop.goesTo("gardens");
	await laptop.field.hover();
	const last = laptop.page.locator("#rooms li").first();
	await last.getByText("gardens").waitFor();
	await bob.says("and another");
	await last.getByText("boats").waitFor();
	await expect
		.poll(() => listed(laptop))
		.toEqual(["boats", "gardens", "lobby"]);
});

test("no room moves away under the pointer", async () => {
	const bob = await enter("bob", {}, "cove");
	const ann = await enter("ann", {}, "cove");
	await ann.goesTo("reef");
	const cove = ann.page.getByRole("link", { name: "cove" });
	await cove.hover();
	await bob.says("low tide");
	await ann.page.getByRole("link", { name: "cove 1 new" }).waitFor();
	expect(await listed(ann)).toEqual(["reef", "cove", "lobby"]);
	await ann.field.hover();
	const first = ann.page.locator("#rooms li").first();
	await first.getByText("cove").waitFor();
});

test("no room moves while the list has the focus", async () => {
	const bob = await enter("bob", {}, "cape");
	const ann = await enter("ann", {}, "cape");
	await ann.goesTo("isle");
	await ann.field.hover();
	await ann.page.getByRole("link", { name: "lobby" }).focus();
	await bob.says("fog");
	await ann.page.getByRole("link", { name: "cape 1 new" }).waitFor();
	expect(await listed(ann)).toEqual(["isle", "cape", "lobby"]);
	await ann.field.focus();
	const first = ann.page.locator("#rooms li").first();
	await first.getByText("cape").waitFor();
});

test("reading goes on where it ended, in a room that counted what was said meanwhile", async () => {
	const ann = await enter("ann", {}, "harbour");
	const bob = await enter("bob", {}, "harbour");
	await bob.says("I was here");
	await ann.reads("I was here");
	await goBackToLobby(ann);
	await bob.says("where is she?");
	await bob.says("a long story ".repeat(300));
	await ann.page.getByRole("link", { name: "harbour 2 new" }).click();
	const mark = ann.page.getByText("New since you left");
	await mark.waitFor();
	const rows = await ann.page.getByRole("log").innerText();
	expect(rows).toMatch(
		/I was here[\s\S]*New since you left[\s\S]*where is she/,
	);
	const isNearTop = () =>
		mark.evaluate((element) => {
			const room = element.closest("#room")?.getBoundingClientRect();
			const top = element.getBoundingClientRect().top - (room?.top ?? 0);
			return top >= 0 && top < 200;
		});
	await expect.poll(isNearTop).toBe(true);
	await ann.presses("Jump to latest");
	await goBackToLobby(ann);
	await ann.page.getByRole("link", { name: /harbour$/ }).waitFor();
});

test("a room that is pressed is entered, whoever speaks elsewhere meanwhile", async () => {
	const ann = await enter("ann", {}, "moor");
	const bob = await enter("bob", {}, "moor");
	const dan = await enter("dan", {}, "moor");
	await ann.goesTo("dock");
	await dan.goesTo("dock");
	const answers = await ann.holdsAnswers();
	await ann.page.reload();
	await ann.isOpen();
	const moor = (person: Person) =>
		person.page.getByRole("link", { name: "moor 1 new" }).waitFor();
	await ann.page.getByRole("link", { name: "lobby" }).hover();
	await ann.page.mouse.down();
	answers.hold();
	await bob.says("for anyone");
	await moor(dan);
	answers.arrive();
	await ann.page.mouse.up();
	await ann.isIn("lobby");
	await moor(ann);
});

test("a mention in another room shows at once: in the list, in the title, as a notification", async () => {
	const permissions = ["notifications"];
	const ann = await enter("ann", { permissions }, "terrace");
	const bob = await enter("bob", {}, "terrace");
	const notifications = await ann.recordsNotifications();
	await ann.goesTo("cellar");
	await bob.says("@ann, come up");
	await ann.presses("Turn on");
	const link = ann.page.getByRole("link", { name: /terrace/ });
	await expect
		.poll(() => link.innerText())
		.toMatch(/You were mentioned,\s+1\s+new/);
	await ann.hidesTab();
	await bob.says("@Ann?");
	await ann.page
		.getByRole("link", { name: /terrace.*mentioned, 2 new/ })
		.waitFor();
	await expect
		.poll(notifications)
		.toEqual(["You were mentioned in terrace: Open the room to read it."]);
	await expect.poll(() => ann.page.title()).toBe("(1) cellar · Plume");
	await ann.showsTab();
	await link.click();
	await ann.isIn("terrace");
	await expect.poll(() => link.innerText()).not.toContain("mentioned");
});

test("a mention is marked after a reload, and where the page was closed as it came", async () => {
	const ann = await enter("ann", {}, "mill");
	const bob = await enter("bob", {}, "mill");
	await ann.goesTo("barn");
	await bob.says("@ann, the wheel turns");
	const mill = ann.page.getByRole("link", { name: /mill 1 new/ });
	await ann.page.getByRole("link", { name: /mill.*mentioned/ }).waitFor();
	await ann.page.reload();
	await ann.page.getByRole("link", { name: /mill.*mentioned/ }).waitFor();
	await ann.goesTo("mill");
	await ann.reads("the wheel turns");
	await ann.goesTo("barn");
	await bob.says("and turns");
	await mill.waitFor();
	await ann.page.reload();
	await mill.waitFor();
});

test("a mention that came while the connection was dead is marked", async () => {
	const ann = await enter("ann", {}, "dam");
	const bob = await enter("bob", {}, "weir");
	const dan = await enter("dan", {}, "dam");
	await ann.goesTo("weir");
	await ann.isOpen();
	await ann.goesTo("lock");
	await dan.goesTo("lock");
	const isListed = ({ page }: Person, name: RegExp) =>
		page.getByRole("link", { name }).waitFor();
	await bob.says("@ann, look");
	await isListed(ann, /weir.*mentioned/);
	const setSilent = await ann.routesThroughTunnel();
	await ann.page.clock.install();
	// Each tab looks for it after a time of its own.
	await ann.page.addInitScript("Math.random = () => 0");
	await ann.page.reload();
	// What came before was looked for.
	await isListed(ann, /weir.*mentioned/);
	setSilent(true);
	await bob.goesTo("dam");
	await bob.says("@ann, the water rises");
	await isListed(dan, /dam 1 new/);
	await ann.retries();
	await ann.page.clock.runFor(10_000);
	await ann.seesStatus("Offline");
	setSilent(false);
	await ann.retries();
	await isListed(ann, /dam.*mentioned/);
});

test("a mention stays marked until it is read, though its room was looked at", async () => {
	const ann = await enter("ann", {}, "cellar");
	const bob = await enter("bob", {}, "cellar");
	await ann.goesTo("roof");
	await bob.saysAtOnce([
		...Array.from({ length: 60 }, (_, nth) => `bottle ${nth}`),
		"@ann, come down",
	]);
	const cellar = ann.page.getByRole("link", { name: /cellar.*mentioned/ });
	await cellar.waitFor();
	await ann.goesTo("cellar");
	await ann.reads("come down");
	await ann.goesTo("roof");
	await cellar.waitFor();
	await ann.goesTo("cellar");
	await ann.reads("come down");
	await ann.page.locator("#latest").click();
	await ann.page.locator("#latest").waitFor({ state: "hidden" });
	// What is at the end counts as read once the room has been scrolled, which is told with the next frame.
	await ann.page.evaluate(
		() =>
			new Promise((then) =>
				requestAnimationFrame(() => requestAnimationFrame(then)),
			),
	);
	await ann.goesTo("roof");
	await bob.says("too late");
	await ann.page.getByRole("link", { name: "cellar 1 new" }).waitFor();
});

test("what was read is not unread because one scrolled up then", async () => {
	const ann = await enter("ann", phone, "pier");
	const bob = await enter("bob", {}, "pier");
	await bob.says("a long story ".repeat(200));
	await ann.reads("a long story");
	await ann.page.getByRole("log").hover();
	await ann.page.mouse.wheel(0, -10_000);
	await ann.page.getByRole("button", { name: "Jump to latest" }).waitFor();
	await bob.says("one she did not see");
	await ann.reads("one she did not see");
	await ann.opensSide();
	await goBackToLobby(ann);
	await ann.opensSide();
	await ann.page.getByRole("link", { name: "pier 1 new" }).waitFor();
});

test("each room has its own draft, also after a reload", async () => {
	const ann = await enter("ann", {}, "one");
	await ann.field.fill("half a thought");
	await ann.goesTo("two");
	expect(await ann.field.inputValue()).toBe("");
	await ann.says("said in two");
	await ann.reads("said in two");
	await ann.page.goBack();
	await ann.isIn("one");
	expect(await ann.field.inputValue()).toBe("half a thought");
	await ann.page.reload();
	await ann.isInside();
	expect(await ann.field.inputValue()).toBe("half a thought");
	await ann.says("said in one");
	await ann.reads("said in one");
	expect(await ann.count("said in two")).toBe(0);
});

test("the list shows which room has unsent lines, until its owner goes there", async () => {
	const bob = await enter("bob", {}, "ferry");
	const ann = await enter("ann", {}, "ferry");
	const connect = await ann.cutsTheLine();
	await ann.page.reload();
	await ann.seesStatus("Offline. Your lines are kept.");
	await ann.says("is it running?");
	await ann.goesTo("harbour");
	const link = ann.page.getByRole("link", { name: "ferry" });
	const name = () => link.ariaSnapshot();
	expect(await name()).toContain("ferry 1 not sent");
	connect();
	await ann.retries();
	await ann.says("hello, harbour");
	await ann.reads("hello, harbour");
	expect(await bob.count("is it running?")).toBe(0);
	await link.click();
	await bob.reads("is it running?");
	await ann.reads("is it running?");
	await ann.goesTo("harbour");
	expect(await name()).not.toContain("not sent");
});

test("a line accepted while its room is left does not show as waiting there", async () => {
	const ann = await openPage("ann", {}, "mole");
	const acks: (() => void)[] = [];
	let isLate = false;
	await ann.page.routeWebSocket("**/connect", (socket) => {
		const server = socket.connectToServer();
		server.onMessage((frame) => {
			const { type, n } = JSON.parse(String(frame));
			const isTaken = type === types.ack || n !== undefined;
			if (isLate && isTaken) acks.push(() => socket.send(frame));
			else socket.send(frame);
		});
	});
	await ann.page.reload();
	await ann.comesIn();
	await ann.reads("ann came in");
	isLate = true;
	await ann.says("on my way");
	await ann.goesTo("quay");
	await ann.reads("ann came in");
	const waits = ann.page.getByRole("link", { name: /mole.*1 not sent/ });
	await waits.waitFor();
	isLate = false;
	for (const tell of acks) tell();
	await waits.waitFor({ state: "detached" });
	await ann.page.goBack();
	await ann.reads("on my way");
	expect(await ann.count("on my way")).toBe(1);
});

test("the list of people shows in which public room somebody is instead, and of others nothing", async () => {
	const ann = await enter("ann");
	const bob = await enter("bob");
	const people = await ann.opensPeople();
	const item = people.getByRole("listitem").filter({ hasText: "bob" });
	await bob.goesTo("boats");
	await item.getByText("in #boats").waitFor();
	await makesRoom(bob, "Trip");
	await item.getByText("away", { exact: true }).waitFor();
});

test("the list of people shows who is here, who is away, who writes", async () => {
	const ann = await enter("ann");
	const bob = await openPage("bob");
	await bob.page.clock.install();
	await bob.comesIn();
	const people = await ann.opensPeople();
	const away = people.getByRole("listitem").filter({ hasText: /bob.*away/ });
	await people.getByText("bob").waitFor();
	await bob.field.pressSequentially("hm");
	await ann.page.getByText("bob is writing…").waitFor();
	await bob.hidesTab();
	await bob.page.clock.fastForward("04:30");
	expect(await away.count()).toBe(0);
	await bob.page.clock.fastForward("00:31");
	await away.waitFor();
	await bob.showsTab();
	await away.waitFor({ state: "detached" });
	await bob.page.close();
	await away.waitFor();
});

test("a room is shared by its address", async () => {
	const permissions = ["clipboard-read", "clipboard-write"];
	const ann = await enter("ann", { permissions }, "shared");
	await ann.opensMenu();
	await ann.presses("Share link");
	await ann.page.getByRole("img", { name: "The link as a QR code" }).waitFor();
	await check(ann, "sharing a room");
	await ann.presses("Copy link");
	await ann.seesStatus("Link copied");
	const link = await ann.page.evaluate(() => navigator.clipboard.readText());
	expect(link).toBe(`${new URL(plume().url).origin}/r/shared`);
});

test("another phone's camera reads the address of a room", async () => {
	const ann = await enter("ann", phone, encodeURIComponent("café"));
	await ann.opensMenu();
	await ann.presses("Share link");
	const code = ann.page.getByRole("img", { name: "The link as a QR code" });
	const image = await code.evaluate((element) => {
		if (!(element instanceof HTMLCanvasElement)) throw Error("no image");
		// As large as a camera sees it.
		const [width, height] = [400, 400];
		const canvas = Object.assign(document.createElement("canvas"), {
			...{ width, height },
		});
		const context = canvas.getContext("2d");
		if (!context) throw Error("no canvas");
		context.imageSmoothingEnabled = false;
		context.drawImage(element, 0, 0, width, height);
		const { data = [] } = context.getImageData(0, 0, width, height);
		return { width, height, data: [...data] };
	});
	const address = new URL("/r/café", plume().url).href;
	expect(decodeQR({ ...image, data: Uint8Array.from(image.data) })).toBe(
		address,
	);
});
