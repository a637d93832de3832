/** The lines of the log in the messages of a stream. */
import type { Clock } from "../clock.ts";
import type { Reporter } from "../engine/parts.ts";
import { messageOf } from "../log/disk.ts";
import { erasedTail, seqOf } from "../log/line.ts";
import type { Log } from "../log/log.ts";
import { Lines } from "../log/reader.ts";
import { type StreamMessage, type StreamPort, storedAt } from "./stream.ts";

const RETRY_MS = 200;

/** The seq of the last event in a message; 0 if it has none. */
function lastIn({ bytes }: StreamMessage): number {
	let last = 0;
	for (const line of new Lines().cut(Buffer.from(bytes)))
		last = seqOf(line) || last;
	return last;
}

/** Rejects if no server that was asked has it: ask again. */
export async function messageAt(
	port: StreamPort,
	at: number,
): Promise<StreamMessage> {
	const stored = await storedAt(port, at);
	if (!stored) throw new Error(`message ${at} of the stream is missing`);
	return stored.message;
}

/** The last message that has only events up to this seq; 0 if there is none. Rejects if the stream can't be read. */
export async function locate(port: StreamPort, seq: number): Promise<number> {
	let [low, high] = [0, await port.last()];
	while (low < high) {
		const middle = Math.ceil((low + high) / 2);
		// A claim has no events: the batch before it tells.
		let [at, last] = [middle, 0];
		while (at > low && last === 0) {
			last = lastIn(await messageAt(port, at));
			if (last === 0) at--;
		}
		if (last <= seq) low = middle;
		else high = at - 1;
	}
	return low;
}

/** What is needed to try until NATS answers. */
export interface Trying {
	readonly port: StreamPort;
	readonly clock: Clock;
	readonly report: Pick<Reporter, "warn">;
}

/** The message that `locate` finds for the end of a log; one of term 0 if there is none. Tries until NATS answers. */
export async function findAtStart(
	{ committed }: Pick<Log, "committed">,
	{ port, clock, report }: Trying,
): Promise<Pick<StreamMessage, "seq" | "node" | "term">> {
	for (let tries = 0; ; tries++)
		try {
			const seq = await locate(port, committed);
			return seq > 0 ? await messageAt(port, seq) : { seq, node: "", term: 0 };
		} catch (error) {
			const fields = { error: messageOf(error) };
			if (tries === 0) report.warn(fields, "the start waits for NATS");
			await new Promise<void>((done) => clock.after(RETRY_MS, done));
		}
}

/** The bytes of a batch without the texts of these events, and which of them were in it. */
export function strip(bytes: Uint8Array, seqs: ReadonlySet<number>) {
	const stripped = Buffer.from(bytes);
	const found: number[] = [];
	let at = 0;
	for (const line of new Lines().cut(Buffer.from(bytes))) {
		const seq = seqOf(line);
		if (seqs.has(seq)) {
			const { tail, at: from } = erasedTail(line, at);
			stripped.set(tail, from);
			found.push(seq);
		}
		at += line.length + 1;
	}
	return { bytes: stripped, seqs: found };
}
