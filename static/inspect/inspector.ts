/**
 * The inspector itself, over any footage: which moment is looked at, and whose
 * chart. Everything on the page is drawn from one look at one moment.
 */
import type { Moment } from "../../machines/frame.ts";
import { actorList } from "./actors.ts";
import { sequence } from "./between.ts";
import { chartView } from "./chart.ts";
import { counts, rates } from "./counts.ts";
import type { Cast, Footage } from "./footage.ts";
import { timeline } from "./timeline.ts";

/** What is shown. */
export interface Look {
	readonly footage: Footage;
	readonly seq: number;
	/** Whether what happens next is shown as it happens. */
	readonly follows: boolean;
	readonly cast: Cast;
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
	onLook(view: View): void;
	/** Draws the same look once more: another part of it is wanted. */
	redraw(): void;
}

type View = (look: Look) => void | Promise<void>;

/** Of a live server it follows what happens; of a log it begins at its end. */
export function inspect(footage: Footage): Inspector {
	let chosen = "server";
	let at: number | undefined;
	let wishes = 0;
	let isStale = false;
	let isDrawing = false;
	const views: View[] = [];

	const draw = async (): Promise<void> => {
		isStale = false;
		const { first, last } = footage;
		const seq = Math.max(first, Math.min(at ?? last, last));
		const { cast, moment } = await footage.at(seq);
		const follows = at === undefined;
		const look = { footage, seq, follows, cast, moment, chosen };
		await Promise.all(views.map((view) => view(look)));
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
		at = seq === undefined ? seq : Math.min(seq, footage.last);
		void render();
	};
	const inspector: Inspector = {
		goTo: (wished) => void go(wished),
		choose(actor) {
			chosen = actor;
			void render();
		},
		onLook: (view) => void views.push(view),
		redraw: () => void render(),
	};

	for (const view of [chartView, actorList, counts, sequence, timeline, rates])
		inspector.onLook(view(inspector));
	footage.onGrowth(inspector.redraw);
	inspector.redraw();
	return inspector;
}
