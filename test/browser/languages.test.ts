/** The page in other languages than English, in both directions of writing. */

import { readdir, readFile, stat } from "node:fs/promises";
import type { BrowserContextOptions, Page } from "playwright-core";
import { expect, test } from "vitest";
import { MessageType as types } from "../../machines/message.ts";
import { wordsKey } from "../../static/words-key.js";
import { check } from "./axe.ts";
import type { Person } from "./person.ts";
import { phone, stage } from "./stage.ts";

const { enter, plume, openPage } = stage();

type Words = Record<string, string | Record<string, string>>;

const path = (language: string) =>
	new URL(`../../static/languages/${language}.json`, import.meta.url);
const wordsOf = async (language: string): Promise<Words> =>
	JSON.parse(await readFile(path(language), "utf8"));

/** Logs in, whatever the language. */
async function comesIn({ page, name }: Person, look = async (_: string) => {}) {
	await page.locator("#email").fill(`${name}@example.org`);
	await look("enter");
	await page.locator("#enter-submit").click();
	await page.locator("#verify-sent").waitFor();
	await look("verify");
	await page.locator("#code").fill(await plume().codeFor(name));
	await page.locator("#name").fill(name);
	await look("name");
	await page.locator("#verify-submit").click();
	await page.locator("#text").waitFor();
}

test("a German browser gets a German page", async () => {
	const ida = await openPage("ida", { locale: "de-DE" });
	const { page } = ida;
	await page.getByLabel("E-Mail").fill("ida");
	await page.getByRole("button", { name: "Code zumailen" }).click();
	await comesIn(ida);
	expect(await page.locator("html").getAttribute("lang")).toBe("de");
	await page.getByText("Es ist still hier. Sag etwas Nettes.").waitFor();
	const bob = await enter("bob");
	await page.getByText("ida und bob sind gekommen").waitFor();
	await page.getByLabel("Deine Nachricht").fill("Guten Tag");
	await page.getByRole("button", { name: "Senden", exact: true }).click();
	await bob.reads("Guten Tag");
	await bob.field.pressSequentially("hm");
	await page.getByText("bob schreibt …").waitFor();
	await page.getByTitle("Du und die Einstellungen").click();
	await page.getByRole("heading", { name: "Einstellungen" }).waitFor();
	await page.getByRole("button", { name: "Überall abmelden" }).click();
	await page
		.locator("#step-trouble")
		.getByText("Du bist abgemeldet.")
		.waitFor();
});

test("a refusal is in the reader's language", async () => {
	const { page } = await openPage("ida", { locale: "de-DE" });
	await page.locator("#email").fill("ida@example.org, more@example.org");
	await page.evaluate(() => {
		const form = document.querySelector<HTMLFormElement>("#enter");
		const email = document.querySelector<HTMLInputElement>("#email");
		if (email) email.type = "text";
		form?.requestSubmit();
	});
	const words = (await wordsOf("de"))["refusal.emailIsLegal"];
	await page.locator("#email-trouble").getByText(`${words}`).waitFor();
});

test("the language that was chosen stays, whatever the browser has", async () => {
	const ann = await enter("ann", {}, "choice");
	await ann.opensSettings();
	await ann.page.getByLabel("Language").selectOption({ label: "français" });
	await ann.page.getByTitle("Toi et les réglages").click();
	await ann.page.getByLabel("Langue").selectOption({ value: "" });
	await ann.isInside();
	expect(await ann.page.locator("html").getAttribute("lang")).toBe("en");
});

