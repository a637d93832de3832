/**
 * The longest sound beginning of a log: whole batches, every event legal at
 * its place, every text whole or erased. It also knows which lines are erased
 * there while the event that says so lies further on.
 */
import { botClaim } from "../chat/bot.ts";
import { IllegalEvent } from "../engine/live.ts";
import { State } from "../engine/state.ts";
import { Damage } from "../log/damage.ts";
import { GENESIS } from "../log/line.ts";
import type { Stored } from "../log/log.ts";
import { Lines, type Source } from "../log/reader.ts";
import { Verifier } from "../log/verifier.ts";

/** A message whose text is gone, without an event yet that says so. */
export interface ErasedLine {
	readonly seq: number;
	/** None, if its room was forgotten. */
	readonly room: string | undefined;
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

/** Ends before the first batch whose last event is `unwanted`. */
export async function soundPrefix(
	sources: readonly Source[],
	unwanted: (last: Stored) => boolean,
): Promise<Prefix> {
	let wrong: string | undefined;
	for (let limit = Number.POSITIVE_INFINITY; ; ) {
		const walk = new Walk((last) => last.seq > limit || unwanted(last));
		const ended = await walk.along(sources);
		const { unsound } = walk;
		if (!unsound) return { ...walk.prefix, wrong: wrong ?? ended };
		limit = unsound.seq - 1;
		wrong = unsound.message;
	}
}

class Walk {
	readonly #verifier = new Verifier();
	readonly #state = new State(this.#verifier, botClaim);
	readonly #isBehind: (last: Stored) => boolean;
	readonly #erased = new Map<number, ErasedLine>();
	/** Whose text an event has erased. */
	readonly #proven = new Set<number>();
	#end = { seq: 0, hash: GENESIS, segments: 0, bytes: 0 };
	#illegal: { seq: number; message: string } | undefined;

	constructor(isBehind: (last: Stored) => boolean) {
		this.#isBehind = isBehind;
	}

	get prefix() {
		const erased = [...this.#erased.values()];
		return { ...this.#end, state: this.#state, erased };
	}

	/** What must not be in it, though the chain holds: a shorter one is needed. */
	get unsound() {
		const broken = this.#verifier.broken.find(
			({ seq }) => seq <= this.#end.seq && !this.#proven.has(seq),
		);
		return broken ?? this.#illegal;
	}

	/** Answers why it went no further, if something is wrong there. */
	async along(sources: readonly Source[]): Promise<string | undefined> {
		try {
			for (const source of sources) {
				const isLast = source === sources.at(-1);
				this.#verifier.beginSegment({ ...source, isLast });
				if (!(await this.#through(source, sources.indexOf(source) + 1)))
					return undefined;
			}
		} catch (error) {
			if (!(error instanceof Damage)) throw error;
			return error.message;
		}
		return this.#verifier.torn?.message;
	}

	async #through(source: Source, segments: number): Promise<boolean> {
		const verifier = this.#verifier;
		const lines = new Lines();
		for await (const chunk of source.bytes())
			for (const line of lines.cut(chunk)) {
				const batch = verifier.take(line);
				const last = batch.at(-1);
				if (!last) continue;
				if (this.#isBehind(last) || !this.#note(batch)) return false;
				const { seq, hash, offset: bytes } = verifier;
				if (seq === last.seq) this.#end = { seq, hash, segments, bytes };
			}
		verifier.endSegment(lines.rest());
		return true;
	}

	#note(batch: readonly Stored[]): boolean {
		for (const stored of batch)
			try {
				this.#apply(stored);
			} catch (error) {
				if (!(error instanceof IllegalEvent)) throw error;
				const { seq } = stored;
				const message = `event ${seq} is illegal at its place: ${error.message}`;
				this.#illegal = { seq, message };
				return false;
			}
		return true;
	}

	#apply(stored: Stored): void {
		const { seq, event, erasable } = stored;
		const room = "room" in event ? event.room : "";
		const member =
			event.type === "message.posted" && !erasable
				? this.#state.room(room)?.context.members.get(event.client)
				: undefined;
		const item = this.#state.apply(stored, true);
		if (event.type === "message.erased")
			for (const gone of event.seqs) {
				this.#erased.delete(gone);
				this.#proven.add(gone);
			}
		if (event.type === "room.forgotten")
			for (const [key, line] of this.#erased)
				if (line.room === room)
					this.#erased.set(key, { ...line, room: undefined });
		if (!member || !item) return;
		const { name, identity: by } = member;
		this.#erased.set(seq, { seq, room, target: item.offset, name, by });
	}
}
