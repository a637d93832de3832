/**
 * `npm run bench -- [SCENARIO …] [--quick] [--json FILE]`: measures Plume
 * beside its peers, one after another on the same machine. Each measurement
 * is a process of its own on one core, its server another on another core.
 */
import { writeFileSync } from "node:fs";
import { cpus, release } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { measureSync } from "./disk.ts";
import type { Job, Row } from "./job.ts";
import { drawPlots } from "./plots.ts";
import { scenarios } from "./scenarios.ts";
import { lastLine } from "./server-process.ts";
import { footnotes, table } from "./table.ts";

const GENERATOR = fileURLToPath(new URL("generator.js", import.meta.url));
/** No measurement takes longer; one that does is stopped and said to have failed. */
const LONGEST_MS = 240_000;

const print = (line: string) => process.stdout.write(`${line}\n`);

/** Runs one measurement to its end, whatever that is. */
const measure = (job: Job): Promise<Row["answer"]> =>
	lastLine([GENERATOR, JSON.stringify(job)], LONGEST_MS).then(
		(line) => JSON.parse(line),
		(error: Error) => ({ failed: error.message }),
	);

async function main(): Promise<number> {
	const { positionals, values } = parseArgs({
		allowPositionals: true,
		options: {
			...{ quick: { type: "boolean" }, json: { type: "string" } },
			help: { type: "boolean" },
		},
	});
	const { quick = false, json, help } = values;
	if (help) {
		print("npm run bench -- [SCENARIO …] [--quick] [--json FILE]");
		return 0;
	}
	const unknown = positionals.filter((name) => !(name in scenarios));
	if (unknown.length > 0) {
		print(
			`There is no ${unknown.join(", ")}. There are: ${Object.keys(scenarios).join(", ")}.`,
		);
		return 2;
	}
	const [{ model } = { model: "unknown" }, ...others] = cpus();
	const sync = await measureSync();
	const machine = `${1 + others.length} × ${model.trim()}, Linux ${release()}, Node ${process.version}`;
	print(machine);
	print(
		`fdatasync of 4 KiB: p50 ${sync.p50Ms} ms, p99 ${sync.p99Ms} ms. Plume syncs; its peers keep nothing.`,
	);
	const rows: Row[] = [];
	for (const [scenario, { says, jobs }] of Object.entries(scenarios)) {
		if (positionals.length > 0 && !positionals.includes(scenario)) continue;
		print(`\n${scenario}: ${says}`);
		const measured: Row[] = [];
		for (const job of jobs(quick))
			measured.push({ scenario, job, answer: await measure(job) });
		print(table(measured));
		rows.push(...measured);
	}
	const notes = footnotes(rows);
	if (notes) print(["", notes].join("\n"));
	if (json)
		writeFileSync(json, JSON.stringify({ machine, sync, rows }, null, "\t"));
	if (!quick) drawPlots(rows);
	return 0;
}

process.exitCode = await main();
