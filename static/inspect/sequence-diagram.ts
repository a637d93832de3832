/**
 * A sequence diagram of the moments around the one that is shown. A press on a
 * row goes to that moment; a press on a lifeline's head chooses that actor.
 */
import { find, make } from "../element.ts";
import { shortId } from "./actors.ts";
import type { Inspector, ViewState } from "./inspector.ts";
import {
	concerns,
	EDGE,
	type Lifeline,
	Lifelines,
	sequenceStepOf,
} from "./sequence-model.ts";
import { makeRow, ROW_PX } from "./sequence-row.ts";

/** Rows before and after the moment that is shown. */
const SHOWN = [12, 4] as const;
/** Events to search before and after it for those of one actor. */
const SEARCHED = [1000, 200] as const;
/** The width of a lifeline, in pixels. */
const [NARROWEST, WIDEST] = [76, 124];
/** The width of the column of times, and of the right margin. */
const [TIMES_PX, MARGIN_PX] = [74, 24];

export function sequenceDiagram(inspector: Inspector) {
	const box = find("#sequence");
	const heads = find("#lanes");
	const list = find("#rows");
	const only = find("#only", HTMLInputElement);
	const lifelines = new Lifelines();
	const rows = new Map<number, HTMLElement>();
	let drawnLanes = "";
	let shownSeq = -1;

	only.addEventListener("change", () => inspector.redraw());
	list.addEventListener("click", ({ target }) => {
		const row = target instanceof Element && target.closest("li");
		if (!row) return;
		const { seq, actor = "" } = row.dataset;
		inspector.goTo(Number(seq));
		if (!only.checked) inspector.choose(actor);
	});
	heads.addEventListener("click", ({ target }) => {
		const head = target instanceof Element && target.closest("button");
		if (head) inspector.choose(head.id.slice("lane-".length));
	});
	/** Starts anew where other lifelines are needed, or other widths. */
	const drawLanes = (lanes: readonly Lifeline[], width: number): void => {
		const wanted = [width, ...lanes.map(({ id }) => id)].join(" ");
		if (wanted === drawnLanes) return;
		drawnLanes = wanted;
		rows.clear();
		list.replaceChildren();
		heads.replaceChildren(...lanes.map(makeHead));
		box.style.setProperty("--lanes", String(lanes.length));
		box.style.setProperty("--lane", `${width}px`);
	};
	return async (now: ViewState): Promise<void> => {
		const steps = (await momentsAround(now, only.checked)).map(sequenceStepOf);
		const lanes = lifelines.of(steps);
		const room = (box.clientWidth - TIMES_PX - MARGIN_PX) / lanes.length;
		const width = Math.max(NARROWEST, Math.min(Math.floor(room), WIDEST));
		drawLanes(lanes, width);
		for (const head of heads.children)
			head.toggleAttribute("data-chosen", head.id === `lane-${now.chosen}`);
		const wanted = steps.map((step) => {
			const { seq } = step.moment;
			const row = rows.get(seq) ?? makeRow(step, lanes, width);
			rows.set(seq, row);
			row.classList.toggle("later", seq > now.seq);
			row.firstElementChild?.setAttribute("aria-current", `${seq === now.seq}`);
			return row;
		});
		replaceRows(list, wanted);
		for (const [seq, row] of rows) if (!row.isConnected) rows.delete(seq);
		// Someone who has scrolled stays there until another moment is shown.
		if (now.seq !== shownSeq) scrollTo(box, rows.get(now.seq));
		shownSeq = now.seq;
	};
}

async function momentsAround(now: ViewState, onlyChosen: boolean) {
	const { timeline, seq, chosen } = now;
	const [before, after] = onlyChosen ? SEARCHED : SHOWN;
	const from = Math.max(timeline.first, seq - before);
	const to = Math.min(timeline.last, seq + after);
	const all = await timeline.moments(from, to);
	if (!onlyChosen) return all;
	const some = all.filter((moment) => concerns(moment, chosen));
	const count = some.filter((moment) => moment.seq <= seq).length;
	return some.slice(Math.max(0, count - SHOWN[0]), count + SHOWN[1]);
}

/** Does not move rows that stay, so that one of them keeps the focus. */
function replaceRows(list: HTMLElement, wanted: readonly HTMLElement[]): void {
	const stay = new Set<Element>(wanted);
	for (const row of [...list.children]) if (!stay.has(row)) row.remove();
	for (const [index, row] of wanted.entries())
		if (list.children[index] !== row)
			list.insertBefore(row, list.children[index] ?? null);
}

/** Scrolls a row below the heads and beside the times, which stay in place. */
function scrollTo(box: HTMLElement, row: HTMLElement | undefined): void {
	if (!row) return;
	const { offsetTop: top, offsetHeight: height } = row;
	const lowest = top + height - box.clientHeight;
	box.scrollTop = Math.max(lowest, Math.min(box.scrollTop, top - ROW_PX));
	const right = TIMES_PX + Number(row.dataset.x) + NARROWEST;
	box.scrollLeft = Math.max(0, right - box.clientWidth);
}

function makeHead(lane: Lifeline): HTMLElement {
	const tag = lane.id === EDGE ? "span" : "button";
	const name = make("b", "", lane.machine);
	const properties = { className: "lane", id: `lane-${lane.id}` };
	return make(tag, properties, name, make("small", "", shortId(lane)));
}
