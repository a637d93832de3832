/** The lines of the log in the messages of a stream. */
import type { Clock } from "../clock.ts";
import { ConfigError } from "../config.ts";
import type { Reporter } from "../engine/parts.ts";
import { messageOf } from "../log/disk.ts";
import { erasedTail, seqOf, takeApart } from "../log/line.ts";
import type { Log } from "../log/log.ts";
import { Lines } from "../log/reader.ts";
import { type StreamMessage, type StreamPort, storedAt } from "./stream.ts";

const RETRY_MS = 200;
/** A log is compared with the stream so often in a row before it counts as another one. */
const MOST_TRIES = 10;

/** Rejects if no server that was asked has it: ask again. */
export async function messageAt(
	port: StreamPort,
	at: number,
): Promise<StreamMessage> {
	const stored = await storedAt(port, at);
	if (!stored) throw new Error(`message ${at} of the stream is missing`);
	return stored.message;
}

/** The line of the last event in a message and in those before it, as far as one that is not asked any more. */
async function lastLine(port: StreamPort, from: number, after: number) {
	// A claim has no events: the batch before it tells.
	for (let at = from; at > after; at--) {
		const { bytes } = await messageAt(port, at);
		const lines = [...new Lines().cut(Buffer.from(bytes))];
		const line = lines.findLast((one) => seqOf(one) > 0);
		if (line) return { at, line };
	}
	return undefined;
}

/** The last message that has only events up to this seq; 0 if there is none. Rejects if the stream can't be read. */
export async function locate(port: StreamPort, seq: number): Promise<number> {
	let [low, high] = [0, await port.last()];
	while (low < high) {
		const middle = Math.ceil((low + high) / 2);
		const last = await lastLine(port, middle, low);
		if (!last || seqOf(last.line) <= seq) low = middle;
		else high = last.at - 1;
	}
	return low;
}

/** What is needed to try until NATS answers. */
export interface Trying {
	readonly port: StreamPort;
	readonly clock: Clock;
	readonly report: Pick<Reporter, "warn">;
}

const hashIn = (line: Buffer) => takeApart(line.toString())?.hash;

/** Throws unless the last event of a log is that of the stream up to a message. */
async function assertSame(
	{ committed, segments }: Log,
	port: StreamPort,
	at: number,
): Promise<void> {
	const last = await lastLine(port, at, 0);
	const [span] = await segments.find(committed > 0 ? [committed] : []);
	const own =
		span && (await segments.hashAt(span.segment, span.at + span.bytes));
	if (own === (last && hashIn(last.line))) return;
	throw new ConfigError(
		"The data folder of this node holds another log than the stream, or a longer one: give the node an empty one. plume migrate puts a log of files into a stream.",
	);
}

/** The message that `locate` finds for the end of a log; one of term 0 if there is none. Tries until NATS answers. Rejects with `ConfigError` if the log is not that of the stream. */
export async function findAtStart(
	log: Log,
	{ port, clock, report }: Trying,
): Promise<Pick<StreamMessage, "seq" | "node" | "term">> {
	let others = 0;
	for (let tries = 0; ; tries++)
		try {
			const seq = await locate(port, log.committed);
			await assertSame(log, port, seq);
			return seq > 0 ? await messageAt(port, seq) : { seq, node: "", term: 0 };
		} catch (error) {
			// A server that has just been started may lack something for a moment.
			others = error instanceof ConfigError ? others + 1 : 0;
			if (others > MOST_TRIES) throw error;
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
