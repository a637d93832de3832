/** People stay: through reloads, tabs, crashes and lost connections, until they log out. What they say is said once. */

import { expect, test } from "vitest";
import { MessageType as types } from "../../machines/message.ts";
import { newDataFolder } from "../program/program.ts";
import type { Person } from "./person.ts";
import { stage, withWorker } from "./stage.ts";

const { crash, enter, plume, restart, openPage } = stage();
const lobby = "";

test("a reload or a new tab is logged in at once", async () => {
	const ann = await enter("ann");
	await ann.says("I stay.");
	await ann.reads("I stay.");
	await ann.page.reload();
	await ann.isInside();
	await ann.reads("I stay.");
	const other = await ann.opensTab("new");
	await other.says("I am here as well.");
	await ann.reads("I am here as well.");
	await ann.says("So am I.");
	await other.reads("So am I.");
	expect(await ann.count("ann left")).toBe(0);
});

test("after a kill -9 of the server everyone is still logged in, with each line there once", async () => {
	const ann = await enter("ann");
	const bob = await enter("bob");
	await ann.says("before 1");
	await bob.reads("before 1");
	await bob.says("before 2");
	await ann.reads("before 2");
	await crash();
	await ann.seesStatus("Offline. Your lines are kept.");
	await bob.seesStatus("Offline. Your lines are kept.");
	await ann.says("meanwhile 3");
	await ann.says("meanwhile 4");
	await ann.page.getByLabel("Your message").fill("half a thought");
	await restart();
	await bob.reads("meanwhile 4");
	await bob.says("after 5");
	await ann.reads("after 5");
	await bob.reads("after 5");
	for (const { page } of [ann, bob]) {
		const log = await page.getByRole("log").innerText();
		const said = log.match(/(before|meanwhile|after) \d/g);
		expect(said?.map((line) => line.slice(-1)).join("")).toBe("12345");
		expect(log).not.toContain("left");
	}
	expect(await ann.page.getByLabel("Your message").inputValue()).toBe(
		"half a thought",
	);
});

test("lines that wait survive a reload, without a duplicated tab sending them too", async () => {
	const bob = await enter("bob");
	const ann = await enter("ann");
	const connect = await ann.cutsTheLine();
	await ann.page.reload();
	await ann.seesStatus("Offline. Your lines are kept.");
	await ann.says("one, waiting");
	await ann.says("two, waiting");
	await ann.page.reload();
	await ann.page.getByText("two, waiting").waitFor();
	expect(await ann.count("waiting")).toBe(2);
	const copy = await ann.opensTab("copy");
	await copy.says("from the copy");
	await bob.reads("from the copy");
	expect(await bob.count("waiting")).toBe(0);
	connect();
	await ann.retries();
	await bob.reads("two, waiting");
	await copy.says("the end");
	for (const { page } of [ann, bob, copy]) {
		await page.getByRole("log").getByText("the end").waitFor();
		const log = await page.getByRole("log").innerText();
		const said = log.match(/one|two|from the copy/g);
		expect(said).toEqual(["from the copy", "one", "two"]);
	}
});

/** In a room, with a clock and a connection that are the test's. */
async function enterThroughTunnel(name: string) {
	const person = await openPage(name);
	const setSilent = await person.routesThroughTunnel();
	await person.page.clock.install();
	await person.page.reload();
	await person.comesIn();
	await person.reads(`${name} came in`);
	return { person, setSilent };
}

test("what is said into a dead connection is sent once that is noticed", async () => {
	const bob = await enter("bob");
	const { person: ann, setSilent } = await enterThroughTunnel("ann");
	setSilent(true);
	await ann.says("into the tunnel");
	await bob.says("she does not hear this");
	await bob.reads("she does not hear this");
	await ann.page.clock.runFor(10_000);
	await ann.seesStatus("Offline. Your lines are kept.");
	setSilent(false);
	await ann.retries();
	await ann.reads("she does not hear this");
	await bob.reads("into the tunnel");
	expect(await bob.count("into the tunnel")).toBe(1);
});

