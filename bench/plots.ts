/** Which plots there are. A scenario that was not run leaves its old plot as it is. */
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Loaded, Row } from "./job.ts";
import { type Group, plot } from "./plot.ts";

/** In the source tree, beside this file's source. */
const FOLDER = fileURLToPath(new URL("../../bench/plots", import.meta.url));
const count = new Intl.NumberFormat("en", { notation: "compact" });

export function drawPlots(rows: readonly Row[]): void {
	const of = (name: string) => rows.filter(({ scenario }) => scenario === name);
	const offered = ({ offered }: Loaded) => `${count.format(offered)}/s`;
	const draw = (name: string, title: string, groups: readonly Group[]) => {
		if (groups.length === 0) return;
		mkdirSync(FOLDER, { recursive: true });
		writeFileSync(`${FOLDER}${name}.svg`, plot(title, groups));
	};
	draw(
		"saturation",
		"Deliveries a second that were achieved, of those offered (200 clients, logarithmic)",
		group(of("saturation"), offered, ({ achieved }) => achieved),
	);
	draw(
		"latency",
		"Latency at these loads: milliseconds, 99th percentile, logarithmic",
		group(of("saturation"), offered, ({ p99Ms }) => p99Ms),
	);
	draw(
		"rooms",
		"Server CPU for each delivery at 50,000/s, by size of the room: µs, logarithmic",
		group(
			of("rooms"),
			(_, clients) => `${count.format(clients)} people`,
			({ cpuUs }) => cpuUs,
		),
	);
}

function group(
	rows: readonly Row[],
	label: (answer: Loaded, clients: number) => string,
	value: (answer: Loaded) => number,
): readonly Group[] {
	const groups = new Map<string, Group["bars"]>();
	for (const { job, answer } of rows) {
		if (job.kind !== "load" || !("achieved" in answer)) continue;
		const name = label(answer, job.clients);
		const bar = { series: job.contender, value: value(answer) };
		groups.set(name, [...(groups.get(name) ?? []), bar]);
	}
	return Array.from(groups, ([label, bars]) => ({ label, bars }));
}
