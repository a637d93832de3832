/** Writing: what helps while one types, with the keyboard alone. */

import { expect, test } from "vitest";
import { phone, stage } from "./stage.ts";

const { enter } = stage();

test("Shift+Enter breaks a line and the field grows; Enter sends", async () => {
	const ann = await enter("ann");
	const height = () => ann.field.evaluate((field) => field.clientHeight);
	const before = await height();
	await ann.field.focus();
	await ann.page.keyboard.type("one");
	await ann.page.keyboard.press("Shift+Enter");
	await ann.page.keyboard.insertText("two\nthree\nfour");
	expect(await height()).toBeGreaterThan(before);
	await ann.page.keyboard.press("Enter");
	await ann.reads("four");
	expect(await ann.field.inputValue()).toBe("");
	expect(await height()).toBe(before);
	expect(await ann.page.locator("article.said").count()).toBe(1);
});

test("many pasted lines are one message, in a field that leaves room to read", async () => {
	const permissions = ["clipboard-read", "clipboard-write"];
	const ann = await enter("ann", { ...phone, permissions });
	const bob = await enter("bob");
	const lines = Array.from({ length: 200 }, (_, at) => `pasted ${at}`);
	const text = lines.join("\n");
	await ann.page.evaluate((all) => navigator.clipboard.writeText(all), text);
	await ann.field.focus();
	await ann.page.keyboard.press("Control+V");
	expect(await ann.field.inputValue()).toBe(text);
	const { height = 0 } = (await ann.field.boundingBox()) ?? {};
	expect(height).toBeLessThanOrEqual(phone.viewport.height * 0.4);
	await ann.page.keyboard.press("Enter");
	await bob.reads("pasted 199");
	const said = bob.page.locator("article.said .line");
	expect(await said.allInnerTexts()).toEqual([text]);
});

test("Send is dim while there is nothing to see, and the first line keeps its indentation", async () => {
	const ann = await enter("ann");
	const send = ann.page.locator("#send");
	const opacity = () =>
		send.evaluate((button) => Number(getComputedStyle(button).opacity));
	await ann.field.fill("\u200b \u3164\n\u2800");
	expect(await opacity()).toBeLessThan(1);
	await ann.page.keyboard.press("Enter");
	await ann.field.fill("\n\n    if (x) {\n    }\n\n");
	expect(await opacity()).toBe(1);
	await ann.page.keyboard.press("Enter");
	await ann.reads("if (x) {");
	const said = ann.page.locator("article.said .line");
	expect(await said.allTextContents()).toEqual(["    if (x) {\n    }"]);
});

test("a line that could not go out yet says so, until it is said", async () => {
	const ann = await enter("ann");
	const connect = await ann.cutsTheLine();
	await ann.page.reload();
	await ann.isTold("Trying again…");
	await ann.says("patience");
	const state = () =>
		ann.page
			.locator("#outbox .line")
			.evaluateAll((lines) =>
				lines.map((line) => getComputedStyle(line, "::after").content),
			);
	expect(await state()).toEqual(['"(waiting)"']);
	connect();
	await ann.presses("Try now");
	await ann.reads("patience");
	expect(await state()).toEqual([]);
});

test("up-arrow in an empty field brings the last line back", async () => {
	const ann = await enter("ann");
	await ann.says("first");
	await ann.says("second");
	await ann.reads("second");
	await ann.field.press("ArrowUp");
	expect(await ann.field.inputValue()).toBe("second");
	await ann.field.fill("other");
	await ann.field.press("ArrowUp");
	expect(await ann.field.inputValue()).toBe("other");
});

test("an @name is completed from who is here, by keyboard", async () => {
	const ann = await enter("ann");
	const bert = await enter("bert");
	const bob = await enter("bob");
	await bob.says("hi");
	await bert.reads("hi");
	await bert.says("hi");
	await ann.page.locator("article.said").nth(1).waitFor();
	await ann.field.pressSequentially("hey @b");
	const options = ann.page.getByRole("option");
	expect(await options.allInnerTexts()).toEqual(["bert", "bob"]);
	await ann.isTold("2 names");
	await ann.field.press("ArrowDown");
	const active = await ann.field.getAttribute("aria-activedescendant");
	expect(await ann.page.locator(`#${active}`).innerText()).toBe("bob");
	await ann.field.press("Enter");
	expect(await ann.field.inputValue()).toBe("hey @bob ");
	await ann.field.pressSequentially("and @be");
	await ann.field.press("Escape");
	await ann.field.press("Enter");
	await bob.reads("and @be");
});
