/** Entries to append, a listener that records its calls, and a way to wait for both. */
import fc from "fast-check";
import { digestOf } from "../../src/log/line.ts";
import type { Entry, Log, LogListener, Stored } from "../../src/log/log.ts";

const time = Date.UTC(2026, 0, 1);

export function said(text: string, salt = "salt"): Entry {
	const erasable = { salt, text };
	const digest = digestOf(erasable);
	const room = "lobby";
	return {
		event: { type: "message.posted", time, room, client: "c1", digest },
		erasable,
	};
}

export const stopped: Entry = { event: { type: "server.stopped", time } };

export function left(client: string): Entry {
	const [room, why] = ["lobby", "closed"] as const;
	return { event: { type: "client.left", time, room, client, why } };
}

export function erased(...seqs: number[]): Entry {
	const about = { time, room: "lobby", name: "ann", by: "ann@", target: 1 };
	return { event: { type: "message.erased", ...about, as: "author", seqs } };
}

/** Texts that look like the log's own lines are most likely to break it. */
const texts = fc.oneof(
	fc.string({ unit: "binary", maxLength: 40 }),
	fc.constantFrom(
		"",
		'{"level":30,"time":1,"seq":1,"batch":[9,9],',
		'","hash":"AAAA","salt":"',
		',"erased":true}',
		'\n\r\u2028\0\u0007\u001f\\"/\ufffd',
		"long ".repeat(120),
	),
);

export const entries: fc.Arbitrary<Entry> = fc.oneof(
	{ weight: 4, arbitrary: fc.tuple(texts, texts).map(([t, s]) => said(t, s)) },
	{ weight: 1, arbitrary: texts.map(left) },
	{ weight: 1, arbitrary: fc.constant(stopped) },
);

/** Records every call of a log to its listener. */
export class Witness implements LogListener {
	readonly ordered: Stored[] = [];
	readonly calls: string[] = [];
	committed = 0;
	fatal: Error | undefined;

	constructor(log?: Log) {
		log?.listen(this);
	}

	onOrdered(stored: Stored): void {
		this.ordered.push(stored);
	}

	onCommitted(seq: number): void {
		this.committed = seq;
		this.calls.push(`committed ${seq}`);
	}

	onFrozen(): void {
		this.calls.push("frozen");
	}

	onThawed(): void {
		this.calls.push("thawed");
	}

	onFatal(error: Error): void {
		this.fatal = error;
		this.calls.push("fatal");
	}
}

/** Waits until all pending work in memory is done. */
export const settle = () => new Promise<void>((done) => setImmediate(done));

export async function readAll(log: Log): Promise<Stored[]> {
	const all: Stored[] = [];
	for await (const some of log.read()) all.push(...some);
	return all;
}
