/** The measurements as tables for people: one for each scenario, a row for each run, ratios to the peers beside it. */

import type { EdgesMeasured } from "./edges.ts";
import { median } from "./histogram.ts";
import type {
	Answer,
	InspectorMeasured,
	Job,
	Loaded,
	Row,
	StalledMeasured,
} from "./job.ts";

type Cells = readonly string[];

/** Past this share of its core the generator may be what was measured. */
const BUSY = 0.95;
/** Cores: past this, others disturbed the measurement. */
const DISTURBED = 0.15;

const marks = ({ generatorLoad, othersLoad }: Loaded) =>
	`${generatorLoad > BUSY ? "*" : ""}${othersLoad > DISTURBED ? "†" : ""}`;

/** What the marks on any of these rows mean. */
export function footnotes(rows: readonly Row[]): string {
	const all = rows
		.map(({ answer }) => ("achieved" in answer ? marks(answer) : ""))
		.join("");
	return [
		all.includes("*")
			? "* The generator's core was full: the server may do better than this."
			: "",
		all.includes("†")
			? "† Something else was running: times are worse than they need be."
			: "",
	]
		.filter(Boolean)
		.join("\n");
}

const three = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });
const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

const heads = {
	load: "|clients|offered/s|achieved/s|all, in order|CPU µs each|p50 ms|p99 ms|max ms|RSS MiB|× ws|× socket.io|CPU × ws|CPU × socket.io",
	idle: "|clients|RSS KiB each|× ws|× socket.io",
	logins: "|clients|logins/s|p50 ms|p99 ms|max ms",
	log: "events|start ms|after a crash|after a stop|replay events/s|JSON.parse /s|+ SHA-256 /s|of those",
	edges:
		"|clients|offered/s|achieved/s|all, in order|serving µs|beside µs|p50 ms|p99 ms|median achieved|serving|beside|p50|p99",
	inspector:
		"nobody yet µs|nobody any more µs|one µs|shown|one costs µs|median µs",
	stalled:
		"all, in order|p50 ms|with one stalled|%|p99 ms|with one|%|p99 of ½ s|with one|%|while held|%|times|unsent KiB|in kernel KiB",
	page: "lines|first use ms|longest task ms|rows at most|to the first line|key to paint p50 ms|max ms",
	travel:
		"events|people|page usable ms|all of it ms|seek p50 ms|p95 ms|max ms|next p95 ms|marks|time|compare|stretch|RSS MiB",
} satisfies Record<Job["kind"], string>;

export function table(rows: readonly Row[]): string {
	const kind = rows[0]?.job.kind;
	if (!kind) return "";
	const lines = [
		heads[kind].split("|"),
		...rows.map((row) => cells(row, rows)),
	];
	const widths = lines[0]?.map((_, column) =>
		Math.max(...lines.map((line) => line[column]?.length ?? 0)),
	);
	return lines
		.map((line) =>
			line
				.map((cell, column) =>
					column === 0
						? cell.padEnd(widths?.[column] ?? 0)
						: cell.padStart(widths?.[column] ?? 0),
				)
				.join("  "),
		)
		.join("\n");
}

function cells({ job, answer }: Row, rows: readonly Row[]): Cells {
	if ("setup" in answer) return edgesCells(job, answer, rows);
	const who =
		"contender" in job && "clients" in job
			? [job.contender, whole.format(job.clients)]
			: [];
	if ("failed" in answer) return [...who, answer.failed];
	if ("achieved" in answer)
		return [
			...who,
			whole.format(answer.offered),
			whole.format(answer.achieved) + marks(answer),
			answer.isComplete ? "yes" : "no",
			three.format(answer.cpuUs),
			...latency(answer),
			whole.format(answer.rssMiB),
			...ratios(job, answer, rows, (of) => ("cpuUs" in of ? of.achieved : 0)),
			...ratios(job, answer, rows, (of) => ("cpuUs" in of ? of.cpuUs : 0)),
		];
	if ("rssKiBEach" in answer)
		return [
			...who,
			three.format(answer.rssKiBEach),
			...ratios(job, answer, rows, (of) =>
				"rssKiBEach" in of ? of.rssKiBEach : 0,
			),
		];
	if ("perSecond" in answer)
		return [...who, whole.format(answer.perSecond), ...latency(answer)];
	if ("oneUs" in answer) return inspectorCells(answer, rows);
	if ("stalling" in answer) return stalledCells(answer);
	if ("rows" in answer)
		return [
			"lines" in job ? whole.format(job.lines) : "",
			whole.format(answer.usableMs),
			whole.format(answer.longestTaskMs),
			whole.format(answer.rows),
			answer.reachedStart ? "yes" : "no",
			...[answer.paintP50Ms, answer.paintMaxMs].map((ms) => three.format(ms)),
		];
	if ("usableMs" in answer) return travelCells(job, answer);
	const { startMs, crashedMs, restartMs, replayed, parsed, parsedAndHashed } =
		answer;
	return [
		"events" in job ? whole.format(job.events) : "",
		...[startMs, crashedMs, restartMs, replayed, parsed, parsedAndHashed].map(
			whole.format,
		),
		parsed > 0
			? `${three.format(replayed / parsed)}, ${three.format(replayed / parsedAndHashed)}`
			: "",
	];
}

