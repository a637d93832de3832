/**
 * A sequence diagram of the moments around the one that is looked at: who
 * passed what to whom, and the state it left them in. A press on a row goes
 * there, and on a lifeline's head shows that actor's chart.
 */
import type { Moment } from "../../machines/frame.ts";
import { find, make } from "../element.ts";
import { shortId } from "./actors.ts";
import type { Inspector, ViewState } from "./inspector.ts";
import {
	concerns,
	EDGE,
	type Lifeline,
	Lifelines,
	type SequenceStep,
	sequenceStepOf,
} from "./sequence-model.ts";

const [BEFORE, AFTER] = [12, 4];
/** How far is looked for those of one actor. */
const [FAR_BEFORE, FAR_AFTER] = [1000, 200];
const [NARROWEST, WIDEST, ROW] = [76, 124, 50];
/** What stands before the first lifeline: when it was. */
const MARGIN = 74;
/** How wide a letter is, about. */
const GLYPH = 6.8;
/** How far below its top a row has its arrows: those that go on, and those that follow from them. */
const [ARROW, NEXT_ARROW] = [22, 38];

export function sequence({ choose, goTo, redraw }: Inspector) {
	const place = find("#passing", HTMLElement);
	const heads = find("#lanes", HTMLElement);
	const list = find("#rows", HTMLElement);
	const only = find("#only", HTMLInputElement);
	const order = new Lifelines();
	const rows = new Map<number, HTMLElement>();
	let drawn = "";
	let seen = -1;

	only.addEventListener("change", redraw);
	list.addEventListener("click", ({ target }) => {
		const row = target instanceof Element && target.closest("li");
		if (!row) return;
		const { seq, actor = "" } = row.dataset;
		goTo(Number(seq));
		if (!only.checked) choose(actor);
	});
	heads.addEventListener("click", ({ target }) => {
		const head = target instanceof Element && target.closest("button");
		if (head) choose(head.id.slice("lane-".length));
	});
	return async (now: ViewState): Promise<void> => {
		const around = await momentsAround(now, only.checked);
		const steps = around.map(sequenceStepOf);
		const lanes = order.of(steps);
		const room = Math.floor((place.clientWidth - MARGIN - 24) / lanes.length);
		const wide = Math.max(NARROWEST, Math.min(room, WIDEST));
		const plan = [wide, ...lanes.map(({ id }) => id)].join(" ");
		if (plan !== drawn) {
			drawn = plan;
			rows.clear();
			list.replaceChildren();
			heads.replaceChildren(...lanes.map(headOf));
			place.style.setProperty("--lanes", String(lanes.length));
			place.style.setProperty("--lane", `${wide}px`);
		}
		for (const head of heads.children)
			head.toggleAttribute("data-chosen", head.id === `lane-${now.chosen}`);
		keep(
			list,
			steps.map((step) => {
				const { seq } = step.moment;
				const row = rows.get(seq) ?? rowOf(step, lanes, wide);
				rows.set(seq, row);
				row.classList.toggle("later", seq > now.seq);
				row.firstElementChild?.setAttribute(
					"aria-current",
					String(seq === now.seq),
				);
				return row;
			}),
		);
		for (const [seq, row] of rows) if (!row.isConnected) rows.delete(seq);
		// Who has scrolled elsewhere stays there until another moment is looked at.
		if (now.seq !== seen) bringIntoView(place, rows.get(now.seq));
		seen = now.seq;
	};
}

async function momentsAround(
	{ timeline, seq, chosen }: ViewState,
	ofChosen: boolean,
): Promise<readonly Moment[]> {
	const [back, on] = ofChosen ? [FAR_BEFORE, FAR_AFTER] : [BEFORE, AFTER];
	const from = Math.max(timeline.first, seq - back);
	const to = Math.min(timeline.last, seq + on);
	const all = await timeline.moments(from, to);
	if (!ofChosen) return all;
	const some = all.filter((moment) => concerns(moment, chosen));
	const count = some.filter((moment) => moment.seq <= seq).length;
	return some.slice(Math.max(0, count - BEFORE), count + AFTER);
}

