/**
 * The longest sound beginning of a log: whole batches, every event legal at
 * its place, every text whole or erased. It also knows which lines are erased
 * there while the event that says so lies further on.
 */
import { OrderedMap } from "immutable";
import { visibleItem } from "../engine/evolve.ts";
import { DeterminismError, evolveStored } from "../engine/fold.ts";
import { State } from "../engine/state.ts";
import { Damage } from "../log/damage.ts";
import { GENESIS } from "../log/line.ts";
import type { Stored } from "../log/log.ts";
import { Lines, type Source } from "../log/reader.ts";
import { Verifier } from "../log/verifier.ts";

/** A message whose text is gone, without an event yet that says so. */
export interface ErasedLine {
	readonly seq: number;
	readonly room: string;
	/** Where it stands in its room, which may have been forgotten since. */
	readonly epoch: string;
	readonly target: number;
	readonly name: string;
	readonly by: string;
}

export interface Prefix extends Moment {
	readonly seq: number;
	/** That the next line follows from. */
	readonly hash: string;
	/** So many segments, and so many bytes of the last of them. */
	readonly segments: number;
	readonly bytes: number;
	/** What is wrong with the log there, if that is why it ends. */
	readonly wrong: string | undefined;
}

/** The log up to an event, while it is read. */
interface Moment {
	readonly state: State;
	/** Whose text is gone without an event, so far, that says so; by seq. */
	readonly erased: OrderedMap<number, ErasedLine>;
}

/** Ends before the first batch whose last event is behind what is wanted. */
export async function soundPrefix(
	sources: readonly Source[],
	isBehind: (last: Stored) => boolean,
): Promise<Prefix> {
	const verifier = new Verifier();
	let at: Moment = { state: State.initial(verifier), erased: OrderedMap() };
	let end = { ...at, seq: 0, hash: GENESIS, segments: 0, bytes: 0 };
	/** Text that is neither whole nor erased, and where the log is sound without it. */
	const broken: { readonly damage: Damage; readonly before: typeof end }[] = [];

	async function read(): Promise<string | undefined> {
		for (const [nth, source] of sources.entries()) {
			const lines = new Lines();
			verifier.beginSegment({ ...source, isLast: nth === sources.length - 1 });
			for await (const chunk of source.bytes())
				for (const line of lines.cut(chunk)) {
					const batch = verifier.verify(line);
					const last = batch.at(-1);
					if (!last) continue;
					if (isBehind(last)) return undefined;
					for (const damage of verifier.broken.slice(broken.length))
						broken.push({ damage, before: end });
					at = batch.reduce(moved, at);
					const { seq, hash, offset: bytes } = verifier;
					if (seq === last.seq)
						end = { ...at, seq, hash, segments: nth + 1, bytes };
				}
			verifier.endSegment(lines.rest());
		}
		return verifier.torn?.message;
	}

	const wrong = await read().catch((error: unknown) => {
		if (error instanceof Damage || error instanceof DeterminismError)
			return error.message;
		throw error;
	});
	let prefix: Prefix = { ...end, wrong };
	// From the last: what a shorter prefix leaves out may be the erasure of an earlier line.
	for (const { damage, before } of broken.reverse())
		if (prefix.erased.has(damage.seq))
			prefix = { ...before, wrong: damage.message };
	return prefix;
}

/** After one more event. Throws `DeterminismError`. */
function moved({ state: before, erased }: Moment, stored: Stored): Moment {
	const { seq, event, erasable } = stored;
	const state = evolveStored(before, stored);
	if (event.type === "message.erased")
		return { state, erased: erased.deleteAll(event.seqs) };
	if (event.type !== "message.posted" || erasable) return { state, erased };
	const { room, client } = event;
	const member = before.room(room)?.context.members.get(client);
	const item = visibleItem(before, state, stored);
	if (!member || !item) return { state, erased };
	const { epoch, offset: target } = item;
	const { name, identity: by } = member;
	const line = { seq, room, epoch, target, name, by };
	return { state, erased: erased.set(seq, line) };
}
