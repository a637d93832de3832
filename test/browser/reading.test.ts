/** Reading: what people write is shown safely and well, and the past is a scroll away. */

import { expect, test } from "vitest";
import { Caller } from "../program/caller.ts";
import { check } from "./axe.ts";
import { phone, stage } from "./stage.ts";

const { enter, plume, openPage } = stage();

test("links can be clicked, code stands out, nothing else is markup", async () => {
	const ann = await enter("ann");
	const log = ann.page.getByRole("log");
	await ann.says(
		"see (https://example.org/a_(b)), or http://example.org/x?y=1.",
	);
	const links = log.getByRole("link");
	await links.nth(1).waitFor();
	const all = await links.evaluateAll((found) =>
		found.map((link) => [link.textContent, link.getAttribute("rel")]),
	);
	const rel = "noopener noreferrer";
	expect(all).toEqual([
		["https://example.org/a_(b)", rel],
		["http://example.org/x?y=1", rel],
	]);
	await ann.says("שלום Https://example.org/אבג/x。次に");
	await links.nth(2).waitFor();
	expect(await links.nth(2).innerText()).toBe("Https://example.org/אבג/x");
	const { direction, unicodeBidi } = await links
		.nth(2)
		.evaluate((link) => getComputedStyle(link));
	expect([direction, unicodeBidi]).toEqual(["ltr", "isolate"]);
	await ann.says(
		"javascript:alert(1) <img src=x onerror=alert(1)> data:text/html,x",
	);
	await ann.reads("<img src=x onerror=alert(1)>");
	expect(await links.count()).toBe(3);
	expect(await log.locator("img").count()).toBe(0);
	await ann.says("use `npm test`, or\n```sh\nhttps://not.a.link <b>\n```");
	await log.locator("pre").waitFor();
	expect(await log.locator("pre").innerText()).toBe("https://not.a.link <b>");
	expect(await log.locator(".line > code").innerText()).toBe("npm test");
	expect(await links.count()).toBe(3);
});

test("only emoji alone are large", async () => {
	const ann = await enter("ann");
	await ann.says("👩‍🚀 🎉");
	await ann.says("123");
	await ann.says("hello 🎉");
	await ann.reads("hello");
	const large = await ann.page.locator(".emoji").allInnerTexts();
	expect(large).toEqual(["👩‍🚀 🎉"]);
});

test("only a mention of oneself is marked, in any spelling", async () => {
	const ann = await enter("ann");
	const bob = await enter("bob");
	await bob.says("@Ann, and not @annika or x@ann or @bob");
	await bob.says("你好@annさん ＠ANN.");
	await ann.reads("你好");
	const marks = await ann.page.locator("mark").allInnerTexts();
	expect(marks).toEqual(["@Ann", "@ann", "＠ANN"]);
	expect(await bob.page.locator("mark").count()).toBe(0);
	await bob.field.pressSequentially("你好@an");
	await bob.page.getByRole("option", { name: "ann" }).waitFor();
	await bob.field.press("Enter");
	expect(await bob.field.inputValue()).toBe("你好@ann ");
});

test("lines are grouped by person, each with its exact time", async () => {
	const ann = await enter("ann");
	const bob = await enter("bob");
	await bob.says("one");
	await bob.says("two");
	await ann.reads("two");
	await ann.says("three");
	await ann.reads("three");
	const said = ann.page.locator("article.said");
	expect(await said.count()).toBe(3);
	expect(await said.locator("header").count()).toBe(2);
	for (const time of await said.locator("time").all()) {
		expect(await time.getAttribute("title")).toMatch(/\d{4}.*:\d\d/);
	}
});

test("a system line can't be typed", async () => {
	const ann = await enter("ann");
	await ann.says("bob came in");
	await ann.reads("bob came in");
	expect(await ann.page.locator(".system", { hasText: "bob" }).count()).toBe(0);
});

