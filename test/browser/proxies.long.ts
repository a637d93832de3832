/**
 * `npm run proxies`: real people's browsers, and strangers, on the other side
 * of nginx and Caddy, which run by the recipes in `ops/`.
 */
import { once } from "node:events";
import { request } from "node:https";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { MessageType as types } from "../../machines/message.ts";
import { Plume } from "../program/program.ts";
import { startChromium } from "./chromium.ts";
import { Person } from "./person.ts";
import { type Kind, NAME, type RunningProxy, startProxy } from "./proxy.ts";

const TOKEN = "canary-token-0123456789";
/** Strangers that one network may have. */
const MOST = 3;
/** Longer than nginx waits for a word. */
const IDLE_MS = 70_000;

let browser: Browser;
beforeAll(async () => {
	browser = await startChromium([
		`--host-resolver-rules=MAP ${NAME} 127.0.0.1`,
		"--ignore-certificate-errors",
	]);
});
afterAll(() => browser.close());

class Site {
	readonly plume: Plume;
	readonly proxy: RunningProxy;
	readonly base: string;
	/** It says nothing until the end. */
	idle: WebSocket | undefined;
	readonly #since = Date.now();

	constructor(plume: Plume, proxy: RunningProxy, base: string) {
		this.plume = plume;
		this.proxy = proxy;
		this.base = base;
	}

	static async start(kind: Kind, base: string): Promise<Site> {
		const settings = {
			PLUME_BASE: base,
			PLUME_INSPECT: TOKEN,
			PLUME_TRUST_PROXY: "127.0.0.1",
			PLUME_ORIGINS: `https://${NAME}`,
			PLUME_LIMIT_CONNECTIONS_PER_NETWORK: `${MOST}`,
			PLUME_LIMIT_HELLO_SECONDS: "300",
		};
		const plume = await Plume.start(settings);
		const proxy = await startProxy(kind, plume.port, base !== "/");
		const site = new Site(plume, proxy, base === "/" ? "" : base);
		site.idle = await site.connect("127.0.0.9").catch(async (error) => {
			await site.stop();
			throw error;
		});
		return site;
	}

	get host(): string {
		return `${NAME}:${this.proxy.port}`;
	}

	get url(): string {
		return `https://${this.host}${this.base}`;
	}

	/** Opens a WebSocket as a browser at some address does; rejects with the status if it is refused. */
	async connect(
		localAddress: string,
		headers: Readonly<Record<string, string>> = {},
		origin = `https://${this.host}`,
	): Promise<WebSocket> {
		const webSocket = new WebSocket(
			`wss://127.0.0.1:${this.proxy.port}${this.base}/connect`,
			{
				...{ localAddress, servername: NAME, rejectUnauthorized: false },
				origin,
				headers: { Host: this.host, ...headers },
			},
		);
		await once(webSocket, "open");
		return webSocket;
	}

	/** The status, headers and text of a request. */
	async ask(path: string, method = "GET", body = "") {
		const asked = request({
			...{ method, path, host: "127.0.0.1", port: this.proxy.port },
			...{ servername: NAME, rejectUnauthorized: false, agent: false },
			headers: { Host: this.host, "Content-Length": Buffer.byteLength(body) },
		});
		asked.end(body);
		const [answer] = await once(asked, "response");
		let text = "";
		for await (const chunk of answer) text += chunk;
		return { status: answer.statusCode, headers: answer.headers, text };
	}

	async opens(name: string): Promise<Person> {
		const context = await browser.newContext();
		const where = {
			url: () => this.url,
			codeFor: (name: string) => this.plume.codeFor(name),
		};
		const person = new Person(await context.newPage(), where, name);
		await person.page.goto(`${this.url}/r/garden`);
		return person;
	}

	async staysIdle(): Promise<void> {
		const left = this.#since + IDLE_MS - Date.now();
		await new Promise((resolve) => setTimeout(resolve, Math.max(left, 0)));
	}

	async stop(): Promise<void> {
		await this.plume.stop();
		await this.proxy.stop();
	}
}

