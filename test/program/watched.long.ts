/**
 * `npm run watched`: a real Prometheus scrapes a real server, and its tools
 * look at the metrics and at the alert rules. Installs Debian's package if it
 * is not there.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { histogramTable, readTable } from "../../src/metrics/table.ts";
import { Caller } from "./caller.ts";
import { newDataFolder, Plume } from "./program.ts";

const INSTALL =
	"apt-get update && apt-get install --no-install-recommends -y prometheus";
/** There is no snapshot yet, and no cluster. */
const NOT_YET = /^plume_(snapshot_timestamp_seconds|nodes|term)$/;
const RULES = readFileSync("ops/alerts.yml", "utf8").match(/- alert:/g)?.length;

const promtool = (args: readonly string[], input = "") => {
	const { status, stdout, stderr } = spawnSync("promtool", args, { input });
	return { status, says: `${stdout}${stderr}` };
};

const isInstalled = () =>
	spawnSync("promtool", ["--version"]).status === 0 &&
	spawnSync("prometheus", ["--version"]).status === 0;

let plume: Plume;
let prometheus: ChildProcess | undefined;
let metricsUrl = "";
let api = "";

async function asked(path: string, parameters: Record<string, string> = {}) {
	const query = new URLSearchParams(parameters);
	const answer = await fetch(`${api}/api/v1/${path}?${query}`);
	const body = Object(await answer.json());
	expect(body).toMatchObject({ status: "success" });
	return body.data;
}

const samplesOf = async (query: string) =>
	(await asked("query", { query })).result.length;

beforeAll(async () => {
	if (!isInstalled() && process.getuid?.() === 0)
		spawnSync("sh", ["-c", INSTALL], { stdio: "inherit" });
	if (!isInstalled())
		throw new Error(`Prometheus is missing. As root: ${INSTALL}`);
	plume = await Plume.start({ PLUME_METRICS: "127.0.0.1:0" });
	const ann = await Caller.enter(plume, "ann");
	ann.say("hello");
	await ann.until(({ text }) => text === "hello");
	const headers = { Origin: "https://evil.example" };
	await Caller.call(plume.port, { headers }).catch(() => {});
	const { url } = Object(plume.lines.find(({ msg }) => msg === "metrics"));
	metricsUrl = url;

	const folder = await newDataFolder();
	const config = join(folder, "prometheus.yml");
	await writeFile(
		config,
		JSON.stringify({
			global: { scrape_interval: "1s", evaluation_interval: "1s" },
			rule_files: [resolve("ops/alerts.yml")],
			scrape_configs: [
				{
					job_name: "plume",
					static_configs: [{ targets: [new URL(url).host] }],
				},
			],
		}),
	);
	prometheus = spawn(
		"prometheus",
		[
			`--config.file=${config}`,
			`--storage.tsdb.path=${folder}`,
			"--web.listen-address=127.0.0.1:0",
		],
		{ stdio: ["ignore", "ignore", "pipe"] },
	);
	let says = "";
	prometheus.stderr?.on("data", (chunk) => {
		says += chunk;
	});
	await vi.waitFor(() => {
		const [, address] = /address=(127\.0\.0\.1:[1-9]\d*)/.exec(says) ?? [];
		if (!address) throw new Error(`Prometheus does not listen: ${says}`);
		api = `http://${address}`;
	}, 30_000);
	await vi.waitFor(
		async () => expect(await samplesOf("up == 1")).toBe(1),
		30_000,
	);
}, 600_000);

afterAll(async () => {
	if (prometheus?.kill()) await once(prometheus, "exit");
	await plume?.stop();
});

describe("promtool", () => {
	test("finds nothing wrong with the alert rules", () => {
		const { status, says } = promtool(["check", "rules", "ops/alerts.yml"]);
		expect(says).toContain(`${RULES} rules found`);
		expect(status).toBe(0);
	});

	test("sees each rule fire when it must, and not before", () => {
		const tests = "ops/alerts.test.yml";
		expect(promtool(["test", "rules", tests])).toMatchObject({ status: 0 });
	});

	test("finds nothing wrong with the metrics", async () => {
		const text = await (await fetch(metricsUrl)).text();
		const found = promtool(["check", "metrics"], text);
		expect(found).toEqual({ status: 0, says: "" });
	});
});

describe("Prometheus", () => {
	const counted = Object.keys(histogramTable).map((name) => `${name}_count`);
	test.each([...Object.keys(readTable), ...counted])("has %s", async (name) => {
		expect((await samplesOf(name)) > 0).toBe(!NOT_YET.test(name));
	});

	test("evaluates each alert rule, and none fires", async () => {
		await vi.waitFor(async () => {
			const { groups } = await asked("rules");
			const rules: readonly unknown[] = groups[0].rules;
			expect(rules).toHaveLength(RULES ?? 0);
			for (const rule of rules)
				expect(rule).toMatchObject({ health: "ok", state: "inactive" });
		}, 30_000);
	});

	test("sees that the server is gone", async () => {
		await plume.stop();
		await vi.waitFor(
			async () =>
				expect(await samplesOf('ALERTS{alertname="PlumeNotReady"}')).toBe(1),
			30_000,
		);
	});
});
