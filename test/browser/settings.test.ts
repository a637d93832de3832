/** Settings, erasing, and the page as something that is installed. */

import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { MessageType } from "../../machines/message.ts";
import { newDataFolder } from "../program/program.ts";
import type { Person } from "./person.ts";
import { stage, withWorker } from "./stage.ts";

const { crash, enter, plume, restart, openPage } = stage();

async function deletesEverything(person: Person): Promise<void> {
	await person.opensSettings();
	await person.presses("Delete everything and my name");
	await person.presses("Delete everything");
}

test("the colours that were chosen stay, whatever the system has", async () => {
	const ann = await enter("ann", { colorScheme: "light" });
	const paper = () =>
		ann.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
	const light = await paper();
	await ann.opensSettings();
	await ann.page.getByLabel("Dark").check();
	const dark = await paper();
	expect(dark).not.toBe(light);
	await ann.page.reload();
	await ann.isInside();
	expect(await paper()).toBe(dark);
	await ann.opensSettings();
	await ann.page.getByLabel("As the system has it").check();
	expect(await paper()).toBe(light);
});

test("settings are whole before there is a connection", async () => {
	const ann = await enter("ann");
	const connect = await ann.cutsTheLine();
	await ann.page.reload();
	await ann.opensSettings();
	await ann.page.locator("#language option").nth(1).waitFor({
		state: "attached",
	});
	await ann.page.getByRole("button", { name: "Export my messages" }).waitFor();
	connect();
	await ann.retries();
	await ann.page.getByText("This server sends no notes").waitFor();
	// Where there are no notes, there is nothing to be quiet.
	expect(await ann.page.getByLabel("Quiet from").isVisible()).toBe(false);
});

test("the first mention asks about notifications, once", async () => {
	const ann = await enter("ann", { permissions: ["notifications"] }, "calls");
	const bob = await enter("bob", {}, "calls");
	const notifications = await ann.recordsNotifications();
	await bob.says("nothing for anyone");
	await ann.reads("nothing for anyone");
	expect(await ann.page.locator("#ask").isVisible()).toBe(false);
	await bob.says("@ann, look");
	await ann.presses("Turn on");
	await ann.hidesTab();
	await bob.says("@ann, are you there?");
	await ann.reads("are you there?");
	await expect
		.poll(notifications)
		.toEqual(["bob in calls: @ann, are you there?"]);
	await ann.says("yes");
	const line = bob.page.locator("article.said", { hasText: "yes" });
	await line.hover();
	await line.getByRole("button", { name: "Reply", exact: true }).click();
	await bob.says("good");
	await expect.poll(notifications).toContain("bob in calls: good");
});

test("without a network the page still opens, with words, to send later what is written", async () => {
	const ann = await enter("ann", withWorker);
	await ann.hasWorker();
	await ann.page.reload();
	await ann.isInside();
	const connect = await ann.cutsTheLine();
	await ann.page.context().setOffline(true);
	await ann.page.reload();
	await ann.seesStatus("Offline. Your lines are kept.");
	await ann.says("from the tunnel");
	await ann.page.context().setOffline(false);
	connect();
	await ann.page.getByRole("log").getByText("from the tunnel").waitFor();
	ann.expectsFailedLoads();
});

test("a page of another build than the server's says that it has to be reloaded", async () => {
	const ann = await enter("ann");
	const noLongerThere = { status: 404, body: "There is nothing here." };
	await ann.page.route(/-[0-9a-f]{8}\.\w+$/, (route) =>
		route.fulfill(noLongerThere),
	);
	await ann.opensSettings();
	await ann.hasHeard("Plume has been updated. Reload this page.");
	await ann.page.unroute(/-[0-9a-f]{8}\.\w+$/);
	await ann.page.reload();
	await ann.opensSettings();
	await ann.page.getByRole("heading", { name: "Settings" }).waitFor();
	ann.expectsFailedLoads();
});

test("an upgrade is told although the browser has all of the last build but the picker", async () => {
	const ann = await enter("ava", withWorker);
	await ann.hasWorker();
	await ann.page.reload();
	await ann.field.waitFor();
	await ann.page
		.context()
		.route(/-[0-9a-f]{8}\.\w+$/, (route) =>
			route.fulfill({ status: 404, body: "There is nothing here." }),
		);
	await ann.opensMenu();
	await ann.presses("Share link");
	await ann.hasHeard("Plume has been updated. Reload this page.");
	ann.expectsFailedLoads();
});

