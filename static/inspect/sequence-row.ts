/** One row of the sequence diagram: when it was, arrows between lifelines, and new states. */
import { make } from "../element.ts";
import { EDGE, type Lifeline, type SequenceStep } from "./sequence-model.ts";

export const ROW_PX = 50;
/** About the width of a letter. */
const LETTER_PX = 6.8;
/** Below the top of a row: the first arrow, and those that follow from it. */
const [ARROW_Y, NEXT_ARROW_Y] = [22, 38];

type Lanes = readonly Lifeline[];

export function makeRow(step: SequenceStep, lanes: Lanes, laneWidth: number) {
	const { moment, event, arrows, states } = step;
	const xOf = (id: string) =>
		laneWidth * (lanes.findIndex((lane) => lane.id === id) + 0.5);
	const time = new Date(moment.time ?? 0).toLocaleTimeString();
	const when = make("span", "when", make("b", "", `#${moment.seq}`), " ", time);
	const changed = [...states.values()].map((state) => `, now ${state}`);
	const words = make("span", "visually-hidden", ` ${event}${changed.join("")}`);
	const picture = draw("svg", {
		...{ width: laneWidth * lanes.length, height: ROW_PX },
		"aria-hidden": "true",
	});
	picture.append(...drawStep(step, lanes, xOf));
	const row = make("li", "", make("button", "row", when, words, picture));
	const [first] = arrows;
	const actor = (first?.from === EDGE ? first.to : first?.from) ?? "";
	const x = String(xOf(actor || EDGE));
	Object.assign(row.dataset, { seq: String(moment.seq), actor, x });
	return row;
}

type XOf = (id: string) => number;

function drawStep(step: SequenceStep, lanes: Lanes, xOf: XOf): SVGElement[] {
	const { event, arrows, states, others } = step;
	const [first] = arrows;
	const text = others > 0 ? `${event} and ${others} more` : event;
	return [
		...lanes.map(({ id }) =>
			draw("path", { class: "life", d: `M${xOf(id)} 0v${ROW_PX}` }),
		),
		...arrows.flatMap(({ from, to }) => {
			const y = from === first?.from ? ARROW_Y : NEXT_ARROW_Y;
			return drawArrow(xOf(from), xOf(to), y);
		}),
		...lanes.flatMap(({ id }) => drawState(states.get(id), xOf(id))),
		...(first ? [drawLabel(text, xOf(first.from), xOf(first.to))] : []),
	];
}

function drawArrow(from: number, to: number, y: number): SVGElement[] {
	const way = Math.sign(to - from);
	return [
		draw("path", { class: "pass", d: `M${from} ${y}H${to - 6 * way}` }),
		draw("path", { class: "tip", d: `M${to} ${y}l${-8 * way}-4.5v9z` }),
	];
}

/** Above its arrow, at the tip if it fits. */
function drawLabel(text: string, from: number, to: number): SVGElement {
	const isLong = text.length * LETTER_PX > to - from - 20;
	const x = from > to ? to + 11 : isLong ? from + 7 : to - 11;
	const anchor = from > to || isLong ? "start" : "end";
	return draw("text", { class: "what", x, y: 16, "text-anchor": anchor }, text);
}

function drawState(state: string | undefined, x: number): SVGElement[] {
	const text = state?.split(".").at(-1);
	if (text === undefined) return [];
	const width = text.length * 6 + 12;
	const pill = { x: x - width / 2, y: 29.5, width, height: 17, rx: 8.5 };
	return [
		draw("rect", { class: "state-pill", ...pill }),
		draw("text", { class: "state-word", x, y: 42 }, text),
	];
}

type Attributes = Readonly<Record<string, string | number>>;

function draw(tag: string, attributes: Attributes, text = ""): SVGElement {
	const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
	for (const [name, value] of Object.entries(attributes))
		element.setAttribute(name, String(value));
	element.textContent = text;
	if (!(element instanceof SVGElement)) throw new Error(`No SVG has a ${tag}.`);
	return element;
}