test("the focus stays on “Try now” until that brings the room back, and then is where one writes", async () => {
	const { person: ann, setSilent } = await enterThroughTunnel("ann");
	setSilent(true);
	await ann.says("into the tunnel");
	await ann.page.clock.runFor(10_000);
	await ann.seesStatus("Offline. Your lines are kept.");
	const retry = ann.page.getByRole("button", { name: "Try now" });
	const focused = () => ann.page.evaluate(() => document.activeElement?.id);
	await retry.press("Enter");
	await retry.and(ann.page.locator("[aria-disabled=false]")).waitFor();
	expect(await focused()).toBe("retry");
	setSilent(false);
	await retry.press("Enter");
	await retry.waitFor({ state: "hidden" });
	await expect.poll(focused).toBe("text");
});

test.each<[string, number, (ann: Person) => Promise<void>]>([
	["waits", 40_000, async () => {}],
	["looks again", 10_000, (ann) => ann.showsTab()],
	[
		"is online again",
		10_000,
		({ page }) => page.evaluate("dispatchEvent(new Event('online')), 0"),
	],
])("a reader who %s notices a dead connection too", async (_, ms, act) => {
	const { person: ann, setSilent } = await enterThroughTunnel("ann");
	setSilent(true);
	await act(ann);
	await ann.page.clock.runFor(ms);
	await ann.seesStatus("Offline. Your lines are kept.");
});

test("nobody is writing once the connection is lost", async () => {
	const ann = await enter("ann");
	const bob = await enter("bob");
	await bob.field.pressSequentially("I wonder");
	await ann.page.getByText("bob is writing").waitFor();
	await crash();
	await ann.seesStatus("Offline.");
	expect(await ann.page.locator("#typing").innerText()).toBe("");
	await restart();
});

test("that nothing can be said is told by one bar, until it can", async () => {
	const ann = await enter("ann");
	const text = "The disk is full.";
	const code = "diskHasSpace";
	const full = { type: types.refused, re: types.text, code, text };
	let isFull = false;
	let refusals = 0;
	let tell = (_: object) => {};
	await ann.page.routeWebSocket("**/connect", (socket) => {
		const server = socket.connectToServer();
		tell = (frame) => socket.send(JSON.stringify(frame));
		socket.onMessage((frame) => {
			const { type, n } = JSON.parse(String(frame));
			if (!isFull || type !== types.text) return server.send(frame);
			refusals += 1;
			tell({ ...full, n, retryAfter: 50 });
		});
	});
	await ann.page.reload();
	await ann.says("a little");
	await ann.reads("a little");
	isFull = true;
	tell(full);
	await ann.seesStatus(text);
	await ann.says("patience");
	await expect.poll(() => refusals).toBeGreaterThan(2);
	expect(await ann.page.locator("#brief-notice").innerText()).toBe("");
	isFull = false;
	tell({ type: types.ack, room: "", last: 0 });
	await ann.page.locator("#connection").waitFor({ state: "hidden" });
	await ann.reads("patience");
});

test("nobody notices the heartbeat of a quiet connection", async () => {
	const bob = await enter("bob");
	const { person: ann } = await enterThroughTunnel("ann");
	const lobby = ann.page.getByRole("link", { name: "lobby" });
	const people = await ann.opensPeople();
	await people.getByText("bob").waitFor();
	await lobby.focus();
	await ann.page.clock.runFor(30_000);
	await bob.says("good night");
	await ann.reads("good night");
	expect(await lobby.evaluate((at) => at === document.activeElement)).toBe(
		true,
	);
});

