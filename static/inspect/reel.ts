/**
 * A whole log as footage: what is looked at is asked of the program that holds
 * it. A seek fetches who was there and what happened around it, so that the
 * steps that follow cost nothing; a cast of ten thousand is not sent for each.
 */
import type { Moment } from "../../machines/frame.ts";
import type {
	About,
	Answers,
	Question,
	Stretch,
} from "../../machines/travel.ts";
import {
	type Actor,
	apply,
	type Cast,
	type Footage,
	nameOf,
} from "./footage.ts";

/** So many events before and behind the one that is sought come along: what the views look at, and some to step through. */
const [BEFORE, BEHIND] = [1200, 400];

export type Ask = <Asked extends Question>(
	question: Asked,
) => Promise<Answers[Asked["ask"]]>;

/** What was fetched: how all stood once, and what happened from there on. */
interface Clip {
	readonly from: number;
	readonly to: number;
	readonly cast: Cast;
	readonly moments: readonly Moment[];
}

export class Reel implements Footage {
	/** How much of the log is known by now. */
	about: About;
	readonly #ask: Ask;
	#clip: Promise<Clip> | undefined;
	#range = { from: 0, to: -1 };
	#told: (() => void)[] = [];

	constructor(ask: Ask, about: About) {
		this.#ask = ask;
		this.about = about;
	}

	get first(): number {
		return this.about.first;
	}

	get last(): number {
		return this.about.last;
	}

	learn(about: About): void {
		this.about = about;
		for (const told of this.#told) told();
	}

	async at(seq: number) {
		const { from, cast, moments } = await this.#clipAround(seq);
		const passed = moments.slice(0, seq - from);
		const copy = new Map(cast);
		for (const moment of passed) apply(copy, moment);
		const moment = seq > this.first ? passed.at(-1) : undefined;
		return { cast: copy, moment };
	}

	async moments(from: number, to: number) {
		const clip = await this.#clip;
		if (clip && clip.from <= from && to <= clip.to)
			return clip.moments.slice(from - clip.from, to - clip.from);
		const { moments } = await this.#ask({ ask: "stretch", from, to });
		return moments;
	}

	onGrowth(told: () => void): void {
		this.#told.push(told);
	}

	#clipAround(seq: number): Promise<Clip> {
		const { from, to } = this.#range;
		// With the event itself, if there is one.
		const isIn = seq <= to && (from < seq || from === this.first);
		if (!this.#clip || !isIn || seq < from) {
			const range = {
				from: Math.max(this.first, seq - BEFORE),
				to: Math.min(this.last, seq + BEHIND),
			};
			this.#range = range;
			this.#clip = this.#fetch(range);
		}
		return this.#clip;
	}

	async #fetch(range: { from: number; to: number }): Promise<Clip> {
		const stretch = await this.#ask({ ask: "stretch", ...range });
		return { ...range, cast: castOf(stretch), moments: stretch.moments };
	}
}

/** Who was there where a stretch begins: many, of few shapes. */
export function castOf({ shapes, actors }: Stretch): Map<string, Actor> {
	const looks = shapes.map(({ machine, state, fired }) => ({
		...{ machine, state, stateName: nameOf(state) },
		trail: fired.length > 0 ? [fired] : [],
	}));
	const cast = new Map<string, Actor>();
	for (const [id, number, moved] of actors) {
		const look = looks[number];
		if (look) cast.set(id, { id, ...look, moved });
	}
	return cast;
}
