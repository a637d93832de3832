/** The bridge to Stately's inspector. No test leaves this machine: in that inspector's place is a page with the real package's receiver, answered under its address. */

import { build } from "esbuild";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { Caller } from "../program/caller.ts";
import { Plume } from "../program/program.ts";
import { startChromium } from "./chromium.ts";

const TOKEN = "canary-token-0123456789";
/** Writes down what it receives, where a test can read it. */
const RECEIVER = `
	import { createBrowserReceiver } from "@statelyai/inspect";
	window.received = [];
	createBrowserReceiver().subscribe((event) => window.received.push(event));
`;

let browser: Browser;
let plume: Plume;
let script: string;
let asked: string[];
beforeAll(async () => {
	const stdin = { contents: RECEIVER, resolveDir: import.meta.dirname };
	const bundle = build({ stdin, bundle: true, write: false, format: "iife" });
	plume = await Plume.start({ PLUME_LOG: "memory", PLUME_INSPECT: TOKEN });
	browser = await startChromium();
	script = (await bundle).outputFiles[0]?.text ?? "";
});
beforeEach(() => {
	asked = [];
});
afterAll(async () => {
	await browser.close();
	await plume.stop();
});

/** A browser that stands before the notice, with this in the fragment. */
async function visit(fragment: string, at = plume): Promise<Page> {
	const page = await (await browser.newContext()).newPage();
	await page.route(/^https:/, (route) => {
		asked.push(route.request().url());
		const body = `<!doctype html><script>${script}</script>`;
		return route.fulfill({ contentType: "text/html", body });
	});
	await page.goto(`${at.url}/inspect/stately#${fragment}`);
	return page;
}

const agree = (page: Page) =>
	page.getByRole("button", { name: "Load it" }).click();

/** What the receiver has got so far. */
async function received(page: Page): Promise<string> {
	const frame = page.frame({ url: "https://stately.ai/inspect" });
	const events = await frame?.evaluate(() => Reflect.get(window, "received"));
	return JSON.stringify(events ?? []);
}

test("whoever agrees sees every actor, event and state in it, and of the token nothing is left in the address", async () => {
	const page = await visit(TOKEN);
	expect(page.url()).toBe(`${plume.url}/inspect/stately`);
	expect(asked).toEqual([]);
	await agree(page);
	await expect.poll(() => received(page)).toContain('"name":"server"');
	const ann = await Caller.enter(plume, "canaryann");
	ann.say("canary text");
	await expect.poll(() => received(page)).toContain('"message.posted"');
	const events: { type: string }[] = JSON.parse(await received(page));
	expect(new Set(events.map(({ type }) => type))).toEqual(
		new Set(["@xstate.actor", "@xstate.event", "@xstate.snapshot"]),
	);
	expect(JSON.stringify(events)).not.toMatch(/canary/i);
	expect(asked).toEqual(["https://stately.ai/inspect"]);
	ann.raw.drop();
	await page.context().close();
});

test("a wrong token loads nothing, and a right one may be typed then", async () => {
	const page = await visit("wrong-token-0123456789");
	await agree(page);
	await page
		.getByText("That token does not open this, or too many are looking.")
		.waitFor();
	expect(asked).toEqual([]);
	await page.getByLabel("The token").fill(TOKEN);
	await agree(page);
	await expect.poll(() => received(page)).toContain('"name":"server"');
	await page.context().close();
});

test("the page may have no other site in a frame, and nobody else may say that they are ready", async () => {
	const page = await visit(TOKEN);
	const blocked = page.evaluate(
		() =>
			new Promise((resolve) => {
				addEventListener("securitypolicyviolation", (event) =>
					resolve(`${event.effectiveDirective} ${event.blockedURI}`),
				);
				const frame = document.createElement("iframe");
				frame.src = "https://other.example/";
				document.body.append(frame);
			}),
	);
	expect(await blocked).toBe("frame-src https://other.example");
	await agree(page);
	await expect.poll(() => received(page)).toContain('"name":"server"');
	const before = await received(page);
	await page.evaluate(() => {
		for (const origin of [location.origin, "https://stately.ai"])
			dispatchEvent(
				new MessageEvent("message", {
					data: { type: "@statelyai.connected" },
					source: window,
					origin,
				}),
			);
	});
	// Were one heard, all would be told again, and before this.
	const ann = await Caller.enter(plume, "forged");
	await expect.poll(() => received(page)).toContain('"client.entered"');
	expect((await received(page)).slice(0, before.length - 1)).toBe(
		before.slice(0, -1),
	);
	const servers = (await received(page)).match(/"name":"server"/g);
	expect(servers).toHaveLength(1);
	ann.raw.drop();
	await page.context().close();
});

test("when the server comes back, the frame begins anew", async () => {
	const settings = { PLUME_LOG: "memory", PLUME_INSPECT: TOKEN };
	const other = await Plume.start(settings);
	const page = await visit(TOKEN, other);
	await agree(page);
	await expect.poll(() => received(page)).toContain('"name":"server"');
	await other.stop();
	await page.getByText("The server is away.").waitFor();
	const PLUME_PORT = String(other.port);
	const back = await Plume.start({ ...settings, PLUME_PORT });
	await expect.poll(() => asked).toHaveLength(2);
	await expect.poll(() => received(page)).toContain('"name":"server"');
	await back.stop();
	await page.context().close();
});