test("what comes twice is shown once", async () => {
	const ann = await enter("ann");
	await ann.page.routeWebSocket("**/connect", (socket) => {
		const server = socket.connectToServer();
		server.onMessage((frame) => {
			socket.send(frame);
			socket.send(frame);
		});
	});
	await ann.page.reload();
	await ann.says("once");
	await ann.says("the end");
	await ann.reads("the end");
	expect(await ann.count("once")).toBe(1);
	expect(await ann.count("ann came in")).toBe(1);
});

test("where the server can't tell what was missed, the room starts over, with words", async () => {
	const ann = await enter("ann");
	await ann.page.routeWebSocket("**/connect", (socket) => {
		const server = socket.connectToServer();
		socket.onMessage((frame) => {
			const other = '"epoch":"of another room"';
			server.send(String(frame).replace(/"epoch":"[^"]+"/, other));
		});
	});
	await ann.page.reload();
	await ann.says("seen before");
	await ann.reads("seen before");
	await crash();
	await ann.seesStatus("Offline. Your lines are kept.");
	await restart();
	await ann.reads("Some messages are missing here.");
	await ann.says("and after");
	await ann.reads("and after");
	expect(await ann.count("seen before")).toBe(1);
});

test("logging out closes all tabs of that browser, everywhere means everywhere", async () => {
	const ann = await enter("ann");
	const tab = await ann.opensTab("new");
	const phone = await enter("ann");
	await ann.logsOut("Log out");
	await ann.isOutside();
	await tab.isOutside();
	await tab.page.reload();
	await tab.isOutside();
	await phone.says("still here");
	await phone.reads("still here");
	expect(await ann.page.getByLabel("Email").inputValue()).toContain("ann@");
	await ann.comesIn();
	await ann.logsOut("Log out everywhere");
	await ann.isOutside();
	await phone.isOutside();
	await phone.page.reload();
	await phone.isOutside();
});

test("logging out while the server is gone closes all tabs of that browser", async () => {
	const ann = await enter("ann", withWorker);
	const tab = await ann.opensTab("new");
	// The settings are loaded when they are first opened.
	await ann.hasWorker();
	await crash();
	await ann.seesStatus("Your lines are kept.");
	await ann.logsOut("Log out");
	await ann.isOutside();
	await tab.isOutside();
	await restart();
	await ann.page.getByText("Plume did not hear of it").first().waitFor();
});

test("a tab that waits for its code goes on waiting when another tab logs in", async () => {
	const ann = await openPage("ann");
	const code = await ann.getsACode();
	const beside = await ann.opensTab("beside");
	await beside.comesIn();
	await crash();
	await beside.seesStatus("Your lines are kept.");
	await restart();
	await beside.reads("ann came in");
	await ann.entersWith(code);
});

test("a copy of a tab that is sent back to the lobby does not send the tab's waiting lines", async () => {
	const bob = await enter("bob", {}, lobby);
	const ann = await enter("ann", {}, lobby);
	const connect = await ann.cutsTheLine();
	await ann.page.reload();
	await ann.seesStatus("Offline. Your lines are kept.");
	await ann.says("one, waiting");
	const copy = await ann.opensTab("copy", "/r/a\u0431");
	await copy.page.waitForURL("**/");
	await copy.says("from the copy");
	await bob.reads("from the copy");
	expect(await bob.count("waiting")).toBe(0);
	connect();
	await ann.retries();
	await bob.reads("one, waiting");
});

test("a page that is reloaded while its code is in the mail still waits for it", async () => {
	const ann = await openPage("ann");
	const code = await ann.getsACode();
	await ann.page.reload();
	await ann.page.getByText("5 tries and 10 minutes left.").waitFor();
	await ann.entersWith(code);
	await ann.isGreeted();
});

test("a code that is typed while the server is gone is taken once it is back", async () => {
	const gale = await openPage("gale");
	const code = await gale.getsACode();
	await crash();
	await gale.page.getByText("Connecting…").waitFor();
	await gale.types(code);
	await restart();
	await gale.page.getByLabel("Name", { exact: true }).waitFor();
	await gale.choosesName();
	await gale.reads("gale came in");
});

test("the right code, typed as the connection is lost, lets them in without another mail", async () => {
	const bob = await enter("bob");
	const lea = await openPage("lea");
	await lea.losesTheAnswer();
	await lea.page.reload();
	await lea.entersWith(await lea.getsACode());
	await lea.says("here I am");
	await bob.reads("here I am");
	expect(await bob.count("lea came in")).toBe(1);
	const mailed = plume().lines.filter(
		({ msg, name }) => msg === "login code" && name === "lea",
	);
	expect(mailed).toHaveLength(1);
	await lea.page.reload();
	await lea.reads("here I am");
});

test("after a session has ended old lines are sent only when asked for", async () => {
	const ann = await enter("ann");
	await crash();
	await ann.says("old line 1");
	await ann.says("old line 2");
	await restart({ PLUME_DATA: await newDataFolder() });
	await ann.seesStatus("You are not logged in any more.");
	await ann.comesIn();
	await ann.seesStatus("2 lines were not sent.");
	await ann.says("a new line");
	await ann.reads("a new line");
	await ann.presses("Send now");
	await ann.reads("old line 2");
	const log = await ann.page.getByRole("log").innerText();
	const said = log.match(/(new|old) line/g);
	expect(said).toEqual(["new line", "old line", "old line"]);
});

test("the focus is where one writes once the lines that were not sent are dropped", async () => {
	const ann = await enter("ann");
	await crash();
	await ann.says("an old line");
	await restart({ PLUME_DATA: await newDataFolder() });
	await ann.comesIn();
	await ann.seesStatus("1 line was not sent.");
	await ann.presses("Drop");
	expect(await ann.page.evaluate(() => document.activeElement?.id)).toBe(
		"text",
	);
});

test("a message that was to be deleted while the server was away is still there, with words", async () => {
	const ann = await enter("ann");
	await ann.says("regretted");
	await ann.reads("regretted");
	await ann.page.locator("article.said").hover();
	// What asks whether it is meant is loaded when it is first needed.
	await ann.presses("More");
	await ann.presses("Delete");
	await ann.presses("Keep");
	await crash();
	await ann.seesStatus("Offline. Your lines are kept.");
	await ann.presses("More");
	await ann.presses("Delete");
	await ann.presses("Delete");
	await ann.hasHeard("There is no connection, so nothing was deleted.");
	await restart();
	await ann.reads("regretted");
});

test("a command that goes into a dead connection is in the field again, with words", async () => {
	const { person: ann, setSilent } = await enterThroughTunnel("ann");
	setSilent(true);
	await ann.says("/block gus");
	await ann.page.clock.runFor(20_000);
	await ann.hasHeard("There was no answer");
	expect(await ann.field.inputValue()).toBe("/block gus");
});

test("a command that a dead connection has lost comes back once the next line is sent", async () => {
	const { person: ann, setSilent } = await enterThroughTunnel("ann");
	setSilent(true);
	await ann.says("/block gus");
	await ann.field.fill("hello, all");
	await ann.page.clock.runFor(20_000);
	await ann.hasHeard("There was no answer.");
	expect(await ann.field.inputValue()).toBe("hello, all");
	await ann.field.press("Enter");
	await ann.page.clock.runFor(5_000);
	expect(await ann.field.inputValue()).toBe("/block gus");
});

test("a message that was to be deleted over a dead connection is still there, with words", async () => {
	const { person: ann, setSilent } = await enterThroughTunnel("ann");
	await ann.says("regretted");
	await ann.reads("regretted");
	await ann.page.locator("article.said").hover();
	await ann.presses("More");
	await ann.presses("Delete");
	setSilent(true);
	await ann.presses("Delete");
	await ann.page.clock.runFor(20_000);
	await ann.hasHeard("There was no answer. Look whether it was done");
});
