/** The inspector in a browser, while people in others come and go. */
import { expect, test } from "vitest";
import type { Moment } from "../../machines/frame.ts";
import { check } from "./axe.ts";
import type { Person } from "./person.ts";
import { phone, stage } from "./stage.ts";

const TOKEN = "canary-token-0123456789";
const { enter, plume, openPage } = stage({ PLUME_INSPECT: TOKEN });

async function look(options = {}): Promise<Person> {
	const viewer = await openPage("viewer", options);
	await viewer.page.goto(`${plume().url}/inspect#${TOKEN}`);
	await viewer.page.getByRole("option", { name: "server" }).waitFor();
	return viewer;
}

const actor = ({ page }: Person, words: string) =>
	page.getByRole("option", { name: words });

/** A part of the chart, once it is lit as it should be. */
const lit = ({ page }: Person, id: string, how: string) =>
	page.locator(`#chart [data-id="${id}"]${how}`).waitFor();

const wrong = (code: string) => (code === "AAAAAA" ? "BBBBBB" : "AAAAAA");

test("who logs in is seen on the chart: a wrong code, the right one, the room", async () => {
	const viewer = await look();
	expect(viewer.page.url()).toBe(`${plume().url}/inspect`);
	const ofLogs = viewer.page.getByRole("button", { name: "Compare from here" });
	expect(await ofLogs.isVisible()).toBe(false);
	const ann = await openPage("ann");
	const code = await ann.getsACode();
	await actor(viewer, "awaitingCode").click();
	await lit(viewer, "client.awaitingCode", ".active");
	await lit(viewer, "client.anonymous/login.requested/0", '[data-ago="0"]');
	await ann.types(wrong(code));
	await lit(viewer, "client.awaitingCode/login.failed/1", '[data-ago="0"]');
	await lit(viewer, "client.awaitingCode", ".active");
	await ann.entersWith(code);
	await lit(viewer, "client.inRoom.attached", ".active");
	await lit(viewer, "client.entering/client.entered/0", '[data-ago="0"]');
	await lit(viewer, "client.awaitingCode/login.succeeded/0", '[data-ago="1"]');
	await lit(viewer, "client.awaitingCode", ":not(.active)");
	const route = viewer.page.locator(
		'#chart .route[data-ids="client.entering/client.entered/0"][data-ago="0"]',
	);
	await route.waitFor({ state: "attached" });
	expect(await viewer.page.content()).not.toContain(TOKEN);
});

test("the last wrong code takes the other branch, to a client that has left", async () => {
	const viewer = await look();
	const bob = await openPage("bob");
	const code = await bob.getsACode();
	await actor(viewer, "awaitingCode").click();
	for (const left of ["4 tries", "3 tries", "2 tries", "1 try"]) {
		await bob.types(wrong(code));
		await bob.page.getByText(`${left} and`).waitFor();
	}
	await bob.types(wrong(code));
	await lit(viewer, "client.awaitingCode/login.failed/0", '[data-ago="0"]');
	await lit(viewer, "client.left", ".active");
	await expect.poll(() => actor(viewer, "awaitingCode").count()).toBe(0);
});

