/** Two people, two browsers, the real server: they come in, talk, and are told what goes wrong. */

import type { Browser } from "playwright-core";
import {
	afterAll,
	afterEach,
	beforeAll,
	beforeEach,
	expect,
	test,
} from "vitest";
import { Plume } from "../program/program.ts";
import { startChromium } from "./chromium.ts";
import { enter, visit } from "./person.ts";

let browser: Browser;
let plume: Plume;

beforeAll(async () => {
	browser = await startChromium();
});
afterAll(() => browser.close());

beforeEach(async () => {
	plume = await Plume.start();
});
afterEach(async () => {
	await Promise.all(browser.contexts().map((context) => context.close()));
	await plume.stop();
});

const phone = { viewport: { width: 360, height: 640 }, hasTouch: true };

test("two people come in with the codes they were mailed, and talk", async () => {
	const ann = await enter(browser, plume, "ann");
	const bob = await enter(browser, plume, "bob", phone);
	await ann.reads("bob entered");
	await ann.says("Hello Bob,\nhow are you?");
	await bob.reads("how are you?");
	await bob.says("<b>Fine</b> &amp; well");
	await ann.reads("<b>Fine</b> &amp; well");
	await bob.logsOut("Log out");
	await ann.reads("bob left");
	expect([...ann.complaints, ...bob.complaints]).toEqual([]);
});

test("what was said before is there for whoever comes later, the bot's words are not", async () => {
	const ann = await enter(browser, plume, "ann");
	await ann.says("The key is under the mat.");
	await ann.reads("The key is under the mat.");
	const bob = await enter(browser, plume, "bob");
	await bob.reads("The key is under the mat.");
	await bob.reads("bob@example.org");
	const log = await bob.page.getByRole("log").innerText();
	expect(log).not.toContain("ann@example.org");
});

test("more lines at once than are allowed arrive once each and in order", async () => {
	const ann = await enter(browser, plume, "ann");
	const bob = await enter(browser, plume, "bob");
	const lines = Array.from({ length: 26 }, (_, at) => `line ${at + 1}.`);
	for (const line of lines) await ann.says(line);
	await bob.reads("line 26.");
	const log = await bob.page.getByRole("log").innerText();
	expect(log.match(/line \d+\./g)).toEqual(lines);
});

test("a wrong code says how many tries are left, and the right one still works", async () => {
	const ann = await visit(browser, plume, "ann");
	await ann.asksForACode();
	const code = await plume.codeFor("ann");
	await ann.types(code === "AAAAAA" ? "BBBBBB" : "AAAAAA");
	await ann.isTold("That code is not right.");
	await ann.page.getByText("4 tries and 10 minutes left.").waitFor();
	await ann.types(code);
	await ann.reads("Hello ann");
	expect(ann.complaints).toEqual([]);
});

test("a code that was tried too often has to be asked for again", async () => {
	const ann = await visit(browser, plume, "ann");
	await ann.asksForACode();
	await plume.codeFor("ann");
	for (const left of ["4 tries", "3 tries", "2 tries", "1 try"]) {
		await ann.types("AAAAAA");
		await ann.page.getByText(`${left} and`).waitFor();
	}
	await ann.types("AAAAAA");
	await ann.isTold("Please ask for a new code.");
	expect(await ann.page.getByLabel("Email").inputValue()).toContain("ann@");
	await ann.comesIn();
});

test("a taken name is told beside the name, and another one gets in", async () => {
	const ann = await enter(browser, plume, "ann");
	const eve = await visit(browser, plume, "ann");
	await eve.asksForACode("eve@example.org");
	await eve.isTold("That name is taken");
	const name = eve.page.getByLabel("Name");
	expect(await name.getAttribute("aria-invalid")).toBe("true");
	await eve.page.getByLabel("Name").fill("eve");
	await eve.page.keyboard.press("Enter");
	await eve.types(await plume.codeFor("eve"));
	await ann.reads("eve entered");
});

test("a text that is too long is told before it is sent, and kept", async () => {
	const ann = await enter(browser, plume, "ann");
	await ann.says("é".repeat(4_001));
	await ann.isTold("4,001 characters");
	await ann.says("é".repeat(4_000));
	await ann.reads("é".repeat(4_000));
});

test("what the room refuses waits for its writer, with the reason, and can be edited", async () => {
	await plume.stop();
	plume = await Plume.start({ PLUME_LIMIT_TEXT_POINTS: "10" });
	const ann = await enter(browser, plume, "ann");
	await ann.says("Hello everyone");
	await ann.says("Hello");
	await ann.isTold("1 line was not sent. That message is too long.");
	await ann.reads("Hello");
	await ann.presses("Edit");
	const field = ann.page.getByLabel("Your message");
	expect(await field.inputValue()).toBe("Hello everyone");
	await ann.says("Hello all");
	await ann.reads("Hello all");
});

test("a reader who scrolled up stays there, and is told what is new", async () => {
	const ann = await enter(browser, plume, "ann", phone);
	const bob = await enter(browser, plume, "bob");
	await bob.says("a tall story ".repeat(120));
	await ann.reads("a tall story");
	await ann.page.getByRole("log").hover();
	await ann.page.mouse.wheel(0, -10_000);
	await ann.page.getByRole("button", { name: "Jump to latest" }).waitFor();
	await bob.says("the end");
	await ann.page.getByRole("button", { name: "1 new below" }).click();
	await ann.page
		.getByRole("button", { name: /latest|new/ })
		.waitFor({ state: "hidden" });
});
