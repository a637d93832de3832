/** What interleaved pairs come to, by their medians. */
import { median } from "./histogram.ts";
import type { Pair, Row } from "./job.ts";

const shown = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });

/** What a place for the tap costs, in words, and how far the pairs are apart; nothing where nothing was measured in pairs. */
export function pairs(rows: readonly Row[]): string {
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

const signed = (percent: number) =>
	`${percent < 0 ? "−" : "+"}${shown.format(Math.abs(percent))}`;
