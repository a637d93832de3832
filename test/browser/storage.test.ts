/** What a browser keeps: for whom, and what becomes of it where it may not or has no room for it. */

import { expect, test } from "vitest";
import { stage } from "./stage.ts";

const { crash, enter, plume, restart, openPage } = stage();

test("where a browser may not keep anything, the page works as long as it is there", async () => {
	const ann = await openPage("ann");
	await ann.page.addInitScript(() => {
		const forbidden = {
			get() {
				throw new DOMException("Access is denied", "SecurityError");
			},
		};
		for (const name of ["localStorage", "sessionStorage"])
			Object.defineProperty(window, name, forbidden);
	});
	await ann.page.reload();
	await ann.comesIn();
	await crash();
	await ann.seesStatus("Offline. Your lines are kept.");
	await ann.says("meanwhile");
	await restart();
	await ann.reads("meanwhile");
});

test("where a browser has no room left, nothing is lost while the page is there", async () => {
	const ann = await openPage("ann");
	await ann.page.evaluate(() => {
		for (const storage of [localStorage, sessionStorage]) {
			for (let size = 2 ** 23, n = 0; size > 0; n += 1) {
				try {
					storage.setItem(`filler ${n}`, "x".repeat(size));
				} catch {
					size = size >> 1;
				}
			}
		}
	});
	await ann.comesIn();
	await ann.says("said");
	await ann.reads("said");
	await ann.field.fill("x".repeat(4_001));
	await ann.page.getByText("This is 4,001 characters long").waitFor();
	await ann.field.fill("half a thought");
	await crash();
	await ann.seesStatus("Offline. Your lines are kept.");
	await restart();
	await ann.field.press("Enter");
	await ann.reads("half a thought");
	expect(await ann.count("said")).toBe(1);
});

test("the next person finds nothing that the last one left unsaid", async () => {
	const ann = await enter("ann");
	const tab = await ann.opensTab("new");
	await ann.field.fill("half a thought");
	await tab.logsOut("Log out");
	await ann.isOutside();
	await tab.isOutside();
	await tab.becomes("bob").comesIn();
	const bob = ann.becomes("bob");
	await bob.page.reload();
	await bob.isInside();
	expect(await bob.field.inputValue()).toBe("");
	await bob.logsOut("Log out");
	await bob.isOutside();
	expect(await bob.page.getByLabel("Email").inputValue()).toContain("bob@");
});

test("words of an edit under way are not there for the next person", async () => {
	const ann = await enter("ann");
	await ann.says("one");
	await ann.reads("one");
	await ann.field.press("ArrowUp");
	await ann.field.fill("one, and what only Ann may say");
	await ann.logsOut("Log out");
	await ann.isOutside();
	const bob = ann.becomes("bob");
	await bob.comesIn();
	expect(await bob.field.inputValue()).toBe("");
});

test("an email address is the same in any case", async () => {
	const ann = await enter("ann");
	await ann.field.fill("half a thought");
	await ann.logsOut("Log out");
	await ann.isOutside();
	await ann.asksForACode("Ann@Example.org");
	await ann.page.getByLabel("Code").waitFor();
	await ann.types(await plume().codeFor("ann"));
	await ann.isInside();
	expect(await ann.field.inputValue()).toBe("half a thought");
});

test("lines that wait are still this tab's own where a lock is long in coming", async () => {
	const ann = await enter("ann");
	const connect = await ann.cutsTheLine();
	await ann.page.reload();
	await ann.seesStatus("Offline. Your lines are kept.");
	await ann.says("still waiting");
	await ann.page.addInitScript(() => {
		const { locks } = navigator;
		const request = locks.request.bind(locks) as (
			...all: readonly unknown[]
		) => Promise<unknown>;
		// Longer than a reloaded page waits for the one before it.
		const late = () => new Promise((then) => setTimeout(then, 500));
		locks.request = (...all: readonly unknown[]) =>
			late().then(() => request(...all));
	});
	await ann.page.reload();
	await ann.isInside();
	expect(await ann.count("still waiting")).toBe(1);
	connect();
	await ann.reads("still waiting");
});