test("it can be installed", async () => {
	const answer = await fetch(
		new URL("/static/manifest.webmanifest", plume().url),
	);
	const { icons, start_url, scope, ...manifest } = await answer.json();
	expect(manifest).toMatchObject({ display: "standalone", name: "Plume" });
	for (const address of [start_url, scope])
		expect(new URL(address, answer.url).pathname).toBe("/");
	const sizes = icons.map(({ sizes }: { sizes: string }) => sizes);
	expect(sizes).toEqual(["any", "192x192", "512x512"]);
	const ann = await openPage("ann", withWorker);
	await ann.hasWorker();
	const devtools = await ann.page.context().newCDPSession(ann.page);
	const { errors, url } = await devtools.send("Page.getAppManifest");
	expect([url, errors]).toEqual([answer.url, []]);
	for (const { src } of icons) {
		const { status } = await fetch(new URL(src, answer.url));
		expect(status).toBe(200);
	}
});

test("a message is deleted for everyone, only by its writer", async () => {
	const ann = await enter("ann");
	const bob = await enter("bob");
	await ann.says("a secret, alas");
	await ann.reads("a secret, alas");
	await bob.reads("a secret, alas");
	expect(await bob.page.getByRole("button", { name: "Delete" }).count()).toBe(
		0,
	);
	await ann.field.press("Shift+Tab");
	await ann.page.keyboard.press("Delete");
	const dialog = ann.page.getByRole("dialog");
	await dialog.getByText("for good").waitFor();
	await dialog.getByText("a secret, alas").waitFor();
	await ann.presses("Delete");
	await bob.reads("This message was deleted.");
	await ann.reads("This message was deleted.");
	// What is read aloud goes a second later.
	for (const { page } of [bob, ann])
		await expect.poll(() => page.content()).not.toContain("a secret");
	await ann.field.press("ArrowUp");
	expect(await ann.field.inputValue()).toBe("");
	await bob.page.reload();
	await bob.reads("This message was deleted.");
});

test("after a warning everything is deleted, which frees the name", async () => {
	const ann = await enter("zoe");
	const bob = await enter("bob");
	await ann.says("one secret");
	await bob.reads("one secret");
	await ann.presses("zoe");
	await ann.presses("Delete everything and my name");
	await ann.presses("Keep");
	await ann.presses("Delete everything and my name");
	await ann.presses("Delete everything");
	await ann.isOutside();
	await bob.reads("This message was deleted.");
	await expect.poll(() => bob.page.content()).not.toContain("one secret");
	const other = await openPage("zoe");
	await other.asksForACode("another@example.org");
	await other.entersWith(await plume().codeFor("another"));
});

test("everything that was to be deleted without a connection is still there, with words", async () => {
	const ann = await enter("ann");
	let isCut = false;
	let cut = () => {};
	await ann.page.routeWebSocket("**/connect", (socket) => {
		if (isCut) return void socket.close();
		const server = socket.connectToServer();
		cut = () => {
			isCut = true;
			void server.close();
			void socket.close();
		};
	});
	await ann.page.reload();
	await ann.isOpen();
	await ann.opensSettings();
	await ann.presses("Delete everything and my name");
	cut();
	const bar = ann.page.locator("#connection-words", { hasText: "Offline." });
	await bar.waitFor({ state: "attached" });
	await ann.presses("Delete everything");
	await ann.page
		.locator("#settings")
		.getByText("There is no connection.")
		.waitFor();
});

/** After the next reload the connection is lost at the first wish to delete everything. From then on, while `isCut()`, there is no other. */
async function losesTheFirstWish({ page }: Person, isCut = () => false) {
	let isLost = false;
	await page.routeWebSocket("**/connect", (socket) => {
		if (isLost && isCut()) return void socket.close();
		const server = socket.connectToServer();
		let isOver = false;
		socket.onMessage((frame) => {
			if (isOver) return;
			const { type } = JSON.parse(String(frame));
			if (type !== MessageType.erase || isLost) return server.send(frame);
			isLost = true;
			isOver = true;
			void server.close();
			void socket.close();
		});
	});
	await page.reload();
}

test("everything is deleted though a restarted server knows nothing of it", async () => {
	const ann = await enter("ann");
	await losesTheFirstWish(ann);
	await ann.isOpen();
	await deletesEverything(ann);
	await ann.seesStatus("All you said is gone");
});

test("everything is deleted though the page is loaded anew before a server has heard of it", async () => {
	const ann = await enter("ann");
	let isCut = true;
	await losesTheFirstWish(ann, () => isCut);
	await ann.isOpen();
	await deletesEverything(ann);
	await ann.seesStatus("All you said will be deleted once this page is");
	isCut = false;
	await ann.page.reload();
	await ann.seesStatus("All you said is gone");
});