test("each day begins with its date", async () => {
	const ann = await enter("ann");
	const bob = await enter("bob");
	await ann.page.routeWebSocket("**/connect", (socket) => {
		const server = socket.connectToServer();
		server.onMessage((frame) => {
			const { time, ...said } = JSON.parse(String(frame));
			const isOld = String(said.text).startsWith("long ago");
			const shifted = isOld ? time - 2 * 86_400_000 : time;
			socket.send(JSON.stringify({ ...said, ...(time && { time: shifted }) }));
		});
	});
	await bob.says("long ago 1");
	await bob.says("long ago 2");
	await bob.says("today");
	// What she has not read would have a mark, and begin anew below it.
	await ann.reads("today");
	await ann.page.reload();
	await ann.reads("today");
	const days = ann.page.getByRole("heading", { level: 2, name: /\d{4}/ });
	const [first, second, ...more] = await days.allInnerTexts();
	expect(first).not.toBe(second);
	expect(more.length).toBeLessThanOrEqual(1);
	expect(await ann.page.locator("article.said.first").count()).toBe(2);
});

test("each name or text has the direction of its own script", async () => {
	const ann = await enter("ann");
	const names = ["דוד", "山田", "Ольга"];
	for (const name of names) {
		const person = await openPage(name);
		const address = `p${names.indexOf(name)}`;
		await person.asksForACode(`${address}@example.org`);
		await person.entersWith(await plume().codeFor(address));
		await person.says(`${name} 1 (2)!`);
		await ann.reads(`${name} 1 (2)!`);
	}
	const directions = await ann.page
		.locator("article.said .line")
		.evaluateAll((lines) =>
			lines.map((line) => getComputedStyle(line).direction),
		);
	expect(directions).toEqual(["rtl", "ltr", "ltr"]);
	const tags = await ann.page
		.locator("article.said header")
		.evaluateAll((heads) =>
			heads.map((head) => head.querySelector("bdi")?.textContent),
		);
	expect(tags).toEqual(names);
	await ann.field.pressSequentially("@ד");
	await ann.page.getByRole("option").first().waitFor();
	await ann.field.press("Enter");
	expect(await ann.field.inputValue()).toBe("@דוד ");
});

test("what arrives while the tab is hidden is marked as new, as the title says", async () => {
	const ann = await enter("ann", {}, "away");
	const bob = await enter("bob", {}, "away");
	await bob.says("before");
	await ann.reads("before");
	expect(await ann.count("New since you left")).toBe(0);
	await ann.hidesTab();
	await bob.says("after 1");
	await bob.says("after 2");
	await ann.reads("after 2");
	expect(await ann.page.title()).toBe("(2) away · Plume");
	const icon = ann.page.locator("link[rel=icon]");
	expect(await icon.getAttribute("href")).toContain("plume-new.svg");
	await ann.showsTab();
	expect(await ann.page.title()).toBe("away · Plume");
	const log = await ann.page.getByRole("log").innerText();
	expect(log).toMatch(/before[\s\S]*New since you left[\s\S]*after 1/);
});

test("screen readers hear the latest line, of a flood only a count", async () => {
	const ann = await enter("ann");
	const bob = await enter("bob");
	await bob.says("hello");
	await ann.page.locator("[aria-live=polite]#announcer").waitFor({
		state: "attached",
	});
	await ann.hasHeard("bob: hello");
	await bob.saysAtOnce(Array.from({ length: 20 }, (_, n) => `line ${n}`));
	await ann.hasHeard(/^announcer \d+ new messages\./);
});

