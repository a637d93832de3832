/** Metrics: what a scrape answers, and what the documents, the alerts and the dashboard say of it. */
import { readFileSync } from "node:fs";
import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Caller } from "./caller.ts";
import { newDataFolder, Plume, run } from "./program.ts";

let plume: Plume;
let url: string;
beforeAll(async () => {
	plume = await Plume.start({ PLUME_METRICS: "127.0.0.1:0" });
	const line = plume.lines.find(({ msg }) => msg === "metrics");
	url = String(line?.url);
});
afterAll(() => plume.stop());

const scraped = async () => (await fetch(url)).text();

/** The value of a sample, by its name and label as they are written. */
async function sampled(sample: string): Promise<number> {
	const lines = (await scraped()).split("\n");
	const line = lines.find((text) => text.startsWith(`${sample} `));
	return Number(line?.slice(sample.length));
}

const namesIn = (text: string): string[] =>
	[...new Set(text.match(/\bplume_[a-z_]+\b/g))].sort();

/** Without what Prometheus adds for the parts of a histogram. */
const metricsIn = (file: string) =>
	namesIn(
		readFileSync(file, "utf8").replaceAll(/_(bucket|sum|count)\b/g, ""),
	).filter((name) => name !== "plume_");

async function types() {
	const text = await scraped();
	const found = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)];
	return found.map(([, name = "", kind = ""]) => ({ name, kind }));
}

describe("every metric", () => {
	test("is in the table of docs/operating.md, and the other way round", async () => {
		const manual = readFileSync("docs/operating.md", "utf8");
		const rows = [...manual.matchAll(/^\| `(plume_\w+)` \| (\w+) \|/gm)];
		const documented = rows.map(([, name, kind]) => ({ name, kind }));
		expect(await types()).toEqual(documented);
	});

	test("that an alert or the dashboard names is there", async () => {
		const known = (await types()).map(({ name }) => name);
		const alerts = metricsIn("ops/alerts.yml");
		expect(alerts.length).toBeGreaterThan(4);
		expect(alerts.filter((name) => !known.includes(name))).toEqual([]);
		// The dashboard leaves none out.
		expect(metricsIn("ops/grafana.json")).toEqual(known.sort());
	});

	test("that alarms does so in the words that the tests of the rules expect", () => {
		const wordsIn = (file: string) =>
			readFileSync(file, "utf8")
				.replaceAll("{{ $labels.instance }}", "chat")
				.match(/(?:summary|description): .*/g);
		const words = new Set(wordsIn("ops/alerts.yml"));
		expect(new Set(wordsIn("ops/alerts.test.yml"))).toEqual(words);
	});

	test("has a value for what happened", async () => {
		const ann = await Caller.enter(plume, "ann");
		ann.say("hello");
		await ann.until(({ text }) => text === "hello");
		await Caller.call(plume.port, {
			headers: { Origin: "https://evil.example" },
		}).catch(() => {});
		expect(await sampled('plume_connections{kind="websocket"}')).toBe(1);
		expect(await sampled("plume_clients_attached")).toBe(1);
		expect(await sampled("plume_rooms")).toBe(1);
		expect(await sampled("plume_messages_total")).toBe(1);
		const succeeded = 'plume_logins_total{outcome="succeeded"}';
		expect(await sampled(succeeded)).toBe(1);
		expect(await sampled('plume_mails_total{outcome="sent"}')).toBe(1);
		expect(await sampled('plume_refusals_total{rule="originIsOurs"}')).toBe(1);
		expect(await sampled("plume_ready")).toBe(1);
		expect(await sampled("plume_frozen")).toBe(0);
		expect(await sampled("plume_log_bytes")).toBeGreaterThan(500);
		expect(await sampled("plume_disk_free_bytes")).toBeGreaterThan(0);
		expect(await sampled("plume_heap_bytes")).toBeGreaterThan(1_000_000);
		const batches = await sampled("plume_batch_events_count");
		// Asked for, entered, said: each was answered before the next.
		expect(batches).toBeGreaterThan(2);
		expect(await sampled("plume_sync_seconds_count")).toBe(batches);
		expect(await sampled("plume_commit_to_socket_seconds_count")).toBe(batches);
		ann.raw.drop();
		await expect.poll(() => sampled("plume_clients_attached")).toBe(0);
	});

	test("is the same to two who ask at once, with no label that anyone chose", async () => {
		const answers = await Promise.all([scraped(), scraped(), scraped()]);
		for (const text of answers) {
			expect(text).toContain("\nplume_messages_total 1\n");
			expect(text).not.toMatch(/lobby|ann|127\.0\.0\.1|example/);
		}
	});
});

describe("the listener of the metrics", () => {
	test.each([
		["/", "127.0.0.1", 404],
		["/metrics", "rebound.example", 404],
		["/metrics", "localhost", 200],
	])("answers %s, asked as %s, with %i", async (path, host, status) => {
		const headers = { Host: host };
		const asked = request(new URL(path, url), { headers }).end();
		const answered = await new Promise((resolve) =>
			asked.once("response", (response) => {
				response.resume();
				resolve(response.statusCode);
			}),
		);
		expect(answered).toBe(status);
	});

	test("is not that of the chat", async () => {
		expect((await fetch(`${plume.url}/metrics`)).status).toBe(404);
	});
});

describe("a start says what is wrong with PLUME_METRICS", () => {
	test.each([
		["9464", 2, /PLUME_METRICS is "9464": say an address and a port/],
		["127.0.0.1:99999", 2, /say an address and a port/],
		["203.0.113.9:9464", 1, /PLUME_METRICS: 203.0.113.9 is no address of this/],
	])("%s", async (PLUME_METRICS, code, words) => {
		const PLUME_DATA = await newDataFolder();
		const environment = { PLUME_METRICS, PLUME_DATA, PLUME_PORT: "0" };
		const ended = await run([], environment);
		expect(ended.code).toBe(code);
		expect(ended.stderr).toMatch(words);
		expect(ended.stdout.includes("has no password")).toBe(code === 1);
	});

	test("a port in use", async () => {
		const PLUME_METRICS = new URL(url).host;
		const PLUME_DATA = await newDataFolder();
		const environment = { PLUME_METRICS, PLUME_DATA, PLUME_PORT: "0" };
		const { code, stderr } = await run([], environment);
		expect(code).toBe(1);
		expect(stderr).toMatch(/PLUME_METRICS: .* is in use by another program/);
	});
});