describe.each([
	["nginx", "/"],
	["nginx", "/chat"],
	["caddy", "/"],
	["caddy", "/chat"],
] as const)("%s, at %s", (kind, base) => {
	const starting = Site.start(kind, base);
	let site: Site;
	beforeAll(async () => {
		site = await starting;
	});
	afterAll(() => site.stop());

	test("people talk in their browsers, over TLS", async () => {
		const [ann, bob] = [await site.opens("ann"), await site.opens("bob")];
		await ann.comesIn();
		await bob.comesIn();
		await ann.says("hello from behind");
		await bob.reads("hello from behind");
		await bob.page.reload();
		await bob.isInside();
		await bob.reads("hello from behind");
		await ann.opensSettings();
		await ann.presses("Export my messages");
		await ann.page.getByText("Your messages were saved").waitFor();
		expect([...ann.complaints, ...bob.complaints]).toEqual([]);
		await ann.page.context().close();
		await bob.page.context().close();
	});

	test("the inspector opens", async () => {
		const viewer = await site.opens("viewer");
		await viewer.page.goto(`${site.url}/inspect#${TOKEN}`);
		await viewer.page.getByRole("option", { name: "server" }).click();
		await viewer.page.locator("#chart svg").waitFor();
		await viewer.page.context().close();
	});

	test("strangers count by their own address, whatever they claim", async () => {
		const claim = (address: string) => ({ "X-Forwarded-For": address });
		const waiting = [];
		for (let i = 0; i < MOST; i++)
			waiting.push(await site.connect("127.0.0.2", claim(`198.51.100.${i}`)));
		await expect(site.connect("127.0.0.2")).rejects.toThrow("503");
		for (const address of ["198.51.100.9", "127.0.0.3", "127.0.0.1"])
			await expect(site.connect("127.0.0.2", claim(address))).rejects.toThrow(
				"503",
			);
		const blamed = claim("127.0.0.2");
		waiting.push(await site.connect("127.0.0.3", blamed));
		for (const webSocket of waiting) webSocket.terminate();
	});

	test("another site's page may not connect", async () => {
		const foreign = site.connect("127.0.0.4", {}, "https://evil.example");
		await expect(foreign).rejects.toThrow("403");
	});

	test("the largest frame gets through, and a larger one closes its connection", async () => {
		const webSocket = await site.connect("127.0.0.5");
		const text = "x".repeat(65_400);
		webSocket.send(JSON.stringify({ type: types.hello, text }));
		const [answer] = await once(webSocket, "message");
		expect(String(answer)).toContain('"type"');
		webSocket.send("x".repeat(65_537));
		const [code] = await once(webSocket, "close");
		expect(code).toBe(1009);
	});

	test("a large body is refused", async () => {
		const { status } = await site.ask(
			`${site.base}/export`,
			"POST",
			"x".repeat(100_000),
		);
		// Debian's Caddy says 502; or the answer, which needs no body, comes first.
		expect([401, 413, 502]).toContain(status);
		expect((await site.ask(`${site.base}/export`, "POST")).status).toBe(401);
	});

	test("what is not there is said in Plume's words", async () => {
		const { status, text } = await site.ask(`${site.base}/r/a/b`);
		expect([status, text]).toEqual([404, "There is nothing here.\n"]);
	});

	test("who comes by plain HTTP is sent to TLS", async () => {
		const { status, headers } = await fetch(
			`http://127.0.0.1:${site.proxy.plain}/r/garden`,
			{ headers: { Host: NAME }, redirect: "manual" },
		);
		expect([301, 308]).toContain(status);
		expect(headers.get("location")).toMatch(/^https:.*\/r\/garden$/);
	});

	if (base !== "/")
		test("the path alone leads to the page", async () => {
			const { status, headers } = await site.ask(site.base);
			expect([301, 308]).toContain(status);
			expect(headers.location).toMatch(/\/chat\/$/);
		});

	test("a connection on which nobody speaks stays open", async () => {
		await site.staysIdle();
		const { idle } = site;
		expect(idle?.readyState).toBe(WebSocket.OPEN);
		idle?.send(JSON.stringify({ type: types.hello, text: "cat\ncat@b.c" }));
		await site.plume.codeFor("cat");
		idle?.terminate();
	});
});
