/** What one client that does not read costs the others, and the server: medians of interleaved pairs. */
import type { Held, Loaded, Row } from "./job.ts";

interface Probed extends Loaded {
	readonly held: Held;
}

const shown = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });

/** In words; nothing where nobody stopped reading. */
export function pairs(rows: readonly Row[]): string {
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

const isProbed = (answer: Row["answer"]): answer is Probed => "held" in answer;

const signed = (percent: number) =>
	`${percent < 0 ? "−" : "+"}${shown.format(Math.abs(percent))}`;

function median(numbers: readonly number[]): number {
	const sorted = [...numbers].sort((a, b) => a - b);
	const middle = sorted.length / 2;
	const [low = 0, high = low] = sorted.slice(
		Math.ceil(middle) - 1,
		Math.floor(middle) + 1,
	);
	return (low + high) / 2;
}
