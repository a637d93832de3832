/**
 * The words in a chart and the room they take. Nobody can say beforehand which
 * font they will be shown in, so widths are those of a common one, and the
 * drawing asks for exactly these.
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
/** What an action's mark ▸ takes; it is drawn, since few fonts have it. */
export const MARK = 10;
const GAP = 6;

const GLYPHS: readonly [RegExp, number][] = [
	[/[ijl.,]/g, 3.2],
	[/[ frt]/g, 4.1],
	[/[mwMW]/g, 10.6],
	[/[A-Z]/g, 8.8],
];
const OTHER = 7.1;

/** In units of the drawing, at 13 of them to the font's height. */
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

/** A transition in words: the event, `if` its guards, and what it then does. */
export function rowsOf({ id, event, guards, actions }: ChartTransition): Row[] {
	const isFirst = id.endsWith("/0");
	const rows: Row[] = [{ kind: "event", text: event }];
	const when = guards.length > 0 ? `if ${guards.join(" and ")}` : "";
	const text = isFirst ? when : `else ${when}`.trim();
	if (text) rows.push({ kind: "guard", text });
	for (const action of actions) rows.push({ kind: "does", text: action });
	return rows;
}

/** A transition's label, placed from the top left of what it stands in. */
export interface Label extends Size {
	readonly transition: ChartTransition;
	readonly x: number;
	readonly y: number;
}

/** Labels of transitions one below the other, all as wide as the widest. */
export function stackOf(transitions: readonly ChartTransition[]) {
	let height = 0;
	const width = Math.max(
		0,
		...transitions.map((each) => sizeOf(rowsOf(each)).width),
	);
	const labels = transitions.map((transition) => {
		const y = height;
		const size = sizeOf(rowsOf(transition));
		height += size.height + GAP;
		return { transition, x: 0, y, width, height: size.height };
	});
	return { labels, width, height: Math.max(0, height - GAP) };
}

/** What a state's box says itself: its title, and what is done on the way in and out. */
export function headOf({ title, entry, exit }: ChartState): Row[] {
	const row =
		(when: string) =>
		(action: string): Row => ({
			kind: "hook",
			text: `${when} / ${action}`,
		});
	const head: Row = { kind: "title", text: title };
	return [head, ...entry.map(row("entry")), ...exit.map(row("exit"))];
}

/**
 * What stands in a state's own box, and how large that must be for it. The
 * transitions that leave the state as it is are in there, in columns.
 */
export function contentOf(state: ChartState) {
	const internal = state.transitions.filter(
		({ target }) => target === undefined,
	);
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