test("what is copied is what is seen", async () => {
	const permissions = ["clipboard-read", "clipboard-write"];
	const ann = await enter("ann", { permissions }, "copied");
	const bob = await enter("bob", {}, "copied");
	await bob.says("one");
	await bob.says("two");
	await ann.reads("two");
	await ann.says("three");
	await ann.reads("three");
	await ann.page.evaluate(() => {
		const said = document.querySelectorAll("#log article.said");
		const [first, , third] = said;
		if (!first || !third) return;
		const { length } = third.childNodes;
		getSelection()?.setBaseAndExtent(first, 0, third, length);
	});
	await ann.page.keyboard.press("Control+C");
	const copied = await ann.page.evaluate(async () => {
		const [item] = await navigator.clipboard.read();
		const html = await (await item?.getType("text/html"))?.text();
		const text = await navigator.clipboard.readText();
		return [text, (html ?? "").replace(/<[^>]*>/g, " ")];
	});
	for (const words of copied) {
		const parts = words.replace(/\s+/g, " ").trim();
		expect(parts).toMatch(
			/^bob ?\d+:\d\d( [AP]M)? ?one ?two ?ann ?you ?\d+:\d\d( [AP]M)? ?three$/,
		);
	}
});

test("a text that grows out of its line stays in its row", async () => {
	const ann = await enter("ann", phone);
	await ann.says("before");
	await ann.says(`Z${"\u0337\u0350\u0316".repeat(67)}${"\u0305".repeat(200)}`);
	await ann.says("after");
	await ann.reads("after");
	const room = ann.page.getByRole("region", { name: "What was said" });
	const line = ann.page.locator("article.said .line");
	const looks = await line.evaluateAll((lines) =>
		lines.map((each) => getComputedStyle(each).overflow),
	);
	expect(looks).toEqual(["clip", "clip", "clip"]);
	const wide = await room.evaluate((one) => {
		one.scrollLeft = 500;
		return one.scrollLeft;
	});
	expect(wide).toBe(0);
	// Two pixels around a line may have its ink, and lines begin between pixels.
	await line.nth(1).evaluate((each) => {
		each.style.marginTop = "4px";
	});
	const looksLike = () => line.first().screenshot({ animations: "disabled" });
	const inked = await looksLike();
	await line.nth(1).evaluate((each) => each.replaceChildren("Z"));
	expect(await looksLike()).toEqual(inked);
});

test("a text of thousands of line breaks is folded until it is asked for", async () => {
	const ann = await enter("ann", phone);
	await ann.says("before");
	await ann.saysAtOnce([`a${"\n".repeat(3_900)}b`]);
	const more = ann.page.getByRole("button", { name: "Show all" });
	await more.waitFor();
	const line = ann.page.locator("#log article.said .line").nth(1);
	const height = async () => (await line.boundingBox())?.height ?? 0;
	expect(await height()).toBeLessThan(600);
	await more.click();
	expect(await height()).toBeGreaterThan(20_000);
	const { y = -1 } = (await line.boundingBox()) ?? {};
	expect(y).toBeGreaterThan(0);
	expect(y).toBeLessThan(phone.viewport.height);
});

test("a reader who has unfolded a text goes on writing at the end when the rows are drawn anew", async () => {
	const ann = await enter("anke");
	const bob = await enter("bodo");
	await bob.saysAtOnce([`a${"\n".repeat(200)}b`, "nonsense"]);
	await ann.reads("nonsense");
	await ann.presses("Show all");
	await ann.presses("Jump to latest");
	await ann.field.fill("half a li");
	const tab = await ann.opensTab("new");
	await tab.isOpen();
	await tab.says("/block bodo");
	await ann.page.locator("details.blocked").first().waitFor();
	await ann.page.locator("#text:focus").waitFor();
	expect(await ann.page.locator("#latest").isVisible()).toBe(false);
	expect(await ann.page.locator(".long").count()).toBe(0);
});

test("no empty line stands behind a block of code", async () => {
	const ann = await enter("ann");
	await ann.says("```\nlet it = be;\n```\nand so on");
	await ann.reads("and so on");
	const line = ann.page.locator(".line", { hasText: "and so on" });
	const [pre, all] = await line.evaluate((one) => [
		one.querySelector("pre")?.getBoundingClientRect().bottom ?? 0,
		one.getBoundingClientRect().bottom,
	]);
	expect((all ?? 0) - (pre ?? 0)).toBeLessThan(40);
});

