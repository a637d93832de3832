/**
 * The background scrub: verifies the part of a log that a start was spared
 * because a snapshot knew what it came to. It takes little at a time and
 * rests in between, so that nobody notices it; what rots is found within the
 * hour, not at the next full replay.
 */
import type { Clock } from "../clock.ts";
import type { Damage } from "./damage.ts";
import type { Mark } from "./log.ts";
import { openLine } from "./open-line.ts";
import { Lines, readBatches, type Source } from "./reader.ts";
import { Verifier } from "./verifier.ts";

/** About a millisecond's work. */
const SLICE_BYTES = 32 * 1024;
const REST_MS = 5;

/** Rejects with `Damage` at the first that is not as it was written, and with the signal's reason if it is told to stop. */
export async function scrub(
	sources: readonly Source[],
	mark: Mark,
	clock: Clock,
	signal: AbortSignal,
): Promise<void> {
	const verifier = new Verifier();
	const older = sources.filter(({ first = 0 }) => first <= mark.seq);
	const parts = older.map((source, index) => {
		const end = index === older.length - 1 ? mark.offset : Infinity;
		const bytes = () => slices(source, end, clock, signal);
		return { ...source, bytes };
	});
	for await (const _ of readBatches(parts, verifier));
	if (verifier.torn) throw verifier.torn;
	for (const damage of verifier.broken)
		if (!(await isErased(older, damage))) throw damage;
	if (verifier.seq !== mark.seq || verifier.hash !== mark.hash)
		throw new Error(
			`${verifier.file} does not lead to event ${mark.seq} as its snapshot knows it`,
		);
}

/** Whether it was only being erased when it was read; an erased line is taken at its word here. */
async function isErased(
	sources: readonly Source[],
	{ file, line: number }: Damage,
): Promise<boolean> {
	const lines = new Lines();
	let count = 0;
	for await (const chunk of sources.find((one) => one.file === file)?.bytes() ??
		[])
		for (const bytes of lines.cut(chunk))
			if (++count === number) {
				const line = openLine(bytes.toString());
				return line.kind === "entry" && line.tail === "erased";
			}
	return false;
}

async function* slices(
	source: Source,
	end: number,
	clock: Clock,
	signal: AbortSignal,
): AsyncGenerator<Buffer> {
	let left = end;
	for await (const chunk of source.bytes())
		for (let at = 0; at < chunk.length; at += SLICE_BYTES) {
			if (left === 0) return;
			const slice = chunk.subarray(at, at + Math.min(SLICE_BYTES, left));
			left -= slice.length;
			yield slice;
			await new Promise<void>((resolve) => clock.after(REST_MS, resolve));
			signal.throwIfAborted();
		}
}