/** Those that stay are not moved, so that one of them keeps the focus. */
function keep(list: HTMLElement, wanted: readonly HTMLElement[]): void {
	const stay = new Set<Element>(wanted);
	for (const row of [...list.children]) if (!stay.has(row)) row.remove();
	for (const [index, row] of wanted.entries())
		if (list.children[index] !== row)
			list.insertBefore(row, list.children[index] ?? null);
}

/** Below the heads, and beside the times, which stay where they are. */
function bringIntoView(place: HTMLElement, row: HTMLElement | undefined): void {
	if (!row) return;
	const { offsetTop: top, offsetHeight: height } = row;
	const lowest = top + height - place.clientHeight;
	place.scrollTop = Math.max(lowest, Math.min(place.scrollTop, top - ROW));
	const x = MARGIN + Number(row.dataset.x);
	place.scrollLeft = Math.max(0, x + NARROWEST - place.clientWidth);
}

function headOf(lane: Lifeline): HTMLElement {
	const isEdge = lane.id === EDGE;
	const words = [make("b", "", lane.machine), make("small", "", shortId(lane))];
	const head = make(isEdge ? "span" : "button", "lane", ...words);
	head.id = `lane-${lane.id}`;
	return head;
}

function rowOf(
	step: SequenceStep,
	lanes: readonly Lifeline[],
	wide: number,
): HTMLElement {
	const { moment, event, legs, states, others } = step;
	const xOf = (id: string) =>
		wide * (lanes.findIndex((lane) => lane.id === id) + 0.5);
	const svg = draw("svg", { width: wide * lanes.length, height: ROW });
	svg.setAttribute("aria-hidden", "true");
	for (const { id } of lanes)
		svg.append(draw("path", { class: "life", d: `M${xOf(id)} 0v${ROW}` }));
	for (const [index, { from, to }] of legs.entries()) {
		const follows = index > 0 && from !== legs[0]?.from;
		svg.append(...arrow(xOf(from), xOf(to), follows ? NEXT_ARROW : ARROW));
	}
	for (const [id, state] of states)
		if (lanes.some((lane) => lane.id === id))
			svg.append(...pill(state.split(".").at(-1) ?? "", xOf(id)));
	const [first] = legs;
	const more = others > 0 ? ` and ${others} more` : "";
	if (first) svg.append(label(event + more, xOf(first.from), xOf(first.to)));
	const time = new Date(moment.time ?? 0).toLocaleTimeString();
	const when = make("span", "when", make("b", "", `#${moment.seq}`), " ", time);
	const changed = [...states.values()].map((state) => `, now ${state}`);
	const words = make("span", "visually-hidden", ` ${event}${changed.join("")}`);
	const button = make("button", "row", when, words, svg);
	const row = make("li", "", button);
	row.dataset.seq = String(moment.seq);
	const main = first?.from === EDGE ? first.to : first?.from;
	row.dataset.actor = main ?? "";
	row.dataset.x = String(xOf(main ?? EDGE));
	return row;
}

function arrow(from: number, to: number, y: number): SVGElement[] {
	const way = Math.sign(to - from);
	return [
		draw("path", { class: "pass", d: `M${from} ${y}H${to - 6 * way}` }),
		draw("path", { class: "tip", d: `M${to} ${y}l${-8 * way}-4.5v9z` }),
	];
}

/** Over its arrow, at the tip if there is room. */
function label(words: string, from: number, to: number): SVGElement {
	const isLong = words.length * GLYPH > to - from - 20;
	const x = from > to ? to + 11 : isLong ? from + 7 : to - 11;
	const anchor = from > to || isLong ? "start" : "end";
	const place = { x, y: 16, "text-anchor": anchor };
	return draw("text", { class: "what", ...place }, words);
}

function pill(state: string, x: number): SVGElement[] {
	const width = state.length * 6 + 12;
	const box = { x: x - width / 2, y: 29.5, width, height: 17, rx: 8.5 };
	return [
		draw("rect", { class: "state-pill", ...box }),
		draw("text", { class: "state-word", x, y: 42 }, state),
	];
}

function draw(
	tag: string,
	attributes: Readonly<Record<string, string | number>>,
	text = "",
): SVGElement {
	const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
	for (const [name, value] of Object.entries(attributes))
		element.setAttribute(name, String(value));
	element.textContent = text;
	if (!(element instanceof SVGElement)) throw new Error(`No SVG has a ${tag}.`);
	return element;
}
