/** For everyone: axe-core finds nothing in any state, and a conversation needs no mouse. */

import { expect, test } from "vitest";
import { MessageType as types } from "../../machines/message.ts";
import { check } from "./axe.ts";
import { phone, stage } from "./stage.ts";

const { enter, plume, openPage } = stage();

test.each([
	["wide", {}],
	["phone", phone],
	["twice as large", { viewport: { width: 640, height: 400 } }],
])("no state breaks a rule: %s", async (size, options) => {
	const room = size.replaceAll(" ", "-");
	const name = size.slice(0, 4);
	const ann = await openPage(name, options, room);
	await check(ann, "enter");
	await ann.presses("Mail me a code");
	await check(ann, "enter, refused");
	const code = await ann.getsACode();
	await check(ann, "verify");
	await ann.types(code === "AAAAAA" ? "BBBBBB" : "AAAAAA");
	await ann.seesStatus("That code is not right.");
	await check(ann, "wrong code");
	await ann.types(code);
	await ann.page.getByLabel("Name", { exact: true }).waitFor();
	await check(ann, "a newcomer's name");
	await ann.choosesName();
	await ann.isInside();
	await check(ann, "a quiet room");
	const bob = await enter("bob", {}, room);
	// What is looked at for its rules may be scrolled for that.
	const latest = ann.page.getByRole("button", { name: "Jump to latest" });
	await latest.waitFor({ state: "hidden" });
	await ann.hidesTab();
	await bob.says(
		`@${name} see https://example.org and \`code\`\n\`\`\`\nmore\n\`\`\``,
	);
	await ann.reads("see");
	await ann.showsTab();
	await ann.reads("New since you left");
	await check(ann, "asked about notifications, new since one left");
	await ann.says("mine");
	await ann.says("taken back");
	await ann.reads("taken back");
	await ann.field.press("Shift+Tab");
	await ann.page.keyboard.press("Delete");
	await ann.presses("Delete");
	await ann.reads("This message was deleted.");
	await bob.field.pressSequentially("hm");
	await ann.page.getByText("bob is writing…").waitFor();
	await check(ann, "a busy room");
	await bob.says("a long story ".repeat(200));
	await ann.reads("a long story");
	await ann.page.getByRole("log").hover();
	await ann.page.mouse.wheel(0, -10_000);
	await ann.page.getByRole("button", { name: "Jump to latest" }).waitFor();
	await check(ann, "further up");
	await ann.presses("Jump to latest");
	await ann.goesTo("elsewhere");
	await bob.says(`@${name}?`);
	await ann.page
		.locator(".badge.mentioned")
		.first()
		.waitFor({ state: "attached" });
	await check(ann, "mentioned in another room");
	await ann.page.goBack();
	await ann.isIn(room);
	await ann.field.pressSequentially("@b");
	await ann.page.getByRole("option").first().waitFor();
	await check(ann, "completing a name");
	await ann.field.fill("x".repeat(4_001));
	await check(ann, "too long");
	await ann.field.fill("");
	await ann.opensSide();
	await check(ann, "rooms");
	await ann.page.keyboard.press("Escape");
	await ann.opensPeople();
	await check(ann, "people");
	await ann.page.keyboard.press("Escape");
	await ann.opensMenu();
	await check(ann, "the room's menu");
	await ann.page.keyboard.press("Escape");
	await ann.opensSettings();
	await check(ann, "settings");
	await ann.presses("Delete everything and my name");
	await check(ann, "a warning");
	await ann.page.keyboard.press("Escape");
	await ann.presses("Close");
	await ann.cutsTheLine();
	await ann.page.reload();
	await ann.seesStatus("Your lines are kept.");
	await ann.says("patience");
	await check(ann, "reconnecting");
	await ann.goesTo("elsewhere");
	await check(ann, "not sent in another room");
	await ann.opensSide();
	await check(ann, "rooms, and what was not sent in them");
});

test("a refused line or a replaced tab breaks no rule either", async () => {
	const ann = await enter("ann", phone);
	await ann.page.routeWebSocket("**/connect", (socket) => {
		const server = socket.connectToServer();
		socket.onMessage((frame) => {
			const { type, n } = JSON.parse(String(frame));
			const refused = {
				type: types.refused,
				re: types.text,
				n,
				code: "textIsShort",
				text: "No.",
			};
			if (type === types.text) socket.send(JSON.stringify(refused));
			else if (type === types.erase) void socket.close({ code: 4001 });
			else server.send(frame);
		});
	});
	await ann.page.reload();
	await ann.says("something");
	await ann.seesStatus("1 line was not sent. No.");
	await check(ann, "a failed line");
	await ann.opensSettings();
	await ann.presses("Delete everything and my name");
	await ann.presses("Delete everything");
	await ann.page.keyboard.press("Escape");
	await ann.page.getByRole("button", { name: "Use it here" }).waitFor();
	await check(ann, "opened elsewhere");
});

