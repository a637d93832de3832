/**
 * The inspector itself, over any footage: which moment is looked at, and whose
 * chart. Everything on the page is drawn from one look at one moment.
 */
import type { Moment } from "../../machines/frame.ts";
import { actorList } from "./actors.ts";
import { chartView } from "./chart.ts";
import { counts, rates } from "./counts.ts";
import { seekBar } from "./seek-bar.ts";
import { sequence } from "./sequence-diagram.ts";
import type { Actors, Timeline } from "./timeline.ts";

/** What is shown. */
export interface ViewState {
	readonly timeline: Timeline;
	readonly seq: number;
	/** Whether what happens next is shown as it happens. */
	readonly follows: boolean;
	readonly actors: Actors;
	/** None at the beginning. */
	readonly moment: Moment | undefined;
	/** The id of the actor the chart is of; it may not be there. */
	readonly chosen: string;
}

export interface Inspector {
	/**
	 * Shows the state after an event; `undefined`: the latest, and what comes.
	 * What is still being looked for is not gone to once somebody went elsewhere.
	 */
	goTo(seq: number | undefined | Promise<number>): void;
	choose(actor: string): void;
	/** Draws each look; the next comes when all have drawn this one. */
	onViewState(view: View): void;
	/** Draws the same look once more: another part of it is wanted. */
	redraw(): void;
}

type View = (viewState: ViewState) => void | Promise<void>;

/** Of a live server it follows what happens; of a log it begins at its end. */
export function inspect(timeline: Timeline): Inspector {
	let chosen = "server";
	let at: number | undefined;
	let wishes = 0;
	let isStale = false;
	let isDrawing = false;
	const views: View[] = [];

	const draw = async (): Promise<void> => {
		isStale = false;
		const { first, last } = timeline;
		const seq = Math.max(first, Math.min(at ?? last, last));
		const { actors, moment } = await timeline.at(seq);
		const follows = at === undefined;
		const viewState = { timeline, seq, follows, actors, moment, chosen };
		await Promise.all(views.map((view) => view(viewState)));
	};
	/** At most once a frame, and never two at once: a log may take its time. */
	const render = async (): Promise<void> => {
		isStale = true;
		if (isDrawing) return;
		isDrawing = true;
		while (isStale) {
			await new Promise(requestAnimationFrame);
			await draw().catch(reportError);
		}
		isDrawing = false;
	};
	const go = async (wished: number | undefined | Promise<number>) => {
		const wish = ++wishes;
		const seq = await wished;
		if (wish !== wishes) return;
		at = seq === undefined ? seq : Math.min(seq, timeline.last);
		void render();
	};
	const inspector: Inspector = {
		goTo: (wished) => void go(wished),
		choose(actor) {
			chosen = actor;
			void render();
		},
		onViewState: (view) => void views.push(view),
		redraw: () => void render(),
	};

	for (const view of [chartView, actorList, counts, sequence, seekBar, rates])
		inspector.onViewState(view(inspector));
	timeline.onGrowth(inspector.redraw);
	inspector.redraw();
	return inspector;
}
