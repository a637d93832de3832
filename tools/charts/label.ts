/**
 * The words in a chart and the room they take. Nobody can say beforehand which
 * font they will be shown in, so widths are those of a common one, and the
 * drawing asks for exactly these.
 */
import type { ChartState, ChartTransition } from "../../src/inspect/chart.ts";

export interface Size {
	readonly width: number;
	readonly height: number;
}

export interface Row {
	readonly kind: "event" | "guard" | "action" | "title";
	readonly text: string;
}

export const ROW = 17;
/** Between a label's words and its border. */
export const INSET = 9;
const GAP = 7;

const GLYPHS: readonly [RegExp, number][] = [
	[/[ijl.,]/g, 3.2],
	[/[ frt]/g, 4.1],
	[/[mwMW▸]/g, 10.6],
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
	for (const action of actions)
		rows.push({ kind: "action", text: `▸ ${action}` });
	return rows;
}

export function sizeOf(rows: readonly Row[]): Size {
	const width = Math.max(...rows.map(widthOf)) + 2 * INSET;
	return { width, height: rows.length * ROW + 8 };
}

/** What a state's box says itself: its title, and what is done on the way in and out. */
export function headOf({ title, entry, exit }: ChartState): Row[] {
	const row =
		(when: string) =>
		(action: string): Row => ({
			kind: "action",
			text: `${when} ▸ ${action}`,
		});
	const head: Row = { kind: "title", text: title };
	return [head, ...entry.map(row("entry")), ...exit.map(row("exit"))];
}

/** Those that leave the state as it is; they are listed in its box. */
export function internalOf({ transitions }: ChartState): ChartTransition[] {
	return transitions.filter(({ target }) => target === undefined);
}

/** Where, from the top of its box, each label in it stands; and how large the box must be for them. */
export function contentOf(state: ChartState) {
	const head = sizeOf(headOf(state));
	let [width, y] = [head.width, head.height];
	const labels = internalOf(state).map((transition) => {
		const size = sizeOf(rowsOf(transition));
		const label = { transition, y: y + 1, ...size };
		width = Math.max(width, size.width + 2 * GAP);
		y += size.height + GAP;
		return label;
	});
	return { labels, width: Math.max(width, 72), height: y + 2, left: GAP };
}