test("who asks for less motion sees none", async () => {
	const ann = await enter("ann", { reducedMotion: "reduce" });
	const moving = await ann.page.evaluate(
		() =>
			[...document.querySelectorAll("*")]
				.flatMap((one) => [
					getComputedStyle(one),
					getComputedStyle(one, "::after"),
				])
				.filter(
					({ animationName, animationDuration, transitionDuration }) =>
						(animationName !== "none" && /[1-9]/.test(animationDuration)) ||
						/[1-9]/.test(transitionDuration),
				).length,
	);
	expect(moving).toBe(0);
});

test("every target is large enough on a small screen, which nothing overflows", async () => {
	const ann = await enter("ann", { viewport: { width: 320, height: 500 } });
	await ann.says("https://example.org/".padEnd(300, "x"));
	await ann.reads("example.org");
	await ann.opensSettings();
	const { wide, small } = await ann.page.evaluate(() => ({
		wide: document.documentElement.scrollWidth - innerWidth,
		small: [...document.querySelectorAll("button, input, [role=option]")]
			.filter((target) => target.checkVisibility())
			.map((target) => target.closest("label") ?? target)
			.filter((target) => {
				const { width, height } = target.getBoundingClientRect();
				return width < 24 || height < 24;
			})
			.map((target) => target.outerHTML),
	}));
	expect(wide).toBeLessThanOrEqual(0);
	expect(small).toEqual([]);
});

test("a whole conversation needs no mouse, from entering to logging out", async () => {
	const bob = await enter("bob", {}, "keys");
	const ann = await openPage("nora", {}, "keys");
	const { keyboard } = ann.page;
	const focused = () =>
		ann.page.evaluate(() => {
			const { activeElement: at } = document;
			return at?.ariaLabel ?? at?.textContent?.trim() ?? "";
		});
	/** Tab, until what is so called has the focus and shows it. */
	async function tabTo(name: string, key = "Tab") {
		for (let left = 40; (await focused()) !== name; left -= 1) {
			expect(left, `a way to ${name}`).toBeGreaterThan(0);
			await keyboard.press(key);
		}
		const outline = await ann.page.evaluate(
			() =>
				getComputedStyle(document.activeElement ?? document.body).outlineStyle,
		);
		expect(outline).not.toBe("none");
	}
	await ann.page.locator("#email:focus").waitFor();
	await keyboard.type("nora@example.org");
	await keyboard.press("Enter");
	await ann.page.locator("#code:focus").waitFor();
	await keyboard.insertText(await plume().codeFor("nora"));
	await ann.page.locator("#name:focus").waitFor();
	await keyboard.type("nora");
	await keyboard.press("Enter");
	await ann.isInside();
	const bobThere = ann.page.locator("#people").getByText("bob");
	await bobThere.waitFor({ state: "attached" });
	await keyboard.type("Hello @b");
	await ann.page.getByRole("option").first().waitFor();
	await keyboard.press("Tab");
	await keyboard.press("Enter");
	await bob.reads("Hello @bob");
	await bob.says("Hello Nora");
	await ann.reads("Hello Nora");
	await keyboard.press("Shift+Tab");
	expect(await focused()).toBe("More");
	await keyboard.press("Enter");
	await ann.page.getByRole("dialog").waitFor();
	await keyboard.press("Escape");
	for (const tool of ["Reply", "React"]) {
		await keyboard.press("Shift+Tab");
		expect(await focused()).toBe(tool);
	}
	await keyboard.press("Shift+Tab");
	expect(await focused()).toMatch(/^bob, /);
	await keyboard.press("ArrowUp");
	expect(await focused()).toMatch(/^nora, /);
	await keyboard.press("Delete");
	await ann.page.getByRole("dialog").waitFor();
	await keyboard.press("Escape");
	await ann.page.waitForFunction(() => document.activeElement?.id === "text");
	await tabTo("New room", "Shift+Tab");
	await keyboard.press("Enter");
	await ann.page.locator("#join-name:focus").waitFor();
	await keyboard.type("attic");
	await keyboard.press("Enter");
	await ann.isIn("attic");
	await ann.page.goBack();
	await ann.isIn("keys");
	await tabTo("Nnora", "Shift+Tab");
	await keyboard.press("Enter");
	// What is not open yet is given up at the next key.
	await ann.page.locator("#settings").waitFor();
	await tabTo("Log out");
	await keyboard.press("Enter");
	await ann.isOutside();
});