test("code keeps its indentation, with tabs four wide, in lines that scroll", async () => {
	const ann = await enter("ann", phone);
	await ann.says(`\`\`\`\n\tif (x) {\n    ${"long ".repeat(40)}\n\`\`\``);
	const pre = ann.page.locator("#log pre");
	await pre.waitFor();
	const [size, space, beyond] = await pre.evaluate((one) => {
		const { tabSize, whiteSpace } = getComputedStyle(one);
		return [tabSize, whiteSpace, one.scrollWidth - one.clientWidth];
	});
	expect([size, space]).toEqual(["4", "pre"]);
	expect(beyond).toBeGreaterThan(100);
	await check(ann, "a long line of code");
});

test("the time that is pointed at stands on one line where clocks have twelve hours", async () => {
	const ann = await enter("ann", { locale: "en-US" });
	await ann.says("one");
	await ann.says("two");
	await ann.reads("two");
	const second = ann.page.locator("article.said").nth(1);
	await second.hover();
	const time = second.locator("time");
	expect(await time.innerText()).toMatch(/[AP]M/);
	const { x = -1, height = 0 } =
		(await time.locator("span").first().boundingBox()) ?? {};
	expect(height).toBeLessThan(18);
	const room = ann.page.getByRole("region", { name: "What was said" });
	expect(x).toBeGreaterThanOrEqual((await room.boundingBox())?.x ?? 0);
});

test("only the talk is printed, below the name of the room", async () => {
	const ann = await enter("ann", { colorScheme: "dark" });
	for (const text of ["first", "last"]) await ann.says(text);
	await ann.reads("last");
	await ann.page.emulateMedia({ media: "print", colorScheme: "dark" });
	const parts = ann.page.locator("#chat > *").filter({ visible: true });
	const seen = await parts.evaluateAll((all) => all.map(({ id }) => id));
	expect(seen).toEqual(["", "room"]);
	const head = ann.page.locator("#chat > header > *");
	expect(await head.filter({ visible: true }).count()).toBe(1);
	expect(await ann.page.locator(".aside").first().isVisible()).toBe(false);
	expect(await ann.page.locator("article.said time").first().isVisible()).toBe(
		true,
	);
	const log = ann.page.getByRole("log");
	const color = await log.evaluate((one) => getComputedStyle(one).color);
	expect(color).toBe("rgb(29, 27, 26)");
	const pages = (await ann.page.pdf()).toString("latin1");
	expect(pages.match(/\/Type\s*\/Page\b/g)).toHaveLength(1);
});

test("a folded text or a long line of code is printed whole", async () => {
	const ann = await enter("ann", phone);
	await ann.saysAtOnce([`a${"\n".repeat(200)}b`]);
	await ann.page.getByRole("button", { name: "Show all" }).waitFor();
	await ann.says(`\`\`\`\n${"long ".repeat(40)}\n\`\`\``);
	await ann.page.locator("#log pre").waitFor();
	await ann.page.emulateMedia({ media: "print" });
	for (const part of ["#log .long", "#log pre"]) {
		const beyond = await ann.page.locator(part).evaluate((one) => {
			return [
				one.scrollHeight - one.clientHeight,
				one.scrollWidth - one.clientWidth,
			];
		});
		expect(beyond).toEqual([0, 0]);
	}
});