test("a wish to delete everything goes out with a question that is answered at once, so that a dead line is noticed", async () => {
	const ann = await enter("ann");
	const sent: string[] = [];
	await ann.page.routeWebSocket("**/connect", (socket) => {
		const server = socket.connectToServer();
		socket.onMessage((frame) => {
			const { type, kind } = JSON.parse(String(frame));
			sent.push(type === MessageType.erase ? "erase" : kind);
			if (type !== MessageType.erase) server.send(frame);
		});
	});
	await ann.page.reload();
	await ann.isOpen();
	await deletesEverything(ann);
	await expect.poll(() => sent.slice(-2)).toEqual(["erase", "heads"]);
});

test("everything is deleted once, though the person goes elsewhere meanwhile", async () => {
	const ann = await enter("ann");
	let asked = 0;
	await ann.page.routeWebSocket("**/connect", (socket) => {
		const server = socket.connectToServer();
		socket.onMessage((frame) => {
			if (JSON.parse(String(frame)).type === MessageType.erase) asked += 1;
			else server.send(frame);
		});
	});
	await ann.page.reload();
	await ann.isOpen();
	await deletesEverything(ann);
	await ann.goesTo("cellar");
	await ann.says("goodbye");
	await ann.reads("goodbye");
	expect(asked).toBe(1);
});

/** What a server with a full disk answers who deletes everything. */
const refusal = {
	...{ type: MessageType.refused, re: MessageType.erase, id: "all" },
	...{ code: "diskHasSpace", text: "The disk is full." },
};

test("what was refused while another room was opened is asked for again there", async () => {
	const ann = await enter("ann");
	let asked = 0;
	await ann.page.routeWebSocket("**/connect", (socket) => {
		const server = socket.connectToServer();
		socket.onMessage((frame) => {
			const { type, room } = JSON.parse(String(frame));
			if (type === MessageType.erase) asked += 1;
			if (room === "cellar") socket.send(JSON.stringify(refusal));
			if (type !== MessageType.erase) server.send(frame);
			else if (asked === 2) socket.send(JSON.stringify(refusal));
		});
	});
	await ann.page.reload();
	await ann.isOpen();
	await deletesEverything(ann);
	await ann.goesTo("cellar");
	await ann.seesStatus("The disk is full.");
	expect(asked).toBe(2);
});

test("who may not delete everything now hears that where they look", async () => {
	const ann = await enter("ann");
	await ann.page.routeWebSocket("**/connect", (socket) => {
		const server = socket.connectToServer();
		socket.onMessage((frame) => {
			const { type } = JSON.parse(String(frame));
			if (type !== MessageType.erase) server.send(frame);
			else socket.send(JSON.stringify(refusal));
		});
	});
	await ann.page.reload();
	await ann.isOpen();
	await deletesEverything(ann);
	const words = /^Not everything was deleted\. .* The disk is full\.$/;
	await ann.page.getByRole("dialog", { name: words }).waitFor();
});

test("what one said can be taken along", async () => {
	const ann = await enter("ann", {}, "diary");
	await ann.says("dear diary");
	await ann.reads("dear diary");
	await ann.opensSettings();
	const saved = ann.page.waitForEvent("download");
	await ann.presses("Export my messages");
	const file = await (await saved).path();
	const { format, messages } = JSON.parse(await readFile(file, "utf8"));
	expect(format).toBe(1);
	expect(messages).toContainEqual(
		expect.objectContaining({ room: "diary", text: "dear diary" }),
	);
	await ann.presses("Export my messages");
	await ann.seesStatus(/An export was made just now/);
	ann.expectsFailedLoads();
});

test("what came of an export is in view where its button is at the lower edge", async () => {
	const nell = await enter("nell", { viewport: { width: 800, height: 400 } });
	await nell.opensSettings();
	const look = { name: "Export my messages" };
	const button = nell.page.getByRole("button", look);
	await button.evaluate((it) => it.scrollIntoView({ block: "end" }));
	await button.click();
	const result = nell.page.getByText("Your messages were saved");
	const bottomOf = (it: Element) => it.getBoundingClientRect().bottom;
	const bottom = await result.evaluate(bottomOf);
	const edge = await nell.page.locator("#settings").evaluate(bottomOf);
	expect(bottom).toBeLessThanOrEqual(edge);
});

/** The server goes on, so many days before now. */
async function restartBefore(days: number, data: string): Promise<void> {
	await crash();
	const shift = `const now = Date.now; Date.now = () => now() - ${days * 86_400_000};`;
	const url = `data:text/javascript,${encodeURIComponent(shift)}`;
	await restart({ PLUME_DATA: data, NODE_OPTIONS: `--import ${url}` });
}

