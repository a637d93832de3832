/**
 * Finds the longest sound beginning of a log: whole batches of legal events,
 * with every text whole or erased. It also lists the lines that are erased in
 * this beginning while their erasure comes after it.
 */
import { OrderedMap } from "immutable";
import { isOverwriting, isWithText } from "../../machines/events.ts";
import { botClaim } from "../chat/bot.ts";
import { visibleItem } from "../engine/evolve.ts";
import { DeterminismError, evolveStored } from "../engine/fold.ts";
import { State } from "../engine/state.ts";
import { Damage } from "../log/damage.ts";
import { GENESIS } from "../log/line.ts";
import type { Stored } from "../log/log.ts";
import { readBatches, type Source } from "../log/reader.ts";
import { Verifier } from "../log/verifier.ts";

/** A message without text, whose erasure was not read yet. */
export interface ErasedLine {
	readonly seq: number;
	readonly room: string;
	/** The message's epoch and offset in its room, which may no longer exist. */
	readonly epoch: string;
	readonly target: number;
	readonly name: string;
	readonly by: string;
}

export interface Prefix extends Moment {
	readonly seq: number;
	/** The hash of the last line. */
	readonly hash: string;
	/** The log's id, and the fingerprint of its secret, if it names it. */
	readonly id: string;
	readonly secret: string | undefined;
	/** The number of segments, the first event of the last of them, and its bytes. */
	readonly segments: number;
	readonly first: number;
	readonly bytes: number;
	/** Why the log is not sound after that, if it is not. */
	readonly wrong: string | undefined;
}

/** The log up to an event. */
interface Moment {
	readonly state: State;
	/** Messages without text and without an erasure so far, by seq. */
	readonly erased: OrderedMap<number, ErasedLine>;
}

/** Ends before the first batch whose last event fulfils `isBehind`. Messages of `gone` count as erased, although their text is there. */
export async function soundPrefix(
	sources: readonly Source[],
	isBehind: (last: Stored) => boolean = () => false,
	gone: ReadonlySet<number> = new Set(),
): Promise<Prefix> {
	const verifier = new Verifier();
	let at: Moment = { state: State.initial(verifier), erased: OrderedMap() };
	let end = { ...at, seq: 0, hash: GENESIS, segments: 0, first: 1, bytes: 0 };
	/** Lines whose text is neither whole nor erased, and the sound end before each. */
	const broken: { readonly damage: Damage; readonly before: typeof end }[] = [];

	async function read(): Promise<string | undefined> {
		const lines = sources.map(lineByLine);
		for await (const batch of readBatches(lines, verifier)) {
			const last = batch.at(-1);
			if (!last || isBehind(last)) return undefined;
			for (const damage of verifier.broken.slice(broken.length))
				broken.push({ damage, before: end });
			at = batch.reduce((before, it) => moved(before, it, gone), at);
			const { seq, hash, offset: bytes, file } = verifier;
			const segments = sources.findIndex((source) => source.file === file) + 1;
			const { first = 1 } = sources[segments - 1] ?? {};
			if (seq === last.seq) end = { ...at, seq, hash, segments, first, bytes };
		}
		return verifier.torn?.message;
	}

	const wrong = await read().catch((error: unknown) => {
		if (error instanceof Damage || error instanceof DeterminismError)
			return error.message;
		throw error;
	});
	const { id, secret } = verifier;
	let prefix: Prefix = { ...end, id, secret, wrong };
	// Last first: a shorter prefix may leave out the erasure of an earlier line.
	for (const { damage, before } of broken.reverse())
		if (prefix.erased.has(damage.seq))
			prefix = { ...before, id, secret, wrong: damage.message };
	return prefix;
}

/** In chunks of a line at most, so that each batch is read by itself. */
const lineByLine = (source: Source): Source => ({
	...source,
	async *bytes() {
		for await (const chunk of source.bytes())
			for (let [at, end] = [0, 0]; at < chunk.length; at = end) {
				end = chunk.indexOf("\n", at) + 1 || chunk.length;
				yield chunk.subarray(at, end);
			}
	},
});

/** After one more event. Throws `DeterminismError`. */
function moved(
	{ state: before, erased }: Moment,
	stored: Stored,
	gone: ReadonlySet<number>,
): Moment {
	const { seq, event, erasable } = stored;
	const state = evolveStored(before, stored);
	const left = isOverwriting(event) ? erased.deleteAll(event.seqs) : erased;
	const isErased = !erasable || gone.has(seq);
	if (!isWithText(event) || !isErased) return { state, erased: left };
	const { room } = event;
	const author =
		"client" in event
			? before.room(room)?.context.members.get(event.client)
			: event.type === "room.titled"
				? event
				: botClaim;
	const item = visibleItem(before, state, stored);
	if (!author || !item) return { state, erased: left };
	const { epoch, offset } = item;
	// Without its newest words, a message counts as erased.
	const target = event.type === "message.edited" ? event.target : offset;
	const { name, identity: by } = author;
	const line = { seq, room, epoch, target, name, by };
	return { state, erased: left.set(seq, line) };
}
