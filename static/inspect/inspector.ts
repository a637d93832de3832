/**
 * The inspector over any timeline: it holds which moment is shown and whose
 * chart, and has every view draw the same state of the page.
 */
import { actorList } from "./actors.ts";
import { chartView } from "./chart.ts";
import { counts } from "./counts.ts";
import { seekBar } from "./seek-bar.ts";
import { sequenceDiagram } from "./sequence-diagram.ts";
import type { ActorsAt, Timeline } from "./timeline.ts";

/** What every view draws. */
export interface ViewState extends ActorsAt {
	readonly timeline: Timeline;
	readonly seq: number;
	/** Whether it moves on with the latest event. */
	readonly isLive: boolean;
	/** The id of the actor the chart is of; it may not be there. */
	readonly chosen: string;
}

export interface Inspector {
	/**
	 * Shows the moment of an event; `undefined` follows the latest. A seq that is
	 * still being looked up is dropped when someone goes elsewhere meanwhile.
	 */
	goTo(seq: number | undefined | Promise<number>): void;
	choose(actor: string): void;
	/** Adds a view. The next view state comes when all views have drawn this one. */
	onViewState(view: View): void;
	redraw(): void;
}

type View = (viewState: ViewState) => void | Promise<void>;

/** Begins at the latest event, and follows it. */
export function inspect(timeline: Timeline): Inspector {
	let chosen = "server";
	let shown: number | undefined;
	let requests = 0;
	let isStale = false;
	let isDrawing = false;
	const views: View[] = [];

	const draw = async (): Promise<void> => {
		isStale = false;
		const { first, last } = timeline;
		const seq = Math.max(first, Math.min(shown ?? last, last));
		const isLive = shown === undefined;
		const at = await timeline.at(seq);
		const viewState = { timeline, seq, isLive, chosen, ...at };
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
	const go = async (wanted: number | undefined | Promise<number>) => {
		const request = ++requests;
		const seq = await wanted;
		if (request !== requests) return;
		shown = seq === undefined ? seq : Math.min(seq, timeline.last);
		void render();
	};
	const inspector: Inspector = {
		goTo: (wanted) => void go(wanted),
		choose(actor) {
			chosen = actor;
			void render();
		},
		onViewState: (view) => void views.push(view),
		redraw: () => void render(),
	};

	for (const view of [chartView, actorList, counts, sequenceDiagram, seekBar])
		inspector.onViewState(view(inspector));
	timeline.addEventListener("growth", inspector.redraw);
	inspector.redraw();
	return inspector;
}