test("forced colours still show the current room, what is new, which line is the bot's", async () => {
	const ann = await enter("ann", { forcedColors: "active" }, "forced");
	const bob = await enter("bob", {}, "forced");
	await ann.isGreeted();
	const bot = ann.page.locator("#log .aside .avatar").first();
	const size = await bot.evaluate((one) => getComputedStyle(one).fontSize);
	expect(size).toBe("0px");
	await ann.goesTo("other");
	await bob.says("@ann, hello");
	const rooms = ann.page.getByRole("navigation", { name: "Rooms" });
	await rooms.getByText("1", { exact: true }).waitFor();
	const looks = (selector: string) =>
		ann.page
			.locator(selector)
			.first()
			.evaluate((one) => {
				const style = getComputedStyle(one);
				return { border: style.borderColor, outline: style.outlineStyle };
			});
	const here = await looks("#rooms [aria-current]");
	const there = await looks("#rooms a:not([aria-current])");
	expect(here.border).not.toBe(there.border);
	expect((await looks("#rooms .badge")).outline).toBe("solid");
	await ann.field.focus();
	expect((await looks("#composer")).outline).toBe("solid");
});

test("a button that has the focus stands where it stood", async () => {
	const ann = await enter("ann");
	const send = ann.page.getByRole("button", { name: "Send" });
	const was = await send.boundingBox();
	await send.focus();
	await expect
		.poll(() => send.evaluate((one) => one.getAnimations().length))
		.toBe(0);
	expect(await send.boundingBox()).toEqual(was);
});

test("who types only blanks writes nothing", async () => {
	const ann = await enter("ann");
	const bob = await enter("bob");
	const frames: string[] = [];
	await bob.page.reload();
	await bob.isInside();
	// The field is there before the room has let him in; what he types until then is no news.
	const isBack = new Promise<void>((resolve) => {
		bob.page.on("websocket", (socket) => {
			socket.on("framesent", ({ payload }) => frames.push(String(payload)));
			socket.on("framereceived", ({ payload }) => {
				if (String(payload).includes('"done":true')) resolve();
			});
		});
	});
	await bob.page.reload();
	await isBack;
	await bob.isInside();
	const typing = () => frames.filter((frame) => frame.includes("typing"));
	await bob.field.pressSequentially("   ");
	await ann.says("what is it?");
	await bob.reads("what is it?");
	expect(typing()).toHaveLength(0);
	await bob.field.pressSequentially("x");
	await ann.page.getByText("bob is writing…").waitFor();
	expect(typing()).toHaveLength(1);
	await bob.field.fill("");
});

test("one reads back to the first line without a jolt, in a document that stays small", async () => {
	const bob = await Caller.enter(plume(), "bob");
	for (let n = 1; n <= 900; n += 1) bob.say(`line ${n}.`);
	await bob.until(({ text }) => text === "line 900.");
	const ann = await enter("ann", {}, "");
	await ann.reads("line 900.");
	const room = ann.page.getByRole("region", { name: "What was said" });
	const lines = ann.page.locator("article.said");
	const jolts = await room.evaluate(async (element) => {
		const jolts: number[] = [];
		const next = () => new Promise((done) => requestAnimationFrame(done));
		const first = () => {
			const { top } = element.getBoundingClientRect();
			return [...element.querySelectorAll("article")].find(
				(line) => line.getBoundingClientRect().bottom > top + 40,
			);
		};
		for (let turn = 0; turn < 400; turn += 1) {
			const text = element.textContent ?? "";
			if (text.includes("line 1.") && element.scrollTop === 0) return jolts;
			element.scrollTop -= 400;
			const line = first()?.textContent;
			const was = first()?.getBoundingClientRect().top ?? 0;
			await next();
			await next();
			const same = [...element.querySelectorAll("article")].find(
				(other) => other.textContent === line,
			);
			if (same) jolts.push(same.getBoundingClientRect().top - was);
		}
		return ["never"];
	});
	expect(jolts.filter((by) => Math.abs(Number(by)) > 1)).toEqual([]);
	expect(await lines.count()).toBeLessThanOrEqual(600);
	bob.say("the end");
	await ann.presses("1 new below");
	await ann.reads("the end");
	bob.raw.drop();
	const shown = await lines.allInnerTexts();
	expect(shown.at(-1)).toContain("the end");
	expect(await lines.count()).toBeLessThanOrEqual(600);
});
