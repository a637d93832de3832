/**
 * The background scrub: verifies the part of a log that a start skipped
 * because it loaded a snapshot. It reads small slices with pauses, so that it
 * does not slow the server down. Rot is found within the hour, not at the next
 * full replay.
 */
import type { Clock } from "../clock.ts";
import type { Damage } from "./damage.ts";
import type { LogPosition } from "./log.ts";
import { openLine } from "./open-line.ts";
import { inSlices, Lines, readBatches, type Source } from "./reader.ts";
import { Verifier } from "./verifier.ts";

const PAUSE_MS = 5;

/** Rejects with `Damage` at the first line that has changed, and with the signal's reason when that aborts. */
export async function scrub(
	sources: readonly Source[],
	position: LogPosition,
	clock: Clock,
	signal: AbortSignal,
): Promise<void> {
	const pause = async () => {
		await new Promise<void>((resolve) => clock.after(PAUSE_MS, resolve));
		signal.throwIfAborted();
	};
	const verifier = new Verifier();
	const older = sources.filter(({ first = 0 }) => first <= position.seq);
	const parts = older.map((source, index) => {
		const end = index === older.length - 1 ? position.offset : undefined;
		const bytes = () => inSlices(source.bytes(0, end), pause);
		return { ...source, bytes };
	});
	for await (const _ of readBatches(parts, verifier));
	if (verifier.torn) throw verifier.torn;
	for (const damage of verifier.broken)
		if (!(await isErased(older, damage))) throw damage;
	if (verifier.seq !== position.seq || verifier.hash !== position.hash)
		throw new Error(
			`${verifier.file} does not lead to event ${position.seq} as its snapshot knows it`,
		);
}

/** Whether a broken line has been erased by now: the scrub may have read it in the middle of that. */
async function isErased(
	sources: readonly Source[],
	{ file, offset }: Damage,
): Promise<boolean> {
	const source = sources.find((one) => one.file === file);
	const lines = new Lines();
	for await (const chunk of source?.bytes(offset) ?? [])
		for (const bytes of lines.cut(chunk)) {
			const line = openLine(bytes.toString());
			return line.kind === "entry" && line.tail === "erased";
		}
	return false;
}
