/** Writing: what helps while one types, with the keyboard alone. */

import { expect, test } from "vitest";
import { check } from "./axe.ts";
import { phone, stage } from "./stage.ts";

const { enter } = stage();

test("the field keeps the focus when a line is sent with the button", async () => {
	const ann = await enter("ann", phone);
	await ann.field.fill("by touch");
	await ann.page.getByRole("button", { name: "Send" }).tap();
	await ann.reads("by touch");
	expect(await ann.page.locator(":focus").getAttribute("id")).toBe("text");
});

test("Shift+Enter breaks a line, for which the field grows", async () => {
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
	await ann.presses("Send");
	await bob.reads("pasted 199");
	const said = bob.page.locator("article.said .line");
	expect(await said.allInnerTexts()).toEqual([text]);
});

test("Send is dim while there is nothing to send, but indentation is text", async () => {
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
	await ann.seesStatus("Your lines are kept.");
	await ann.says("patience");
	const state = () =>
		ann.page
			.locator("#outbox .line")
			.evaluateAll((lines) =>
				lines.map((line) => getComputedStyle(line, "::after").content),
			);
	expect(await state()).toEqual(['"(waiting)"']);
	connect();
	await ann.retries();
	await ann.reads("patience");
	await expect.poll(state).toEqual([]);
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
	await ann.seesStatus("2 names");
	expect(await options.allInnerTexts()).toEqual(["bert", "bob"]);
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

test("who is named right before is not offered again", async () => {
	const ann = await enter("ann");
	const bert = await enter("bert");
	await bert.says("hi");
	await ann.reads("hi");
	const bob = await enter("bob");
	await bob.says("ho");
	await ann.reads("ho");
	const options = ann.page.getByRole("option");
	await ann.field.pressSequentially("@b");
	await ann.seesStatus("2 names");
	await ann.field.press("Enter");
	expect(await ann.field.inputValue()).toBe("@bob ");
	await ann.field.pressSequentially("@b");
	await ann.seesStatus("1 name");
	expect(await options.allInnerTexts()).toEqual(["bert"]);
	await ann.field.press("Enter");
	expect(await ann.field.inputValue()).toBe("@bob @bert ");
	await ann.field.pressSequentially("ask @bo");
	expect(await options.allInnerTexts()).toEqual(["bob"]);
});

test("a key that ended a composition sends nothing", async () => {
	const ann = await enter("ann");
	await ann.field.fill("にほん");
	await ann.field.evaluate((field) => {
		const key = { key: "Enter", keyCode: 229, bubbles: true, cancelable: true };
		field.dispatchEvent(new KeyboardEvent("keydown", key));
	});
	expect(await ann.field.inputValue()).toBe("にほん");
	await ann.field.press("Enter");
	await ann.reads("にほん");
	expect(await ann.page.locator("article.said").count()).toBe(1);
});

test("a million pasted characters cost no more than in a bare field", async () => {
	const ann = await enter("ann");
	/** The best of three: this process may have to wait for others. */
	const paste = (field: HTMLTextAreaElement) => {
		const times = [1, 2, 3].map(() => {
			field.value = "";
			const start = performance.now();
			field.value = "x ".repeat(500_000);
			field.dispatchEvent(new Event("input", { bubbles: true }));
			field.getBoundingClientRect();
			return performance.now() - start;
		});
		return Math.min(...times);
	};
	const ours = await ann.field.evaluate(paste);
	await ann.page.evaluate(() => {
		const bare = document.createElement("textarea");
		bare.id = "bare";
		bare.style.cssText = "display:block;width:40rem;height:20rem";
		document.body.append(bare);
	});
	const bare = await ann.page.locator("#bare").evaluate(paste);
	expect(ours).toBeLessThan(5 * bare + 200);
	await ann.seesStatus("characters long");
	await ann.page.reload();
	await ann.isInside();
	expect((await ann.field.inputValue()).length).toBeLessThanOrEqual(32_000);
});

test("what cannot be sent dims the button, with words only where there are too many", async () => {
	const ann = await enter("ann");
	const send = ann.page.getByRole("button", { name: "Send", exact: true });
	const isDim = () => send.getAttribute("aria-disabled");
	expect(await isDim()).toBe("true");
	await ann.field.fill("  ");
	expect(await isDim()).toBe("true");
	await ann.field.fill("x".repeat(4001));
	expect(await isDim()).toBe("true");
	await ann.seesStatus("4,001 characters long");
	await ann.field.fill("x".repeat(4000));
	expect(await isDim()).toBe("false");
});

test("on a touch screen Enter breaks the line", async () => {
	const ann = await enter("ann", phone);
	await ann.field.pressSequentially("one");
	await ann.field.press("Enter");
	await ann.field.pressSequentially("two");
	expect(await ann.field.inputValue()).toBe("one\ntwo");
	expect(await ann.field.getAttribute("enterkeyhint")).toBe("enter");
	await ann.presses("Send");
	await ann.reads("one");
});

test("an arrow key brings back no line that was said into a draft", async () => {
	const ann = await enter("ann");
	await ann.says("one");
	await ann.reads("one");
	await ann.field.fill("two");
	await ann.field.press("ArrowUp");
	expect(await ann.field.inputValue()).toBe("two");
});

test("a command is asked about before it is said", async () => {
	const ann = await enter("ann");
	const bob = await enter("bob");
	await ann.says("/help");
	await ann.seesStatus("“/help” is no command here.");
	expect(await ann.field.inputValue()).toBe("/help");
	await ann.says("/usr/bin is no command");
	await bob.reads("/usr/bin");
	expect(await bob.count("/help")).toBe(0);
	await ann.says("/help");
	await ann.says("/help");
	await bob.reads("/help");
});

test("a slash alone lists the commands, with what each does", async () => {
	const ann = await enter("ann");
	await ann.field.press("/");
	const list = ann.page.getByRole("listbox", { name: "Commands" });
	await list.getByRole("option", { name: "/pins Pinned messages" }).waitFor();
	await ann.seesStatus("Commands: arrows choose");
	await check(ann, "the commands");
	await ann.field.pressSequentially("ke");
	expect(await list.getByRole("option").allInnerTexts()).toEqual([
		"/keys Keys",
	]);
	await ann.page.keyboard.press("Enter");
	await ann.page.getByRole("dialog", { name: "Keys" }).waitFor();
	expect(await ann.field.inputValue()).toBe("");
});

test("a whole command is done by Send, too", async () => {
	const ann = await enter("ann", phone);
	await ann.field.fill("/");
	await ann.page.getByRole("listbox", { name: "Commands" }).waitFor();
	await ann.says("/Pins");
	await ann.page.getByRole("dialog", { name: "Pinned messages" }).waitFor();
	expect(await ann.count("Pins")).toBe(0);
});

test("a command about a person goes to the bot, who alone reads it", async () => {
	const ann = await enter("ann");
	const bob = await enter("bob");
	await ann.says("/block bob");
	await ann.page.locator(".aside", { hasText: "nothing more" }).waitFor();
	await ann.field.fill("/unb");
	await ann.page.getByRole("option", { name: "/unblock" }).click();
	expect(await ann.field.inputValue()).toBe("@plumebot unblock @");
	await ann.page.getByRole("option", { name: "bob" }).click();
	await ann.page.keyboard.press("Enter");
	await ann.page.locator(".aside", { hasText: "unblock" }).last().waitFor();
	await ann.says("hello");
	await bob.reads("hello");
	expect(await bob.count("block")).toBe(0);
});

test("a member is offered no command of moderators", async () => {
	const ann = await enter("ann");
	await enter("bob");
	const list = ann.page.getByRole("listbox", { name: "Commands" });
	await ann.field.fill("/");
	await list.getByRole("option", { name: "/unblock" }).waitFor();
	expect(await list.getByText("/ban").count()).toBe(0);
});

test.each(["drop", "paste"])(
	"a file that someone %ss stays on the page, with words",
	async (kind) => {
		const ann = await enter("ann");
		const { isPrevented, url } = await ann.field.evaluate((field, type) => {
			const files = new DataTransfer();
			files.items.add(new File(["x"], "cat.png", { type: "image/png" }));
			const about = { bubbles: true, cancelable: true };
			const event =
				type === "drop"
					? new DragEvent(type, { ...about, dataTransfer: files })
					: new ClipboardEvent(type, { ...about, clipboardData: files });
			return { isPrevented: !field.dispatchEvent(event), url: location.href };
		}, kind);
		expect(isPrevented).toBe(true);
		await ann.hasHeard("Pictures and files can’t be sent yet.");
		expect(ann.page.url()).toBe(url);
	},
);

test("on a touch screen a message offers to be deleted once it is touched", async () => {
	const ann = await enter("ann", phone);
	await ann.says("regretted");
	await ann.reads("regretted");
	const said = ann.page.locator("article.said");
	const more = said.getByRole("button", { name: "More" });
	const opacity = () =>
		said.locator(".tools").evaluate((tools) => getComputedStyle(tools).opacity);
	expect(await opacity()).toBe("0");
	await ann.page.locator("article.said .line").tap();
	expect(await opacity()).toBe("1");
	const { width = 0, height = 0 } = (await more.boundingBox()) ?? {};
	expect(Math.min(width, height)).toBeGreaterThanOrEqual(44);
	await more.tap();
	await ann.presses("Delete");
	await ann.page.getByRole("dialog", { name: "Delete “regretted”?" }).waitFor();
	await ann.presses("Delete");
	await ann.page.locator("article.said .erased").waitFor();
});

test("what is wrong with a text is not said of the next room's", async () => {
	const ann = await enter("ann");
	await ann.says("/foo");
	await ann.seesStatus("“/foo” is no command here.");
	await ann.goesTo("den");
	expect(await ann.page.locator("#text-trouble").textContent()).toBe("");
});

test("the list of names closes when the line is sent with the button", async () => {
	const ann = await enter("ann", phone);
	const bob = await enter("bob");
	await bob.says("hi");
	await ann.reads("hi");
	await ann.field.pressSequentially("thanks @bo");
	await ann.page.getByRole("option").waitFor();
	await ann.presses("Send");
	await ann.reads("thanks @bo");
	expect(await ann.page.getByRole("option").count()).toBe(0);
});

test("the list of names leaves what the page says to be read", async () => {
	const ann = await enter("ann");
	const bob = await enter("bob");
	await bob.says("hi");
	await ann.reads("hi");
	await ann.field.pressSequentially("@bo");
	await ann.page.getByRole("option").waitFor();
	const [list, notice] = await ann.field.evaluate((field) => {
		const files = new DataTransfer();
		files.items.add(new File(["x"], "cat.png", { type: "image/png" }));
		const about = { bubbles: true, cancelable: true, dataTransfer: files };
		field.dispatchEvent(new DragEvent("drop", about));
		return ["#names", "#brief-notice"].map((where) => {
			const box = document.querySelector(where)?.getBoundingClientRect();
			return { top: box?.top ?? 0, bottom: box?.bottom ?? 0 };
		});
	});
	expect(notice?.bottom).toBeGreaterThan((notice?.top ?? 0) + 10);
	expect(list?.bottom).toBeLessThanOrEqual(notice?.top ?? 0);
	expect(list?.bottom).toBeGreaterThan((notice?.top ?? 0) - 20);
});

test("the list of names closes when an edit is sent with the button", async () => {
	const ann = await enter("ann");
	const bob = await enter("bob");
	await bob.says("hi");
	await ann.reads("hi");
	await ann.says("thanks");
	await ann.reads("thanks");
	await ann.field.fill("who brings bread?");
	await ann.field.press("Shift+Tab");
	await ann.page.keyboard.press("e");
	await ann.field.pressSequentially(" @bo");
	await ann.page.getByRole("option").waitFor();
	await ann.presses("Send");
	await ann.reads("thanks @bo");
	expect(await ann.field.inputValue()).toBe("who brings bread?");
	expect(await ann.page.getByRole("option").count()).toBe(0);
});

/** The answer to someone's edit is on its way. */
async function sendsAnEdit() {
	const ann = await enter("ann", {}, "attic");
	const answers = await ann.holdsAnswers();
	await ann.page.reload();
	await ann.isInside();
	await ann.says("one");
	await ann.reads("one");
	answers.hold();
	await ann.field.press("ArrowUp");
	await ann.field.fill("two");
	await ann.field.press("Enter");
	return { ann, ...answers };
}

/** Someone goes elsewhere meanwhile. */
async function leavesWhileEditing() {
	const edit = await sendsAnEdit();
	await edit.ann.goesTo("cellar");
	return edit;
}

test("a refused edit does not come before the first letter of the next line", async () => {
	const { ann, cut } = await sendsAnEdit();
	const { clock, keyboard } = ann.page;
	// No pause is over, however long this takes.
	await clock.setFixedTime(Date.now() - 60_000);
	await cut();
	await ann.hasHeard("There was no answer.");
	await keyboard.type("and bring the keys");
	expect(await ann.field.inputValue()).toBe("and bring the keys");
	await keyboard.press("Enter");
	await clock.setFixedTime(Date.now() + 60_000);
	await expect.poll(() => ann.field.inputValue()).toBe("two");
});

test("a refused edit is not in the field while an emoji is chosen for it", async () => {
	const { ann, cut } = await sendsAnEdit();
	await ann.presses("Emoji");
	const emoji = ann.page.locator("emoji-picker").getByRole("menuitem").first();
	await emoji.waitFor();
	await ann.page.clock.install();
	await cut();
	await ann.hasHeard("There was no answer.");
	await ann.page.clock.runFor(10_000);
	await emoji.click();
	await expect.poll(() => ann.field.inputValue()).toBe("😀");
});

test("an edit without an answer leaves the line alone that is being written by then", async () => {
	const { ann, cut, arrive } = await sendsAnEdit();
	await ann.page.keyboard.type("and br");
	await cut();
	await ann.hasHeard("There was no answer.");
	expect(await ann.field.inputValue()).toBe("and br");
	arrive();
	await ann.isOpen();
	await ann.page.keyboard.type("ing the keys");
	await ann.page.keyboard.press("Enter");
	await ann.page.keyboard.type("also");
	expect(await ann.field.inputValue()).toBe("also");
	await ann.page.keyboard.press("Enter");
	await ann.reads("and bring the keys");
	await ann.reads("also");
	await ann.reads("two");
});

test("an edit that is on its way when the writer goes elsewhere is not said a second time", async () => {
	const { ann, arrive } = await leavesWhileEditing();
	arrive();
	await ann.goesTo("attic");
	await ann.reads("two");
	expect(await ann.field.inputValue()).toBe("");
});

test("an edit without an answer does not come again in its room if it was done", async () => {
	const { ann, cut, arrive } = await leavesWhileEditing();
	await cut();
	await ann.hasHeard("There was no answer.");
	arrive();
	await ann.retries();
	await ann.goesTo("attic");
	await ann.reads("two");
	const waiting = () => sessionStorage.getItem("edits attic");
	await expect.poll(() => ann.page.evaluate(waiting)).toBe("[]");
	expect(await ann.field.inputValue()).toBe("");
});