test("an answer that waits for its words is read though the connection is lost meanwhile", async () => {
	const ida = await openPage("ida-lost", { locale: "de" });
	const { page } = ida;
	let release = () => {};
	const isReleased = new Promise<void>((resolve) => {
		release = resolve;
	});
	await page.route(/\/de-later-\w+\.json/, async (route) => {
		await isReleased;
		await route.continue();
	});
	let cut = () => {};
	const isAsked = new Promise<void>((resolve) => {
		cut = resolve;
	});
	await page.routeWebSocket("**/connect", (socket) => {
		const server = socket.connectToServer();
		socket.onMessage((frame) => {
			const { type: re, id } = JSON.parse(String(frame));
			if (re !== types.relation) return server.send(frame);
			const refused = { type: types.refused, re, id, text: "No." };
			socket.send(JSON.stringify({ ...refused, code: "isNotTooFast" }));
			void socket.close();
			cut();
		});
	});
	await page.reload();
	await comesIn(ida);
	await page.locator("#text").fill("eins");
	await page.keyboard.press("Enter");
	await ida.reads("eins");
	await page.keyboard.press("ArrowUp");
	await page.locator("#text").fill("zwei");
	await page.keyboard.press("Enter");
	await isAsked;
	release();
	await ida.hasHeard("Das war zu schnell");
});

test.each("en de fr es pt ja ar".split(" "))(
	"the page loads in 45 KiB at most in the language %s",
	async (locale) => {
		const person = await openPage(`ann-${locale}`, { locale });
		const { page } = person;
		const session = await page.context().newCDPSession(page);
		/** Where each answer is from, and the bytes of its body. */
		const urls = new Map<string, string>();
		const heads = new Map<string, number>();
		const bodies = new Map<string, number>();
		session.on("Network.responseReceived", ({ requestId, response }) => {
			urls.set(requestId, response.url);
			heads.set(requestId, response.encodedDataLength);
		});
		session.on(
			"Network.loadingFinished",
			({ requestId, encodedDataLength }) => {
				const url = urls.get(requestId);
				const head = heads.get(requestId) ?? 0;
				// A picture that a page shows twice is loaded once where the cache is on.
				if (url) bodies.set(url, encodedDataLength - head);
			},
		);
		await session.send("Network.enable");
		// What is in the browser's cache takes nothing.
		await session.send("Network.setCacheDisabled", { cacheDisabled: true });
		await page.reload();
		await comesIn(person);
		expect(await page.locator("html").getAttribute("lang")).toBe(locale);
		const all = [...bodies.values()].reduce((sum, size) => sum + size, 0);
		expect(all).toBeGreaterThan(30 * 1024);
		expect(all).toBeLessThan(45 * 1024);
	},
);

test("all that a page may load, without the emoji picker, is 60 KiB at most", async () => {
	const folder = new URL("../../dist/static/", import.meta.url);
	const isOfThePage = (file: string) =>
		/^(app|catalogue|later|qr|en|plume|index)\b.*\.(js|css|json|html)\.br$/.test(
			file,
		);
	const files = (await readdir(folder)).filter(isOfThePage);
	expect(files).toHaveLength(9);
	const sizes = await Promise.all(
		files.map(async (file) => (await stat(new URL(file, folder))).size),
	);
	const all = sizes.reduce((sum, size) => sum + size, 0);
	expect(all).toBeLessThan(60 * 1024);
});

test("a language that can't be loaded is English", async () => {
	const ann = await openPage("ann", { locale: "ja-JP" });
	await ann.page.route("**/static/ja-*.json", (route) => route.abort());
	await ann.page.reload();
	await ann.comesIn();
	expect(await ann.page.locator("html").getAttribute("lang")).toBe("en");
	ann.expectsFailedLoads();
});

test.each([
	["wide", {}],
	["phone", phone],
])("no state breaks a rule from right to left: %s", async (size, options) => {
	const mona = await openPage(
		`m-${size}`,
		{ ...options, locale: "ar-EG" },
		size,
	);
	const { page } = mona;
	await comesIn(mona, (state) => check(mona, state));
	expect(await page.locator("html").getAttribute("dir")).toBe("rtl");
	const ben = await enter("ben", {}, size);
	await ben.says("left to right");
	await page.getByText("left to right").waitFor();
	await page.getByText(/^دخل m-/).waitFor();
	await check(mona, "a room");
	await page.locator("#show-people").click();
	await check(mona, "people");
	await page.keyboard.press("Escape");
	if (options === phone) await page.locator("#show-side").click();
	await page.locator("#me").click();
	await page.getByRole("heading", { name: "الإعدادات" }).waitFor();
	await check(mona, "settings");
});

