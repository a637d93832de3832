/**
 * The protocol of the replicated stream, on a small port: how a node appends
 * so that no acknowledged batch is lost and no two nodes win one seq, and how
 * every node reads the same messages in the same order. There is no NATS in it.
 */
import type { Clock } from "../clock.ts";
import { messageOf } from "../log/disk.ts";

/** One message of the stream: a batch of the log. */
export interface StreamMessage {
	/** Counts the messages of the stream, from 1. */
	readonly seq: number;
	readonly bytes: Uint8Array;
	/** The sequencer's term, and its node. */
	readonly term: number;
	readonly node: string;
	/** A batch of lines, or only a claim or a hand-over of the sequencer's office, without bytes. */
	readonly kind: "batch" | "claim" | "handover";
}

/** A message that is not stored yet. */
export type NewMessage = Omit<StreamMessage, "seq">;

/** The stream's last seq is not the expected one, so the message was refused. */
export class WrongSequence extends Error {
	override readonly name = "WrongSequence";
}

/** A message that no Plume stored: nobody knows what it means. */
export class ForeignMessage extends Error {
	override readonly name = "ForeignMessage";

	constructor(seq: number) {
		super(
			`Message ${seq} of the stream is not of Plume: nobody else may publish there. Restore the stream from a backup.`,
		);
	}
}

/** What a consumer hears. */
export interface Hearing {
	/** The next message is delivered after the answer's promise, if it is one. */
	onMessage(message: StreamMessage): void | Promise<void>;
	/** A sign of life: a heartbeat. */
	onSign(): void;
	/** Nothing more will come. */
	onEnd(error?: Error): void;
}

/** What is used of JetStream. Any call may reject when no server answers in time. */
export interface StreamPort {
	/**
	 * Stores a message right after `expected`, and resolves with its seq once a
	 * quorum has it. Rejects with `WrongSequence` when it was refused; after any
	 * other error nobody knows, and it may be stored even later.
	 */
	publish(message: NewMessage, expected: number): Promise<number>;
	/** The last seq, asked of the leader. */
	last(): Promise<number>;
	/** A message, asked of the leader or of any replica; undefined if that one has none there. */
	get(seq: number, from: "leader" | "any"): Promise<StreamMessage | undefined>;
	/** The stripped copy of an erased message, with the seq of the original. */
	getErased(seq: number): Promise<StreamMessage | undefined>;
	/** The name of the leader, for an operator. */
	leader(): Promise<string>;
	/** Delivers from `after + 1` on, in order, perhaps with holes, until it fails in whatever way: the caller watches. */
	consume(after: number, hearing: Hearing): { stop(): void };
	/**
	 * Stores the stripped copy of a message, then deletes the original and every
	 * earlier copy securely. `term` is that of the sequencer that erases: a copy
	 * of a later term stays, for its node knew of every erasure of this one. May
	 * be repeated.
	 */
	erase(seq: number, stripped: StreamMessage, term: number): Promise<void>;
	close(): Promise<void>;
}

/** The watchdog: after so long without a message or a sign of life, another consumer is made. */
export const SILENCE_MS = 2500;
/** Three servers answer "any" at random: one that has the message is all but sure to be among so many. */
const MOST_GETS = 40;
/** Between two tries. */
const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 1000;
/** How many messages are fetched singly before another consumer is tried. */
const MOST_FETCHED = 100;

interface Waiting {
	readonly clock: Clock;
	/** Ends the trying. */
	readonly signal: AbortSignal;
}

interface AppendParts extends Waiting {
	readonly report: { warn(fields: object, message: string): void };
}

/** Resolves after the time, or as soon as the signal is aborted. */
const pause = (ms: number, { clock, signal }: Waiting) =>
	new Promise<void>((resolve) => {
		if (signal.aborted) return resolve();
		const end = () => {
			cancel();
			signal.removeEventListener("abort", end);
			resolve();
		};
		const cancel = clock.after(ms, end);
		signal.addEventListener("abort", end);
	});

/**
 * Stores a message right after `expected`, or finds that another one stands
 * there. A caller has one append in flight. While nobody knows what became of
 * it, the same bytes are sent again, for ever: other bytes could be stored
 * behind the first ones, or instead of them.
 *
 * Rejects only with the signal's reason: the message may be stored all the
 * same, so the caller appends nothing more in this term.
 */
export async function append(
	port: StreamPort,
	message: NewMessage,
	expected: number,
	parts: AppendParts,
): Promise<"stored" | "deposed"> {
	for (let tries = 1; ; tries++) {
		parts.signal.throwIfAborted();
		try {
			const seq = await port.publish(message, expected);
			if (seq === expected + 1) return "stored";
		} catch (error) {
			// A refusal after the first try is most often of our own message.
			if (tries === 2)
				parts.report.warn(
					{ seq: expected + 1, error: messageOf(error) },
					"NATS does not say that it stored a batch: the same one is sent again until it does",
				);
		}
		try {
			const stored = await storedAt(port, expected + 1);
			if (stored) return isSame(stored, message) ? "stored" : "deposed";
		} catch (error) {
			if (error instanceof ForeignMessage) return "deposed";
			// Nobody knows yet: the next try asks again.
		}
		await pause(Math.min(FIRST_WAIT_MS * tries, LONGEST_WAIT_MS), parts);
	}
}

