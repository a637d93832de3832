/**
 * The longest sound beginning of a log: whole batches, every event legal at
 * its place, every text whole or erased. It also knows which lines are erased
 * there while the event that says so lies further on.
 */
import { visibleItem } from "../engine/evolve.ts";
import { DeterminismError, evolveStored, type Step } from "../engine/fold.ts";
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

export interface Prefix {
	readonly state: State;
	readonly seq: number;
	/** That the next line follows from. */
	readonly hash: string;
	/** So many segments, and so many bytes of the last of them. */
	readonly segments: number;
	readonly bytes: number;
	readonly erased: readonly ErasedLine[];
	/** What is wrong with the log there, if that is why it ends. */
	readonly wrong: string | undefined;
}

/** Ends before the first batch whose last event is behind what is wanted. */
export async function soundPrefix(
	sources: readonly Source[],
	isBehind: (last: Stored) => boolean,
): Promise<Prefix> {
	try {
		return await walk(sources, isBehind);
	} catch (error) {
		if (!(error instanceof Damage || error instanceof DeterminismError))
			throw error;
		const isLater = (last: Stored) => last.seq >= error.seq || isBehind(last);
		const prefix = await soundPrefix(sources, isLater);
		return { ...prefix, wrong: prefix.wrong ?? error.message };
	}
}

/** Throws what must not be in it, though the chain holds: a shorter one is needed. */
async function walk(
	sources: readonly Source[],
	isBehind: (last: Stored) => boolean,
): Promise<Prefix> {
	const verifier = new Verifier();
	let state = State.initial(verifier);
	const erased = new Map<number, ErasedLine>();
	let end = { seq: 0, hash: GENESIS, segments: 0, bytes: 0 };

	async function read(): Promise<string | undefined> {
		for (const [nth, source] of sources.entries()) {
			const lines = new Lines();
			verifier.beginSegment({ ...source, isLast: nth === sources.length - 1 });
			for await (const chunk of source.bytes())
				for (const line of lines.cut(chunk)) {
					const batch = verifier.take(line);
					const last = batch.at(-1);
					if (!last) continue;
					if (isBehind(last)) return undefined;
					for (const stored of batch) {
						const before = state;
						state = evolveStored(before, stored);
						note({ stored, before, after: state }, erased);
					}
					const { seq, hash, offset: bytes } = verifier;
					if (seq === last.seq) end = { seq, hash, segments: nth + 1, bytes };
				}
			verifier.endSegment(lines.rest());
		}
		return verifier.torn?.message;
	}

	const wrong = await read().catch((error: unknown) => {
		if (error instanceof Damage) return error.message;
		throw error;
	});
	for (const damage of verifier.broken)
		if (erased.has(damage.seq)) throw damage;
	return { ...end, state, erased: [...erased.values()], wrong };
}

/** Notes whose text is gone until an event says so. */
function note(
	{ stored, before, after }: Step,
	erased: Map<number, ErasedLine>,
): void {
	const { seq, event, erasable } = stored;
	if (event.type === "message.erased")
		for (const gone of event.seqs) erased.delete(gone);
	if (event.type !== "message.posted" || erasable) return;
	const { room, client } = event;
	const member = before.room(room)?.context.members.get(client);
	const item = visibleItem(before, after, stored);
	if (!member || !item) return;
	const { epoch, offset: target } = item;
	const { name, identity: by } = member;
	erased.set(seq, { seq, room, epoch, target, name, by });
}