test("from right to left, keys stand in the order in which they are pressed", async () => {
	const mona = await openPage("mona-keys", { locale: "ar-EG" });
	const { page } = mona;
	await comesIn(mona);
	await page.locator("#room").focus();
	await page.keyboard.press("?");
	const keys = page.locator("kbd", { hasText: "Shift+Tab" });
	const [first = 0, then = 0] = await keys.evaluate(({ firstChild: text }) =>
		["Shift+Tab", "ثم"].map((part) => {
			const at = text?.textContent?.indexOf(part) ?? -1;
			const range = document.createRange();
			if (text) range.setStart(text, at);
			if (text) range.setEnd(text, at + part.length);
			return range.getBoundingClientRect().left;
		}),
	);
	expect(first).toBeGreaterThan(then);
});

/** English with accents, 40 % longer. */
const pseudo = (text: string) =>
	text.replace(/\{\w+\}|[aeiou]/gi, (part) =>
		part.length > 1 ? part : `${part}\u0301${part}\u0308`,
	);

const pseudoText = (text: string | Record<string, string>) =>
	typeof text === "string"
		? pseudo(text)
		: Object.fromEntries(
				Object.entries(text).map(([one, text]) => [one, pseudo(text)]),
			);

/** Has the page load a catalogue of such words in place of each German one. */
async function servePseudo(page: Page): Promise<void> {
	const looked = Object.entries(await wordsOf("en")).flatMap(([key, text]) =>
		typeof text === "string"
			? [[wordsKey(/^refusal/.test(key) ? key : text), pseudo(text)]]
			: [],
	);
	await page.route("**/static/de-*.json", async (route) => {
		const url = route.request().url().replace("de-", "en-");
		const [list] = await (await fetch(url)).json();
		const json = [list.map(pseudoText), Object.fromEntries(looked)];
		await route.fulfill({ json });
	});
}

/** The buttons, labels and headings whose words do not fit. */
const clipped = ({ page }: Person) =>
	page.evaluate(() => {
		const all = document.querySelectorAll<HTMLElement>(
			"button, label, legend, summary, h1, h2, .hint",
		);
		const found = [...all].filter((element) => {
			const outer = element.getBoundingClientRect();
			const left = Math.max(outer.left, 0) - 1;
			const right = Math.min(outer.right, innerWidth) + 1;
			const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
			while (texts.nextNode()) {
				const text = texts.currentNode;
				const parent = text.parentElement;
				const isSeen = parent?.checkVisibility();
				if (!isSeen || parent?.closest(".visually-hidden")) continue;
				const words = document.createRange();
				words.selectNodeContents(text);
				const inner = words.getBoundingClientRect();
				if (inner.width > 0 && (inner.left < left || inner.right > right))
					return true;
			}
			return false;
		});
		return found.map(({ outerHTML }) => outerHTML.slice(0, 200));
	});

test("longer words are not clipped on a narrow screen", async () => {
	const narrow: BrowserContextOptions = {
		...{ viewport: { width: 320, height: 640 }, hasTouch: true },
		locale: "de-DE",
	};
	const zoe = await openPage("zoe", narrow, "narrow");
	const { page } = zoe;
	await servePseudo(page);
	await page.reload();
	const look = async (state: string) =>
		expect(await clipped(zoe), state).toEqual([]);
	await comesIn(zoe, look);
	await look("chat");
	for (const panel of ["people", "more"]) {
		await page.locator(`#show-${panel}`).click();
		await look(panel);
		await page.keyboard.press("Escape");
	}
	await page.locator("#show-side").click();
	await look("rooms");
	await page.locator("#new-room").click();
	await page.locator("#join-name").waitFor();
	await look("new room");
	await page.keyboard.press("Escape");
	await page.locator("#show-side").click();
	await page.locator("#me").click();
	await page.locator("#settings").waitFor();
	await look("settings");
});