test("keys lead to a moment ago, from where playing ends at the live state", async () => {
	const viewer = await look();
	const cleo = await enter("cleo");
	const { page } = viewer;
	await actor(viewer, "attached").last().click();
	await lit(viewer, "client.inRoom.attached", ".active");
	await page.getByLabel("Only who is chosen").check();
	const rows = page.getByRole("list").getByRole("button", { name: /^#/ });
	await rows.filter({ hasText: "client.entered" }).click();
	await page.getByLabel("Moment", { exact: true }).focus();
	await page.keyboard.press("ArrowLeft");
	await lit(viewer, "client.entering", ".active");
	await cleo.says("not seen while looking back");
	const live = page.getByRole("button", { name: "Live" });
	expect(await live.getAttribute("aria-pressed")).toBe("false");
	await lit(viewer, "client.entering", ".active");
	await rows.filter({ hasText: "login.requested" }).click();
	await lit(viewer, "client.awaitingCode", ".active");
	await page.getByLabel("Speed").selectOption("20 events/s");
	await page.getByRole("button", { name: "Play" }).click();
	await lit(viewer, "client.inRoom.attached", ".active");
	await page.getByRole("button", { name: "Live", pressed: true }).waitFor();
	await rows.filter({ hasText: "message.posted" }).last().waitFor();
});

test.each([
	["wide", {}],
	["phone", phone],
])("it breaks no rule of accessibility: %s", async (_, options) => {
	const viewer = await look(options);
	const dave = await enter("dave");
	await dave.says("hello");
	await viewer.page.getByRole("button", { name: "message.posted" }).waitFor();
	// The earlier ones may be more than fit on the screen.
	await viewer.page.getByLabel("Only actors with").fill("attached");
	await actor(viewer, "attached").first().click();
	await check(viewer, "live");
	await viewer.page.getByRole("button", { name: "One event back" }).click();
	await viewer.page.getByRole("button", { name: "Live" }).waitFor();
	await check(viewer, "a moment ago");
	const beyond = await viewer.page.evaluate(
		() => document.documentElement.scrollWidth - innerWidth,
	);
	expect(beyond).toBeLessThanOrEqual(0);
});

test("without the right token there is only a form", async () => {
	const viewer = await openPage("viewer");
	const { page } = viewer;
	await page.goto(`${plume().url}/inspect#another-token-0123456789`);
	await viewer.seesStatus(
		"That token does not open this, or too many are looking.",
	);
	await check(viewer, "the form");
	await page.getByLabel(/token/).fill(TOKEN);
	await page.getByRole("button", { name: "Look in" }).click();
	await actor(viewer, "server").waitFor();
	viewer.complaints.length = 0; // of a refused upgrade
});

test("a token that opens nothing any more is asked for anew", async () => {
	const viewer = await openPage("viewer");
	const { page } = viewer;
	await page.addInitScript(() => {
		const own = { latest: undefined as WebSocket | undefined, token: "" };
		window.WebSocket = class extends WebSocket {
			constructor(url: string | URL, protocols: string | string[] = []) {
				const [protocol = "", token = ""] = [protocols].flat();
				super(url, [protocol, own.token || token]);
				own.latest = this;
			}
		};
		Object.assign(window, {
			changeToken(token: string) {
				own.token = token;
				own.latest?.close();
			},
		});
	});
	const serverTakes = (token: string) =>
		page.evaluate((token) => Object(window).changeToken(token), token);
	await page.goto(`${plume().url}/inspect#${TOKEN}`);
	await actor(viewer, "server").waitFor();
	await serverTakes("another-token-0123456789");
	await viewer.seesStatus(
		"That token does not open this, or too many are looking.",
	);
	await serverTakes("");
	await page.getByLabel(/token/).fill(TOKEN);
	await page.getByRole("button", { name: "Look in" }).click();
	await page
		.getByRole("button", { name: "Look in" })
		.waitFor({ state: "hidden" });
	viewer.complaints.length = 0; // of a refused upgrade
});

test("of ten thousand actors only those exist on the page that can be seen", async () => {
	const viewer = await openPage("viewer");
	const { page } = viewer;
	const clients = Array.from({ length: 10_000 }, (_, index) => ({
		type: "actor" as const,
		actor: `client-${index}`,
		machine: "client",
		state: { inRoom: index % 50 === 0 ? "detached" : "attached" },
	}));
	const send: ((moments: readonly Moment[]) => void)[] = [];
	await page.routeWebSocket("**/inspect", (socket) => {
		send.push((moments) => socket.send(JSON.stringify(moments)));
	});
	await page.goto(`${plume().url}/inspect#${TOKEN}`);
	await expect.poll(() => send.length).toBe(1);
	send[0]?.([{ seq: 1, frames: clients }]);
	await page.getByText("10,000 of 10,000").waitFor();
	expect(await page.getByRole("option").count()).toBeLessThan(100);
	await page.getByRole("button", { name: "client inRoom.detached" }).click();
	await page.getByText("200 of 10,000").waitFor();
	await page.getByLabel("Only actors with").fill("client-9999");
	await page.getByText("1 of 10,000").waitFor();
	const state = { inRoom: "detached" };
	const transitions = ["client.inRoom.attached/client.detached/0"];
	const event = "client.detached";
	const step = { type: "step" as const, actor: "client-9999", event };
	const frames = [{ ...step, transitions, state }];
	send[0]?.([{ seq: 2, time: 1_795_000_000_000, frames }]);
	await actor(viewer, "detached").waitFor();
});

test("after a click the keys still step and play", async () => {
	const viewer = await look();
	const { page } = viewer;
	const eve = await enter("eve");
	await eve.says("one");
	await actor(viewer, "attached").last().click();
	await page.getByRole("button", { name: "One event back" }).click();
	const moment = page.locator("#moment");
	const seq = async () => Number(/#(\d+)/.exec(await moment.innerText())?.[1]);
	const live = page.getByRole("button", { name: "Live", pressed: false });
	await live.waitFor();
	const before = await seq();
	await page.keyboard.press("ArrowLeft");
	await expect.poll(seq).toBe(before - 1);
	await page.keyboard.press("ArrowRight");
	await expect.poll(seq).toBe(before);
	const rows = page.getByRole("list").getByRole("button", { name: /^#/ });
	await page.getByLabel("Speed").selectOption("1 event/s");
	await rows.first().click();
	const play = page.getByRole("button", { name: "Play" });
	await page.keyboard.press("Space");
	expect(await play.getAttribute("aria-pressed")).toBe("true");
	await page.keyboard.press("Space");
	expect(await play.getAttribute("aria-pressed")).toBe("false");
});

test("a reload comes back to the chart, without asking for the token again", async () => {
	const viewer = await look();
	const { page } = viewer;
	await enter("finn");
	await actor(viewer, "attached").last().click();
	await expect.poll(() => page.url()).toContain("#actor=");
	expect(page.url()).not.toContain(TOKEN);
	const chosen = await page.locator("#chosen").innerText();
	await page.reload();
	await expect.poll(() => page.locator("#chosen").innerText()).toBe(chosen);
	expect(await page.getByLabel(/token/).isVisible()).toBe(false);
});

test("a time of two-digit hours stands on one line, though a system's font is wide", async () => {
	const options = { locale: "en-US", timezoneId: "UTC" };
	const { page } = await openPage("viewer", options);
	const start = {
		type: "actor" as const,
		actor: "server",
		machine: "server",
	};
	const event = "server.started";
	const step = { type: "step" as const, actor: "server", event };
	const frames = [{ ...step, transitions: [], state: "running" }];
	await page.routeWebSocket("**/inspect", (socket) => {
		const first = { seq: 1, frames: [{ ...start, state: "stopped" }] };
		const time = Date.UTC(2026, 0, 1, 22, 31, 45);
		socket.send(JSON.stringify([first, { seq: 2, time, frames }]));
	});
	await page.goto(`${plume().url}/inspect#${TOKEN}`);
	const when = page.locator(".when").first();
	await when.getByText("10:31:45 PM").waitFor();
	const isOneLine = await when.evaluate((one) => {
		if (one instanceof HTMLElement) one.style.letterSpacing = "1px";
		const range = document.createRange();
		range.selectNode(one.lastChild ?? one);
		const tops = [...range.getClientRects()].map(({ top }) => Math.round(top));
		return new Set(tops).size === 1;
	});
	expect(isOneLine).toBe(true);
});

test.each([
	["low", { width: 1400, height: 420 }],
	["narrow", { width: 390, height: 700 }],
])("a chart that is fitted is seen whole on a %s page", async (_, viewport) => {
	const { page } = await look({ viewport });
	const chart = page.locator("#chart");
	await chart.locator("svg").waitFor();
	const beyond = () =>
		chart.evaluate((one) => [
			one.scrollHeight - one.clientHeight,
			one.scrollWidth - one.clientWidth,
		]);
	await expect.poll(beyond).toEqual([0, 0]);
});
