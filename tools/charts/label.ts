/**
 * The text in a chart and its size. The reader's font is unknown, so widths are
 * those of a common font, and the SVG stretches the text to them.
 */
import type { ChartState, ChartTransition } from "./chart.ts";

export interface Size {
	readonly width: number;
	readonly height: number;
}

export interface Row {
	readonly kind: "title" | "hook" | "event" | "guard" | "does";
	readonly text: string;
}

export const ROW = 17;
/** Between a label's words and its border. */
export const INSET = 9;
/** The width of an action's ▸. It is drawn, since few fonts have it. */
export const MARK = 10;
const GAP = 6;

const GLYPHS: readonly [RegExp, number][] = [
	[/[ijl.,]/g, 3.2],
	[/[ frt]/g, 4.1],
	[/[mwMW]/g, 10.6],
	[/[A-Z]/g, 8.8],
];
const OTHER = 7.1;

/** In units of the drawing, for a font of 13 units. */
export function widthOf({ kind, text }: Row): number {
	let [width, left] = [0, text.length];
	for (const [glyph, each] of GLYPHS) {
		const count = text.match(glyph)?.length ?? 0;
		width += count * each;
		left -= count;
	}
	const bold = kind === "event" || kind === "title";
	return Math.round((width + left * OTHER) * (bold ? 1.06 : 0.96));
}

/** A transition as rows: the event, `if` with its guards, its actions. */
export function rowsOf({ id, event, guards, actions }: ChartTransition): Row[] {
	const isFirst = id.endsWith("/0");
	const rows: Row[] = [{ kind: "event", text: event }];
	const when = guards.length > 0 ? `if ${guards.join(" and ")}` : "";
	const text = isFirst ? when : `else ${when}`.trim();
	if (text) rows.push({ kind: "guard", text });
	for (const action of actions) rows.push({ kind: "does", text: action });
	return rows;
}

/** A transition's label; x and y are relative to its box. */
export interface Label extends Size {
	readonly transition: ChartTransition;
	readonly x: number;
	readonly y: number;
}

/** Labels of transitions one below the other, all as wide as the widest. */
export function stackOf(transitions: readonly ChartTransition[]) {
	const sized = transitions.map((transition) => {
		return { transition, ...sizeOf(rowsOf(transition)) };
	});
	const width = Math.max(0, ...sized.map((each) => each.width));
	let height = 0;
	const labels = sized.map((each) => {
		const y = height;
		height += each.height + GAP;
		return { ...each, x: 0, y, width };
	});
	return { labels, width, height: Math.max(0, height - GAP) };
}

/** The head of a state's box: its title, and its entry and exit actions. */
export function headOf({ title, entry, exit }: ChartState): Row[] {
	const hooks = [
		...entry.map((action) => `entry / ${action}`),
		...exit.map((action) => `exit / ${action}`),
	];
	const rows = hooks.map((text): Row => ({ kind: "hook", text }));
	return [{ kind: "title", text: title }, ...rows];
}

/** The labels inside a state's own box, and the size it needs for them: its transitions without a target, in columns. */
export function contentOf(state: ChartState) {
	const internal = state.transitions.filter(({ target }) => !target);
	const head = sizeOf(headOf(state));
	const columns = Math.ceil(internal.length / 4);
	const each = Math.ceil(internal.length / columns);
	let [x, bottom] = [0, head.height];
	const labels = Array.from({ length: columns }, (_, column) => {
		const stack = stackOf(internal.slice(column * each, (column + 1) * each));
		const left = x + INSET;
		x = left + stack.width;
		bottom = Math.max(bottom, head.height + INSET + stack.height + INSET);
		return stack.labels.map((label) => ({
			...label,
			x: left,
			y: head.height + INSET + label.y,
		}));
	});
	const width = Math.max(head.width, x + INSET, 72);
	return { labels: labels.flat(), width, height: bottom, head: head.height };
}

function sizeOf(rows: readonly Row[]): Size {
	const widths = rows.map(
		(row) => widthOf(row) + (row.kind === "does" ? MARK : 0),
	);
	const width = Math.max(...widths) + 2 * INSET;
	return { width, height: rows.length * ROW + 8 };
}