test("who deletes everything leaves what another said under the name in between", async () => {
	const [hers, his] = ["ida@example.org", "other@example.org"];
	const data = await newDataFolder();
	async function enterAs(name: string, email: string): Promise<Person> {
		const person = await openPage(name, {}, "");
		await person.asksForACode(email);
		const code = await plume().codeFor(email.replace(/@.*/, ""));
		await person.entersWith(code);
		return person;
	}
	async function says(person: Person, text: string): Promise<void> {
		await person.says(text);
		await person.reads(text);
	}
	for (const [days, email, text] of [
		[800, hers, "hers, early"],
		[400, his, "his own"],
	] as const) {
		await restartBefore(days, data);
		const person = await enterAs("ida", email);
		await says(person, text);
		await person.page.context().close();
	}
	await restartBefore(0, data);
	const cleo = await openPage("cleo", {}, "");
	const setSilent = await cleo.routesThroughTunnel();
	await cleo.page.clock.install();
	await cleo.page.reload();
	await cleo.comesIn();
	const bob = await enter("bob", {}, "");
	const ida = await enterAs("ida", hers);
	await says(ida, "hers, late");
	await cleo.reads("hers, late");
	setSilent(true);
	await ida.presses("ida");
	await ida.presses("Delete everything and my name");
	await ida.presses("Delete everything");
	await ida.isOutside();
	await bob.reads("This message was deleted.");
	await cleo.page.clock.runFor(40_000);
	await cleo.seesStatus("Offline. Your lines are kept.");
	setSilent(false);
	await cleo.retries();
	await cleo.reads("This message was deleted.");
	const dora = await enter("dora", {}, "");
	for (const { page } of [bob, cleo, dora]) {
		const log = await page.getByRole("log").innerText();
		expect(log.match(/hers|his own|This message was deleted/g)).toEqual([
			...["This message was deleted", "his own", "This message was deleted"],
		]);
	}
	const ben = await enterAs("ben", his);
	await ben.presses("ben");
	const saved = ben.page.waitForEvent("download");
	await ben.presses("Export my messages");
	const file = await (await saved).path();
	const { messages } = JSON.parse(await readFile(file, "utf8"));
	expect(messages).toEqual([expect.objectContaining({ text: "his own" })]);
});

test("who logs out while lines wait is asked first, and finds them when they are back", async () => {
	const ann = await enter("ann", {}, "jetty");
	const connect = await ann.cutsTheLine();
	await ann.page.reload();
	await ann.seesStatus("Offline. Your lines are kept.");
	await ann.says("am I heard?");
	await ann.goesTo("lobby");
	await ann.logsOut("Log out");
	const question = ann.page.getByRole("dialog", { name: /not sent: jetty/ });
	await question.getByRole("button", { name: "Cancel" }).click();
	await ann.presses("Log out");
	await question.getByRole("button", { name: "Log out" }).click();
	await ann.isOutside();
	connect();
	await ann.comesIn();
	await ann.page.getByRole("link", { name: /jetty.*1 not sent/ }).click();
	await ann.page.locator("#failed-words").waitFor();
	expect(await ann.count("am I heard?")).toBe(1);
});

/** The page stores what it asked at each of its changes; this comes after the last. */
const askedLongAgo = (page: Person["page"]) =>
	page.evaluate(() =>
		addEventListener("pagehide", () =>
			sessionStorage.setItem("farewell", `${Date.now() - 7_200_000} Gone.`),
		),
	);

test("who comes back long after everything was deleted is not told that it was not", async () => {
	const ann = await enter("ann", {}, "slip");
	await askedLongAgo(ann.page);
	await ann.page.addInitScript(() => {
		const opened: unknown[] = [];
		const { prototype } = HTMLDialogElement;
		const open = prototype.showModal;
		prototype.showModal = function () {
			opened.push(this.ariaLabel);
			open.call(this);
		};
		Object.assign(globalThis, { opened });
	});
	await ann.page.evaluate(() => {
		addEventListener("pagehide", () => {
			for (const store of [sessionStorage, localStorage])
				if (store.getItem("session")) store.setItem("session", "ended");
		});
	});
	await ann.page.reload();
	await ann.isOutside();
	const opened = () => Object(globalThis).opened;
	expect(await ann.page.evaluate(opened)).toEqual([]);
});

test("who comes back long after they asked to delete everything reads once that it was not done", async () => {
	const ann = await enter("ann", {}, "slip");
	await askedLongAgo(ann.page);
	await ann.page.reload();
	const name = /^Not everything was deleted/;
	const dialog = ann.page.getByRole("dialog", { name });
	await dialog.waitFor();
	await ann.isOpen();
	expect(await dialog.isVisible()).toBe(true);
	await ann.page.reload();
	await ann.isOpen();
	expect(await dialog.count()).toBe(0);
});
