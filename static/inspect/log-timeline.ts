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
	type Actors,
	apply,
	nameOf,
	type Timeline,
} from "./timeline.ts";

/** So many events before and behind the one that is sought come along: what the views look at, and some to step through. */
const [BEFORE, BEHIND] = [1200, 400];

export type Ask = <Asked extends Question>(
	question: Asked,
) => Promise<Answers[Asked["ask"]]>;

/** What was fetched: how all stood once, and what happened from there on. */
interface FetchedWindow {
	readonly from: number;
	readonly to: number;
	readonly actors: Actors;
	readonly moments: readonly Moment[];
}

export class LogTimeline implements Timeline {
	/** How much of the log is known by now. */
	about: About;
	readonly #ask: Ask;
	#fetched: Promise<FetchedWindow> | undefined;
	#range = { from: 0, to: -1 };
	#listener: (() => void)[] = [];

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
		for (const listener of this.#listener) listener();
	}

	async at(seq: number) {
		const { from, actors, moments } = await this.#fetchAround(seq);
		const passed = moments.slice(0, seq - from);
		const copy = new Map(actors);
		for (const moment of passed) apply(copy, moment);
		const moment = seq > this.first ? passed.at(-1) : undefined;
		return { actors: copy, moment };
	}

	async moments(from: number, to: number) {
		const fetched = await this.#fetched;
		if (fetched && fetched.from <= from && to <= fetched.to)
			return fetched.moments.slice(from - fetched.from, to - fetched.from);
		const { moments } = await this.#ask({ ask: "stretch", from, to });
		return moments;
	}

	onGrowth(listener: () => void): void {
		this.#listener.push(listener);
	}

	#fetchAround(seq: number): Promise<FetchedWindow> {
		const { from, to } = this.#range;
		// With the event itself, if there is one.
		const isIn = seq <= to && (from < seq || from === this.first);
		if (!this.#fetched || !isIn || seq < from) {
			const range = {
				from: Math.max(this.first, seq - BEFORE),
				to: Math.min(this.last, seq + BEHIND),
			};
			this.#range = range;
			this.#fetched = this.#fetch(range);
		}
		return this.#fetched;
	}

	async #fetch(range: { from: number; to: number }): Promise<FetchedWindow> {
		const stretch = await this.#ask({ ask: "stretch", ...range });
		return { ...range, actors: actorsOf(stretch), moments: stretch.moments };
	}
}

/** Who was there where a stretch begins: many, of few shapes. */
export function actorsOf({ shapes, actors }: Stretch): Map<string, Actor> {
	const properties = shapes.map(({ machine, state, fired }) => ({
		...{ machine, state, stateName: nameOf(state) },
		trail: fired.length > 0 ? [fired] : [],
	}));
	const byId = new Map<string, Actor>();
	for (const [id, number, moved] of actors) {
		const viewState = properties[number];
		if (viewState) byId.set(id, { id, ...viewState, moved });
	}
	return byId;
}
