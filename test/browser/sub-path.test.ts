/** The page under a path of a site that has other things, too. */

import { expect, test } from "vitest";
import { stage, withWorker } from "./stage.ts";

const TOKEN = "canary-token-0123456789";
const { crash, enter, openPage, plume, restart } = stage({
	PLUME_BASE: "/chat",
	PLUME_INSPECT: TOKEN,
});

test("people meet there, go to other rooms, and come back by themselves", async () => {
	const ann = await enter("ann", {}, "");
	expect(ann.page.url()).toBe(`${plume().url}/`);
	const bob = await enter("bob", {}, "garden");
	await ann.goesTo("garden");
	expect(ann.page.url()).toBe(`${plume().url}/r/garden`);
	await ann.says("hello from below");
	await bob.reads("hello from below");
	await crash();
	await restart();
	await bob.page.reload();
	await bob.isInside();
	await bob.reads("hello from below");
	await ann.page.goBack();
	await ann.page.waitForURL(`${plume().url}/`);
});

test("what a page needs without a network is stored from there", async () => {
	const ann = await openPage("ann", withWorker);
	const { scope, paths } = await ann.page.evaluate(async () => {
		const { scope } = await navigator.serviceWorker.ready;
		const [name = ""] = await caches.keys();
		const cache = await caches.open(name);
		const paths = (await cache.keys()).map(({ url }) => new URL(url).pathname);
		return { scope, paths };
	});
	expect(scope).toBe(`${plume().url}/`);
	const names = paths.map((path) => path.replace(/-[0-9a-f]{8}/, ""));
	expect(names.sort()).toEqual([
		"/chat/",
		"/chat/static/app.js",
		"/chat/static/catalogue.js",
		"/chat/static/en-later.json",
		"/chat/static/en.json",
		"/chat/static/later.css",
		"/chat/static/later.js",
		"/chat/static/plume.css",
		"/chat/static/plume.svg",
	]);
});

test("what the rest of the site stores in the browser is left alone", async () => {
	const ann = await openPage("ann");
	await ann.page.evaluate(() => {
		localStorage.setItem("session", "of something else");
		sessionStorage.setItem("draft", "of something else");
	});
	await ann.page.reload();
	await ann.comesIn();
	expect(await ann.field.inputValue()).toBe("");
	await ann.logsOut("Log out");
	await ann.isOutside();
	const theirs = await ann.page.evaluate(() => [
		localStorage.getItem("session"),
		sessionStorage.getItem("draft"),
	]);
	expect(theirs).toEqual(["of something else", "of something else"]);
});

test("it is an app of its own, with its icons", async () => {
	const ann = await openPage("ann");
	const devtools = await ann.page.context().newCDPSession(ann.page);
	const { errors, url, data } = await devtools.send("Page.getAppManifest");
	expect(errors).toEqual([]);
	const { icons, start_url, scope } = JSON.parse(data ?? "");
	for (const address of [start_url, scope])
		expect(new URL(address, url).href).toBe(`${plume().url}/`);
	for (const { src } of icons)
		expect((await fetch(new URL(src, url))).status).toBe(200);
});

test("the inspector shows its charts there", async () => {
	await enter("ann");
	const viewer = await openPage("viewer");
	await viewer.page.goto(`${plume().url}/inspect#${TOKEN}`);
	await viewer.page.getByRole("option", { name: "server" }).click();
	await viewer.page.locator("#chart svg").waitFor();
});
