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
	/** Runs after each look that is drawn. */
	onLook(told: (look: Look) => unknown): void;
}

/** Of a live server it follows what happens; of a log it begins at its end. */
export function inspect(footage: Footage): Inspector {
	let chosen = "server";
	let at: number | undefined;
	let wishes = 0;
	let isDrawn = true;
	let isDrawing = false;
	const told: ((look: Look) => unknown)[] = [];

	const draw = async (): Promise<void> => {
		isDrawn = true;
		const { first, last } = footage;
		const seq = Math.max(first, Math.min(at ?? last, last));
		const { cast, moment } = await footage.at(seq);
		const follows = at === undefined;
		const look = { footage, seq, follows, cast, moment, chosen };
		for (const tell of told) tell(look);
	};
	const drawOnce = (): void => {
		isDrawing = true;
		void draw().finally(() => {
			isDrawing = false;
			if (!isDrawn) requestAnimationFrame(drawOnce);
		});
	};
	/** At most once a frame, and never two at once: a log may take its time. */
	const render = (): void => {
		if (isDrawn && !isDrawing) requestAnimationFrame(drawOnce);
		isDrawn = false;
	};
	const go = async (wished: number | undefined | Promise<number>) => {
		const wish = ++wishes;
		const seq = wished instanceof Promise ? await wished : wished;
		if (wish !== wishes) return;
		at = seq === undefined ? seq : Math.min(seq, footage.last);
		render();
	};
	const inspector: Inspector = {
		goTo: (wished) => void go(wished),
		choose(actor) {
			chosen = actor;
			render();
		},
		onLook: (tell) => void told.push(tell),
	};

	for (const view of [chartView, actorList, counts, sequence, timeline, rates])
		inspector.onLook(view(inspector));
	footage.onGrowth(render);
	render();
	return inspector;
}
