/**
 * What every event of a log did, kept in some thirty bytes each, so that any
 * moment of it can be shown at once. There are few different frames, but for
 * whom each is of: so all are numbered, and a frame is two numbers.
 *
 * From time to time it keeps how all stands: a checkpoint, from where a seek
 * has only a short way to go. To the next one it is as many frames as there
 * are actors, at least, so that all checkpoints together are never larger than
 * what they lead through.
 */
import type { Frame, Moment } from "../../machines/frame.ts";
import type { Shape, Stretch } from "../../machines/travel.ts";
import { Column } from "./column.ts";
import { Numbers } from "./numbers.ts";

const BETWEEN_FRAMES = 1000;

/** A frame, but for whom it is of. */
type Deed = Frame extends infer Each
	? Each extends Frame
		? Omit<Each, "actor">
		: never
	: never;

/** Who is there, by number, and the place of the frame that made it as it is. */
type Standing = Map<number, number>;

interface Checkpoint {
	readonly seq: number;
	/** Actors and places by turns. */
	readonly standing: Uint32Array;
}

export class Recording {
	/** The beginning: how all stood after this event. */
	readonly first: number;
	/** Of each event, as is the next one. */
	readonly #times = Column.ofTimes();
	readonly #doers = Column.ofCounts();
	/** Where the frames of the beginning end, and those of each event. */
	readonly #ends = Column.ofCounts();
	/** Of each frame, as is the next one. */
	readonly #actors = Column.ofCounts();
	readonly #deeds = Column.ofCounts();
	readonly #ids = new Numbers<string>();
	readonly #kinds = new Numbers<Deed>();
	readonly #standing: Standing = new Map();
	readonly #checkpoints: Checkpoint[] = [];
	#nextAt = 0;

	readonly #between: number;

	/** `between` frames, at least, lie between one checkpoint and the next. */
	constructor({ seq, frames }: Moment, between = BETWEEN_FRAMES) {
		this.first = seq;
		this.#between = between;
		this.#ids.of(""); // whose doing it was, of what nobody did
		this.#take(frames);
	}

	get last(): number {
		return this.first + this.#times.length;
	}

	/** Takes the next event. */
	add({ time = 0, client = "", frames }: Moment): void {
		this.#times.push(time);
		this.#doers.push(this.#ids.of(client));
		this.#take(frames);
	}

	/** Milliseconds since 1970; 0 at the beginning, where no event is. */
	timeOf(seq: number): number {
		return this.#times.at(seq - this.first - 1);
	}

	/** The last event up to a time. */
	seqAt(time: number): number {
		return this.first + this.#times.upTo(time);
	}

