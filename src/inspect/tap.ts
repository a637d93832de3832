/**
 * The tap: everything that can be seen of the machines comes out here. It is
 * put on with the first viewer and taken off with the last, so that it costs
 * nothing while nobody looks.
 *
 * A viewer gets first how all stands, then what each event does, in the
 * order of the log, and neither before it is durable.
 */
import type { Frame, Moment } from "../../machines/frame.ts";
import type { Live } from "../engine/live.ts";
import type { Onlooker } from "../engine/onlooker.ts";
import type { Stored } from "../log/log.ts";
import { Steps } from "./steps.ts";

export type Viewer = (moment: Moment) => void;

/** What is looked at. */
export interface Watched {
	/** Told of all that moves, while there is one. */
	onlooker: Onlooker | undefined;
	/** Everything that has an actor, with its id. */
	all(): Iterable<readonly [string, Live]>;
}

/** Where durability is decided. */
export interface Commits {
	/** Runs once all that was ordered so far is durable; it hears up to where that is. */
	onceCommitted(release: (seq: number) => void): void;
}

export class Tap implements Onlooker {
	readonly #watched: Watched;
	readonly #commits: Commits;
	readonly #steps = new Steps();
	readonly #viewers = new Set<Viewer>();
	readonly #ids = new Map<Live, string>();
	/** How to stop listening to each that has moved: one that is still costs no more than its id. */
	readonly #heard = new Map<Live, () => void>();
	/** What happened since the last event was through. */
	#frames: Frame[] = [];
	#views = 0;

	constructor(watched: Watched, commits: Commits) {
		this.#watched = watched;
		this.#commits = commits;
	}

	/** Shows everything from here on to a viewer, until what is answered is called. */
	watch(viewer: Viewer): () => void {
		if (this.#views++ === 0) this.#putOn();
		const frames = Array.from(this.#ids, ([live, id]) => actorFrame(id, live));
		let gone = false;
		this.#commits.onceCommitted((seq) => {
			if (gone) return;
			viewer({ seq, frames });
			this.#viewers.add(viewer);
		});
		return () => {
			if (gone) return;
			gone = true;
			this.#viewers.delete(viewer);
			if (--this.#views === 0) this.#takeOff();
		};
	}

	onActor(id: string, live: Live): void {
		this.#ids.set(live, id);
		this.#frames.push(actorFrame(id, live));
	}

	onMoving(live: Live): void {
		const id = this.#ids.get(live);
		if (id === undefined || this.#heard.has(live)) return;
		const stop = this.#steps.of(live.actor, (step) =>
			this.#frames.push({ type: "step", actor: id, ...step }),
		);
		this.#heard.set(live, stop);
	}

	onGone(live: Live): void {
		const id = this.#ids.get(live);
		if (id === undefined) return;
		this.#heard.get(live)?.();
		this.#heard.delete(live);
		this.#ids.delete(live);
		this.#frames.push({ type: "gone", actor: id });
	}

	onMoved({ seq, event }: Stored): () => void {
		const { time } = event;
		const by = "client" in event && { client: event.client };
		const moment = { seq, time, ...by, frames: this.#frames };
		this.#frames = [];
		return () => {
			for (const viewer of this.#viewers) viewer(moment);
		};
	}

	#putOn(): void {
		for (const [id, live] of this.#watched.all()) this.#ids.set(live, id);
		this.#watched.onlooker = this;
	}

	#takeOff(): void {
		this.#watched.onlooker = undefined;
		for (const stop of this.#heard.values()) stop();
		this.#heard.clear();
		this.#ids.clear();
		this.#frames = [];
	}
}

function actorFrame(id: string, live: Live): Frame {
	const { machine, value: state } = live.getSnapshot();
	return { type: "actor", actor: id, machine: machine.id, state };
}
