/**
 * A whole log. The page asks the program that opened it: a seek fetches the
 * actors once and the moments around the event, so that the steps that follow
 * need no answer and ten thousand actors are not sent for each.
 */
import type {
	About,
	Answers,
	Question,
	Stretch,
} from "../../machines/travel.ts";
import { type Actor, MomentRange, nameOf, type Timeline } from "./timeline.ts";

/** Events fetched before and after those that are needed, to step through. */
const AROUND = 200;

export type Ask = <Asked extends Question>(
	question: Asked,
) => Promise<Answers[Asked["ask"]]>;

export class LogTimeline extends EventTarget implements Timeline {
	/** How much of the log is known by now. */
	about: About;
	readonly ask: Ask;
	#fetched?: { from: number; to: number; range: Promise<MomentRange> };

	constructor(ask: Ask, about: About) {
		super();
		this.ask = ask;
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
		this.dispatchEvent(new Event("growth"));
	}

	async at(seq: number) {
		const range = await this.#rangeWith(Math.max(this.first, seq - 1), seq);
		return range.at(seq);
	}

	async moments(from: number, to: number) {
		return (await this.#rangeWith(from, to)).momentsIn(from, to);
	}

	/** The range that was fetched last, if it has what is needed; else another. */
	#rangeWith(from: number, to: number): Promise<MomentRange> {
		const fetched = this.#fetched;
		if (fetched && fetched.from <= from && to <= fetched.to)
			return fetched.range;
		const wider = {
			from: Math.max(this.first, from - AROUND),
			to: Math.min(this.last, to + AROUND),
		};
		const range = this.ask({ ask: "stretch", ...wider }).then(
			(stretch) =>
				new MomentRange(wider.from, actorsOf(stretch), stretch.moments),
		);
		this.#fetched = { ...wider, range };
		return range;
	}
}

/** The actors at the beginning of a stretch: many, of few shapes. */
export function actorsOf({ shapes, actors }: Stretch): Map<string, Actor> {
	const properties = shapes.map(({ machine, state, fired }) => ({
		...{ machine, state, stateName: nameOf(state) },
		trail: fired.length > 0 ? [fired] : [],
	}));
	const byId = new Map<string, Actor>();
	for (const [id, shape, moved] of actors) {
		const shared = properties[shape];
		if (shared) byId.set(id, { id, ...shared, moved });
	}
	return byId;
}