	/** How all stood after event `from`, and what each event did up to `to`. */
	stretch(from: number, to: number): Stretch {
		const shapes: Shape[] = [];
		// Most look alike: each shape is made once, not for each of ten thousand.
		const known = new Map<number, number>();
		const actors = Array.from(this.#standingAt(from), ([actor, place]) => {
			const deed = this.#deeds.at(place);
			const shape = known.get(deed) ?? shapes.push(this.#shape(deed)) - 1;
			known.set(deed, shape);
			return [this.#ids.at(actor) ?? "", shape, this.#seqOf(place)] as const;
		});
		const moments = Array.from({ length: to - from }, (_, index) =>
			this.#moment(from + index + 1),
		);
		return { seq: from, shapes, actors, moments };
	}

	/** The nearest event behind `from`, or before it, in which someone of each group had a part. */
	next(
		groups: readonly (readonly string[])[],
		from: number,
		back: boolean,
	): number | undefined {
		const wanted = groups.map((ids) => this.#flags(ids));
		const { first, last } = this;
		const step = back ? -1 : 1;
		for (let seq = from + step; seq > first && seq <= last; seq += step)
			if (wanted.every((flags) => this.#hasPart(seq, flags))) return seq;
		return undefined;
	}

	/** How many such events there were in so many equally long parts of the time. */
	marks(groups: readonly (readonly string[])[], parts: number): number[] {
		const wanted = groups.map((ids) => this.#flags(ids));
		const counts = new Array<number>(parts).fill(0);
		const begin = this.timeOf(this.first + 1);
		const share = parts / (this.timeOf(this.last) - begin + 1);
		for (let seq = this.first + 1; seq <= this.last; seq++) {
			if (!wanted.every((flags) => this.#hasPart(seq, flags))) continue;
			const part = Math.floor((this.timeOf(seq) - begin) * share);
			if (part in counts) counts[part] = (counts[part] ?? 0) + 1;
		}
		return counts;
	}

	#take(frames: readonly Frame[]): void {
		for (const { actor: id, ...deed } of frames) {
			const actor = this.#ids.of(id);
			move(this.#standing, actor, this.#actors.length, deed.type);
			this.#actors.push(actor);
			this.#deeds.push(this.#kinds.of(deed));
		}
		this.#ends.push(this.#actors.length);
		if (this.#actors.length >= this.#nextAt) this.#keep();
	}

	#keep(): void {
		const { size } = this.#standing;
		this.#nextAt = this.#actors.length + Math.max(this.#between, size);
		const standing = new Uint32Array(size * 2);
		let at = 0;
		for (const pair of this.#standing) {
			standing.set(pair, at);
			at += 2;
		}
		this.#checkpoints.push({ seq: this.last, standing });
	}

	#standingAt(seq: number): Standing {
		const { seq: kept = 0, standing: pairs = [] } =
			this.#checkpoints.findLast((each) => each.seq <= seq) ?? {};
		const standing: Standing = new Map();
		for (let at = 0; at < pairs.length; at += 2)
			standing.set(pairs[at] ?? 0, pairs[at + 1] ?? 0);
		for (let place = this.#endOf(kept); place < this.#endOf(seq); place++) {
			const deed = this.#kinds.at(this.#deeds.at(place));
			move(standing, this.#actors.at(place), place, deed?.type);
		}
		return standing;
	}

	#moment(seq: number): Moment {
		const frames: Frame[] = [];
		for (let place = this.#endOf(seq - 1); place < this.#endOf(seq); place++) {
			const deed = this.#kinds.at(this.#deeds.at(place));
			const actor = this.#ids.at(this.#actors.at(place));
			if (deed && actor !== undefined) frames.push({ ...deed, actor });
		}
		const client = this.#ids.at(this.#doers.at(seq - this.first - 1));
		return { seq, time: this.timeOf(seq), ...(client && { client }), frames };
	}

	/** Which machine a step was of is in the ids of what fired. */
	#shape(number: number): Shape {
		const deed = this.#kinds.at(number);
		if (deed?.type === "step") {
			const { state, transitions: fired } = deed;
			return { machine: fired[0]?.split(/[./]/)[0] ?? "", state, fired };
		}
		const { machine = "", state = {} } = deed?.type === "actor" ? deed : {};
		return { machine, state, fired: [] };
	}

	/** By number, who is one of these. */
	#flags(ids: readonly string[]): Uint8Array {
		const flags = new Uint8Array(this.#ids.size);
		for (const id of ids) {
			const number = this.#ids.find(id);
			if (number !== undefined) flags[number] = 1;
		}
		return flags;
	}

	#hasPart(seq: number, flags: Uint8Array): boolean {
		if (flags[this.#doers.at(seq - this.first - 1)]) return true;
		for (let place = this.#endOf(seq - 1); place < this.#endOf(seq); place++)
			if (flags[this.#actors.at(place)]) return true;
		return false;
	}

	#endOf(seq: number): number {
		return this.#ends.at(seq - this.first);
	}

	/** The event that a frame is of; 0 if it is of the beginning. */
	#seqOf(place: number): number {
		const events = this.#ends.upTo(place);
		return events === 0 ? 0 : this.first + events;
	}
}

function move(
	standing: Standing,
	actor: number,
	place: number,
	type: Frame["type"] | undefined,
): void {
	if (type === "gone") standing.delete(actor);
	else standing.set(actor, place);
}
