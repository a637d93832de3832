/** What interleaved pairs come to, by their medians. */
import { median } from "./histogram.ts";
import type { Held, Loaded, Pair, Row } from "./job.ts";

interface Probed extends Loaded {
	readonly held: Held;
}

const shown = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });

/** In words; nothing where nothing was measured in pairs. */
export function pairs(rows: readonly Row[]): string {
	return stalled(rows) || untapped(rows);
}

/** What one client that does not read costs the others, and the server. */
function stalled(rows: readonly Row[]): string {
	const [without = [], stalling = []] = [0, 1].map((stalled) =>
		rows.flatMap(({ job, answer }) =>
			"stalled" in job && job.stalled === stalled && isProbed(answer)
				? [answer]
				: [],
		),
	);
	if (without.length === 0 || stalling.length === 0) return "";
	const compare = (what: string, unit: string, of: (one: Probed) => number) => {
		const [before, after] = [median(without.map(of)), median(stalling.map(of))];
		const moved =
			unit === "ms" ? ` (${signed((after / before - 1) * 100)} %)` : "";
		return `${what}: ${shown.format(before)} ${unit} without, ${shown.format(after)} ${unit} with${moved}`;
	};
	return [
		`Medians of ${without.length}, without and with a client that does not read:`,
		compare("others' p50", "ms", ({ p50Ms }) => p50Ms),
		compare("others' p99", "ms", ({ p99Ms }) => p99Ms),
		compare("most resident memory", "MiB", ({ held }) => held.rssMiB),
		compare("most unsent to one", "KiB", ({ held }) => held.unsentKiB),
		compare("and in the kernel", "KiB", ({ held }) => held.inKernelKiB),
	].join("\n  ");
}

/** What a place for the tap costs, and how far the pairs are apart. */
function untapped(rows: readonly Row[]): string {
	const all = rows.flatMap(({ answer }) =>
		"pairs" in answer ? [answer.pairs] : [],
	);
	if (all.length === 0) return "";
	const compare = (what: string, unit: string, pairs: readonly Pair[]) => {
		const before = median(pairs.map(({ untapped }) => untapped));
		const after = median(pairs.map(({ tapped }) => tapped));
		const moves = pairs
			.map(({ tapped, untapped }) => (tapped / untapped - 1) * 100)
			.sort((a, b) => a - b);
		const [least = 0, most = 0] = [moves[0], moves.at(-1)];
		return `${what}: ${shown.format(before)} ${unit} without, ${shown.format(after)} ${unit} with (${signed((after / before - 1) * 100)} %; single pairs ${signed(least)} to ${signed(most)} %)`;
	};
	return [
		`Medians of ${all.length}, without and with a place for the tap:`,
		...[
			compare(
				"replayed",
				"events/s",
				all.map((of) => of.replayed),
			),
			compare(
				"CPU for each delivery",
				"µs",
				all.map((of) => of.cpuUs),
			),
			compare(
				"p50",
				"ms",
				all.map((of) => of.p50Ms),
			),
		],
	].join("\n  ");
}

const isProbed = (answer: Row["answer"]): answer is Probed => "held" in answer;

const signed = (percent: number) =>
	`${percent < 0 ? "−" : "+"}${shown.format(Math.abs(percent))}`;