type Stored = { readonly message: StreamMessage; readonly isErased: boolean };

/**
 * What stands at a seq. The leader has every message that was acknowledged,
 * unless it was erased or a file of the leader's is damaged.
 */
async function storedAt(
	port: StreamPort,
	seq: number,
): Promise<Stored | undefined> {
	const message = await port.get(seq, "leader");
	if (message) return { message, isErased: false };
	const stripped = await port.getErased(seq);
	if (stripped) return { message: stripped, isErased: true };
	const copy = await port.get(seq, "any");
	return copy && { message: copy, isErased: false };
}

/** One node appends once for each seq and term, so an erased message is told by these. */
const isSame = (
	{ message: { term, node, kind, bytes }, isErased }: Stored,
	sent: NewMessage,
) =>
	term === sent.term &&
	node === sent.node &&
	kind === sent.kind &&
	(isErased || Buffer.compare(bytes, sent.bytes) === 0);

/** A message between others is on no server, nor is a stripped copy of it. */
export class HoleInStream extends Error {
	override readonly name = "HoleInStream";
	readonly seq: number;

	constructor(seq: number, leader: string) {
		super(
			`Message ${seq} of the stream is missing on every NATS server that answers, and on its leader ${leader}. Nothing is served past it: plume doctor tells which servers are damaged, and docs/operating.md how to mend one.`,
		);
		this.seq = seq;
	}
}

/**
 * Every message behind `after`, in order and without a hole, for ever: ends
 * when the signal is aborted. Consumers fail in silence, so they are watched,
 * and what they leave out is asked for. Throws `HoleInStream` or
 * `ForeignMessage`.
 */
export async function* readStream(
	port: StreamPort,
	after: number,
	parts: Waiting,
): AsyncGenerator<StreamMessage, void> {
	let last = after;
	while (!parts.signal.aborted) {
		const tail = new Tail(port, last, parts);
		try {
			while (!tail.isOver) {
				const heard = await tail.next();
				// In silence the stream may have gone on without us.
				const end = heard ? heard.seq - 1 : await lastOf(port, last);
				const most = heard ? end : Math.min(end, last + MOST_FETCHED);
				while (last < most) {
					const message = await find(port, last + 1, parts);
					if (!message) return;
					last = message.seq;
					yield message;
				}
				if (heard?.seq !== last + 1) continue;
				last = heard.seq;
				yield heard;
			}
		} finally {
			tail.stop();
		}
		await pause(FIRST_WAIT_MS, parts);
	}
}

const lastOf = (port: StreamPort, last: number) =>
	port.last().catch(() => last);

/** A message that a consumer left out; undefined when the signal was aborted. */
async function find(
	port: StreamPort,
	seq: number,
	parts: Waiting,
): Promise<StreamMessage | undefined> {
	for (let tries = 1, gets = 0; !parts.signal.aborted; tries++) {
		try {
			const stored = await storedAt(port, seq);
			if (stored) return stored.message;
			if (++gets >= MOST_GETS) throw new HoleInStream(seq, await port.leader());
		} catch (error) {
			if (error instanceof HoleInStream || error instanceof ForeignMessage)
				throw error;
			await pause(Math.min(FIRST_WAIT_MS * tries, LONGEST_WAIT_MS), parts);
		}
	}
	return undefined;
}

interface Delivery {
	readonly message: StreamMessage;
	readonly taken: () => void;
}

/** One consumer, and the watchdog that finds out that it died. */
class Tail {
	readonly #deliveries: Delivery[] = [];
	readonly #parts: Waiting;
	readonly #consumer: { stop(): void };
	#heardSign = false;
	#isOver = false;
	#notify = () => {};

	constructor(port: StreamPort, after: number, parts: Waiting) {
		this.#parts = parts;
		parts.signal.addEventListener("abort", this.stop);
		this.#consumer = port.consume(after, {
			onMessage: (message) => this.#onMessage(message),
			onSign: () => {
				this.#heardSign = true;
			},
			onEnd: () => this.#end(),
		});
	}

	/** No message will come from this one. */
	get isOver(): boolean {
		return this.#isOver && this.#deliveries.length === 0;
	}

	/** The next message; undefined after `SILENCE_MS` without one, or when the consumer has ended. */
	async next(): Promise<StreamMessage | undefined> {
		if (this.#deliveries.length === 0 && !this.#isOver) await this.#wait();
		const delivery = this.#deliveries.shift();
		delivery?.taken();
		return delivery?.message;
	}

	stop = () => {
		this.#parts.signal.removeEventListener("abort", this.stop);
		this.#consumer.stop();
		for (const { taken } of this.#deliveries.splice(0)) taken();
		this.#end();
	};

	#onMessage(message: StreamMessage): Promise<void> {
		if (this.#isOver) return Promise.resolve();
		return new Promise((taken) => {
			this.#deliveries.push({ message, taken });
			this.#notify();
		});
	}

	#end(): void {
		this.#isOver = true;
		this.#notify();
	}

	#wait(): Promise<void> {
		this.#heardSign = false;
		return new Promise((resolve) => {
			const cancel = this.#parts.clock.after(SILENCE_MS, () => {
				if (!this.#heardSign) this.#end();
				resolve();
			});
			this.#notify = () => {
				cancel();
				resolve();
			};
		});
	}
}