function travelCells(
	job: Job,
	answer: Extract<
		Answer,
		{ readonly usableMs: number; readonly seekP50Ms: number }
	>,
): Cells {
	const { usableMs, wholeMs, seekP50Ms, seekP95Ms, seekMaxMs } = answer;
	const counts = "people" in job ? [job.events, job.people] : [];
	const { nextP95Ms, marksP95Ms, timeP95Ms } = answer.answers;
	const { compareP95Ms, stretchP95Ms } = answer.answers;
	return [
		...[...counts, usableMs, wholeMs].map(whole.format),
		...[
			...[seekP50Ms, seekP95Ms, seekMaxMs],
			...[nextP95Ms, marksP95Ms, timeP95Ms, compareP95Ms, stretchP95Ms],
		].map(three.format),
		whole.format(answer.rssMiB),
	];
}

/** Behind the figures of a run the medians of all runs like it. */
function edgesCells(job: Job, answer: EdgesMeasured, rows: readonly Row[]) {
	const same = rows.filter(
		(row) => JSON.stringify(row.job) === JSON.stringify(job),
	);
	const of = ["achieved", "cpuUs", "besideUs", "p50Ms", "p99Ms"] as const;
	const medians = of.map((figure) =>
		median(
			same.flatMap(({ answer }) => ("setup" in answer ? [answer[figure]] : [])),
		),
	);
	const format = ([achieved = 0, ...others]: readonly number[], mark = "") => [
		whole.format(achieved) + mark,
		...others.map(three.format),
	];
	const [achieved = "", ...others] = format(
		of.map((figure) => answer[figure]),
		marks(answer),
	);
	return [
		...[answer.setup, "clients" in job ? whole.format(job.clients) : ""],
		...[whole.format(answer.offered), achieved],
		answer.isComplete ? "yes" : "no",
		...[...others, ...format(medians)],
	];
}

function inspectorCells(
	answer: InspectorMeasured,
	rows: readonly Row[],
): Cells {
	const { neverUs, leftUs, oneUs, shown } = answer;
	const all = rows.flatMap(({ answer }) =>
		"oneUs" in answer ? [answer.oneUs - answer.leftUs] : [],
	);
	const figures = [neverUs, leftUs, oneUs, shown, oneUs - leftUs];
	return [...figures, median(all)].map(three.format);
}

function stalledCells(answer: StalledMeasured): Cells {
	const { without, stalling, holding, pieces } = answer;
	const percent = (after: number, before: number) => (after / before - 1) * 100;
	const moves = (["p50Ms", "p99Ms", "pieceP99Ms"] as const).flatMap((of) => [
		without[of],
		stalling[of],
		percent(stalling[of], without[of]),
	]);
	const figures = [
		...moves,
		holding.pieceP99Ms,
		percent(holding.pieceP99Ms, without.pieceP99Ms),
		pieces,
		answer.unsentKiB,
		answer.inKernelKiB,
	];
	return [answer.isComplete ? "yes" : "no", ...figures.map(three.format)];
}

const latency = ({
	p50Ms,
	p99Ms,
	maxMs,
}: {
	p50Ms: number;
	p99Ms: number;
	maxMs: number;
}) => [p50Ms, p99Ms, maxMs].map((ms) => three.format(ms));

/** Compares with each peer that was asked for the same. */
function ratios(
	job: Job,
	answer: Answer,
	rows: readonly Row[],
	figure: (of: Answer) => number,
): Cells {
	return ["ws", "socket.io"].map((contender) => {
		const same = JSON.stringify({ ...job, contender });
		const peer = rows.find((row) => JSON.stringify(row.job) === same)?.answer;
		if (!peer || "failed" in peer) return "";
		return three.format(figure(answer) / figure(peer));
	});
}
