/**
 * The inspector over any timeline: it holds which moment is shown and whose
 * chart, and has every view draw the same state of the page.
 */
import type { NodeShown } from "../../machines/frame.ts";
import { find } from "../element.ts";
import { actorList } from "./actors.ts";
import { chartView } from "./chart.ts";
import { counts } from "./counts.ts";
import { seekBar } from "./seek-bar.ts";
import { sequenceDiagram } from "./sequence-diagram.ts";
import type { Actors, ActorsAt, Timeline } from "./timeline.ts";

/** What every view draws. */
export interface ViewState extends ActorsAt {
	readonly timeline: Timeline;
	readonly seq: number;
	/** Whether it moves on with the latest event. */
	readonly isLive: boolean;
	/** The id of the actor the chart is of; it may not be there. */
	readonly chosen: string;
}

type View = (viewState: ViewState) => void | Promise<void>;

/** Browsers allow only so many changes of the address in a second. */
const WRITE_AFTER_MS = 300;

function readAddress() {
	const named = new URLSearchParams(location.hash.slice(1));
	const seq = Number.parseInt(named.get("event") ?? "", 10);
	const chosen = named.get("actor") ?? "server";
	return { chosen, seq: Number.isNaN(seq) ? undefined : seq };
}

/** So that a reload or a link leads to the same moment and chart. */
function writeAddress({ seq, isLive, chosen }: ViewState): void {
	const named = new URLSearchParams({
		...(!isLive && { event: String(seq) }),
		...(chosen !== "server" && { actor: chosen }),
	});
	const hash = named.size > 0 ? `#${named}` : "";
	history.replaceState(history.state, "", location.pathname + hash);
}

/** The node is of now, so it is there only while the latest is shown. */
function withNode(actors: Actors, node: NodeShown | undefined): Actors {
	if (!node) return actors;
	const { node: id, state, labels } = node;
	const label = new Map(labels).get(id) ?? id.slice(0, 6);
	const actor = { id, machine: "node", state, stateName: state, label };
	return new Map([[id, { ...actor, moved: 0, trail: [] }], ...actors]);
}

export class Inspector {
	/** What the views drew last; nobody before that. */
	viewState: ViewState;
	readonly #views: View[] = [];
	#chosen: string;
	/** Undefined while it follows the latest event. */
	#seq: number | undefined;
	#writing: ReturnType<typeof setTimeout> | undefined;
	#requests = 0;
	#isStale = false;
	#isDrawing = false;

	constructor(timeline: Timeline) {
		const { last: seq } = timeline;
		const nobody = { actors: new Map(), moment: undefined };
		const { chosen, seq: wanted } = readAddress();
		this.#chosen = chosen;
		this.#seq = wanted;
		this.viewState = { timeline, seq, isLive: true, chosen, ...nobody };
	}

	/**
	 * Shows the moment of an event; `undefined` follows the latest. A seq that is
	 * still being looked up is dropped when someone goes elsewhere meanwhile.
	 */
	goTo(wanted: number | undefined | Promise<number>): void {
		const request = ++this.#requests;
		void Promise.resolve(wanted).then((seq) => {
			if (request !== this.#requests) return;
			const { last } = this.viewState.timeline;
			this.#seq = seq === undefined ? seq : Math.min(seq, last);
			this.redraw();
		});
	}

	choose(actor: string): void {
		this.#chosen = actor;
		this.redraw();
	}

	/** Adds a view. The next view state comes when all views have drawn this one. */
	onViewState(view: View): void {
		this.#views.push(view);
	}

	redraw(): void {
		this.#isStale = true;
		if (!this.#isDrawing) void this.#render();
	}

	/** At most once a frame, and never two at once: a log may take its time. */
	async #render(): Promise<void> {
		this.#isDrawing = true;
		while (this.#isStale) {
			await new Promise(requestAnimationFrame);
			await this.#draw().catch(reportError);
		}
		this.#isDrawing = false;
	}

	async #draw(): Promise<void> {
		this.#isStale = false;
		const { timeline } = this.viewState;
		const { first, last } = timeline;
		const seq = Math.max(first, Math.min(this.#seq ?? last, last));
		const isLive = this.#seq === undefined;
		const chosen = this.#chosen;
		const at = await timeline.at(seq);
		const actors = isLive ? withNode(at.actors, timeline.node) : at.actors;
		const viewState = { timeline, seq, isLive, chosen, ...at, actors };
		this.viewState = viewState;
		await Promise.all(this.#views.map((view) => view(viewState)));
		clearTimeout(this.#writing);
		this.#writing = setTimeout(writeAddress, WRITE_AFTER_MS, viewState);
	}
}

/** Shows the inspector in place of the form. It begins at the latest event, and follows it. */
export function inspect(timeline: Timeline): Inspector {
	find("#token-form").hidden = true;
	find("#inspector").hidden = false;
	const inspector = new Inspector(timeline);
	for (const view of [chartView, actorList, counts, sequenceDiagram, seekBar])
		inspector.onViewState(view(inspector));
	timeline.addEventListener("growth", () => inspector.redraw());
	inspector.redraw();
	return inspector;
}
