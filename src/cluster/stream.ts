/**
 * The protocol of the replicated stream, on a small port: how a node appends
 * so that no acknowledged batch is lost and no two nodes win one seq, and how
 * every node reads the same messages in the same order. There is no NATS in it.
 */
import type { Clock } from "../clock.ts";

/** One message of the stream: a batch of the log. */
export interface StreamMessage {
	/** Counts the messages of the stream, from 1. */
	readonly seq: number;
	readonly bytes: Uint8Array;
	/** The sequencer's term, from 1, and its node; 0 of a message that is not of Plume. */
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

/** What is used of JetStream. Any call may reject, or wait, while no server answers. */
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
	/** What comes after a seq, in order, perhaps with holes, and a sign of life each second, until it fails in whatever way: the caller watches. */
	read(after: number): AsyncGenerator<StreamMessage | "alive", void>;
	/**
	 * Stores the stripped copy of a message, then deletes the original and every
	 * earlier copy securely. `term` is that of the sequencer that erases: a copy
	 * of a later term stays, for its node knew of every erasure of this one. To
	 * be repeated until it resolves.
	 */
	erase(seq: number, stripped: StreamMessage, term: number): Promise<void>;
	close(): Promise<void>;
}

/** What one message may have, with its headers; the stream must take as much. */
export const MOST_MESSAGE_BYTES = 8 * 1024 * 1024;
const HEADER_BYTES = 4096;

/** The watchdog: after so long without a message or a sign of life, the stream is read anew. */
const SILENCE_MS = 2500;
/** Three servers answer "any" at random: one that has the message is all but sure to be among so many. */
const MOST_GETS = 40;
/** Between two tries. */
const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 1000;
/** How many messages are fetched singly before the stream is read anew. */
const MOST_FETCHED = 100;

interface Waiting {
	readonly clock: Clock;
	/** Ends the trying. */
	readonly signal: AbortSignal;
}

interface AppendParts extends Waiting {
	readonly report: { warn(fields: object, message: string): void };
}

/** What the promise comes to; undefined if it fails, takes longer than this, or the signal is aborted. */
const within = <Value>(
	ms: number,
	promise: Promise<Value>,
	{ clock, signal }: Waiting,
) =>
	new Promise<Value | undefined>((resolve) => {
		const end = (value?: Value) => {
			cancel();
			signal.removeEventListener("abort", none);
			resolve(value);
		};
		const none = () => end();
		const cancel = clock.after(ms, none);
		signal.addEventListener("abort", none);
		promise.then(end, none);
		if (signal.aborted) none();
	});

const pause = (tries: number, parts: Waiting) =>
	within(
		Math.min(FIRST_WAIT_MS * tries, LONGEST_WAIT_MS),
		new Promise<void>(() => {}),
		parts,
	);

/** Throws if a batch is larger than the stream takes. */
export function assertFits({ length }: Uint8Array): void {
	if (length > MOST_MESSAGE_BYTES - HEADER_BYTES)
		throw new Error(
			`A batch of the log has ${length} bytes, and NATS takes ${MOST_MESSAGE_BYTES} as one message: it was not stored.`,
		);
}

/**
 * Stores a message right after `expected`, or finds that another one stands
 * there. A caller has one append in flight. While nobody knows what became of
 * it, the same bytes are sent again, for ever: other bytes could be stored
 * behind the first ones, or instead of them.
 *
 * Rejects with the signal's reason: the message may be stored all the same, so
 * the caller appends nothing more in this term. Rejects at once if the message
 * is larger than the stream takes: it would be sent again for ever.
 */
export async function append(
	port: StreamPort,
	message: NewMessage,
	expected: number,
	parts: AppendParts,
): Promise<"stored" | "deposed"> {
	assertFits(message.bytes);
	for (let tries = 1; ; tries++) {
		parts.signal.throwIfAborted();
		try {
			const seq = await port.publish(message, expected);
			if (seq === expected + 1) return "stored";
		} catch (error) {
			// A refusal after the first try is most often of our own message.
			if (tries === 2)
				parts.report.warn(
					{ seq: expected + 1, error: String(error) },
					"NATS does not say that it stored a batch: the same one is sent again until it does",
				);
		}
		// If nobody knows, the next try asks again.
		const stored = await storedAt(port, expected + 1).catch(() => undefined);
		if (stored) return isSame(stored, message) ? "stored" : "deposed";
		await pause(tries, parts);
	}
}

type Stored = { readonly message: StreamMessage; readonly isErased: boolean };

/**
 * What stands at a seq. The leader has every message that was acknowledged,
 * unless it was erased or a file of the leader's is damaged.
 */
export async function storedAt(
	port: StreamPort,
	seq: number,
): Promise<Stored | undefined> {
	const original = await port.get(seq, "leader");
	const stripped = original ? undefined : await port.getErased(seq);
	const message = original ?? stripped ?? (await port.get(seq, "any"));
	return message && { message, isErased: stripped !== undefined };
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
 * when the signal is aborted. Servers fail in silence, so they are watched,
 * and what they leave out is asked for. Throws `HoleInStream`.
 */
export async function* readStream(
	port: StreamPort,
	after: number,
	parts: Waiting,
): AsyncGenerator<StreamMessage, void> {
	let last = after;
	while (!parts.signal.aborted) {
		const reading = port.read(last);
		for (let isOver = false; !isOver; ) {
			const next = await within(SILENCE_MS, reading.next(), parts);
			isOver = next === undefined || next.done === true;
			const heard = typeof next?.value === "object" ? next.value : undefined;
			// Without a message, the stream may have gone on without us.
			const end = heard ? heard.seq - 1 : await lastOf(port, last, parts);
			while (last < end) {
				const message = await find(port, last + 1, parts);
				if (!message) break;
				last = message.seq;
				yield message;
			}
			if (heard?.seq !== last + 1) continue;
			last = heard.seq;
			yield heard;
		}
		reading.return().catch(() => {});
		await pause(1, parts);
	}
}

const lastOf = async (port: StreamPort, last: number, parts: Waiting) => {
	const end = await within(SILENCE_MS, port.last(), parts);
	return Math.min(end ?? last, last + MOST_FETCHED);
};

/** A message that was left out; undefined when the signal was aborted. */
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
			if (error instanceof HoleInStream) throw error;
			await pause(tries, parts);
		}
	}
	return undefined;
}
