/**
 * Draws a chart as an SVG that needs no other file and is readable on light and
 * dark pages. States and transitions carry `data-id`, so that a page can light
 * them up.
 */
import type { ChartState } from "./chart.ts";
import {
	contentOf,
	headOf,
	INSET,
	type Label,
	MARK,
	ROW,
	type Row,
	rowsOf,
	stackOf,
	widthOf,
} from "./label.ts";
import {
	type Box,
	dotOf,
	type Layout,
	type Line,
	layOut,
	type Route,
} from "./layout.ts";

/** The inspector has it as a style sheet: its policy forbids a style inside a picture. */
export const STYLE = `
svg{--ink:#1f2430;--soft:#5d6678;--line:#8a93a6;--box:#ffffff;--nest:#f6f7fa;--pill:#e4ebfb;--pill-ink:#27407c;--page:#ffffff}
@media(prefers-color-scheme:dark){svg{--ink:#e7eaf2;--soft:#a7b0c2;--line:#76809a;--box:#232936;--nest:#191e28;--pill:#2a3857;--pill-ink:#bcd0ff;--page:#11151c}}
text{font:13px ui-sans-serif,"Helvetica Neue",Helvetica,Arial,sans-serif;fill:var(--ink)}
.title{font-weight:600}.over text{paint-order:stroke;stroke:var(--nest);stroke-width:6px;stroke-linejoin:round}.event{font-weight:600;fill:var(--pill-ink)}.guard{font-style:italic;fill:var(--soft)}.does,.hook{fill:var(--soft)}
.page{fill:var(--page)}.box{fill:var(--box);stroke:var(--line);stroke-width:1.4}.nest{fill:var(--nest)}.ring{fill:none;stroke:var(--line);stroke-width:1.4}
.pill{fill:var(--pill)}.line{fill:none;stroke:var(--line);stroke-width:1.4}.bar{stroke:var(--line);opacity:.45}.dot,.tip,.mark{fill:var(--line)}`
	.trim()
	.replaceAll("\n", "");

export async function draw(chart: ChartState): Promise<string> {
	const layout = await layOut(chart);
	const width = Math.ceil(layout.width);
	const height = Math.ceil(layout.height);
	const all = statesIn(chart);
	const parts = [
		`<title>The statechart of the ${chart.title} machine</title>`,
		`<style>${STYLE}</style>`,
		`<rect class="page" width="${width}" height="${height}" rx="10"/>`,
		...all.map((state) => drawState(state, layout)),
		...all.flatMap((state) => drawInitial(state, layout)),
		...layout.routes.map((route) => drawRoute(route, layout)),
		...all.map((state) => drawHead(state, layout)),
	];
	return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">\n${parts.join("\n")}\n</svg>\n`;
}

/** A state and all that are in it, the outer ones first. */
const statesIn = (state: ChartState): readonly ChartState[] => [
	state,
	...state.states.flatMap(statesIn),
];

function drawState(state: ChartState, layout: Layout): string {
	const box = boxOf(layout, state.id);
	const nested = state.states.length > 0;
	const { labels, head, height } = contentOf(state);
	const own = labels.length > 0;
	const parts = [
		rect(nested ? "box nest" : "box", box, state.final ? 12 : 8),
		...(state.final ? [rect("ring", box, 8, 4)] : []),
		...(nested || own ? [bar(box, head)] : []),
		...(nested && own ? [bar(box, height)] : []),
		...pills(labels, box),
	];
	return `<g class="state" data-id="${state.id}">${parts.join("")}</g>`;
}

/** Drawn above all lines, since one may cross it. A title without more rows is centred. */
function drawHead(state: ChartState, layout: Layout): string {
	const { x, y, width } = boxOf(layout, state.id);
	const rows = headOf(state);
	const [title] = rows;
	const nested = state.states.length > 0 ? " over" : "";
	const isLone =
		rows.length === 1 && !nested && contentOf(state).labels.length === 0;
	const left = isLone && title ? (width - widthOf(title)) / 2 - INSET : 0;
	return `<g class="head${nested}">${words(rows, x + left, y).join("")}</g>`;
}

function drawInitial(state: ChartState, layout: Layout): string[] {
	const id = dotOf(state.id);
	const box = layout.boxes.get(id);
	if (!box) return [];
	const lines = layout.lines.filter((line) => line.id === id).map(drawLine);
	return [
		`<g class="initial"><circle class="dot" cx="${n(box.x + box.width / 2)}" cy="${n(box.y + box.height / 2)}" r="${box.width / 2}"/>${lines.join("")}</g>`,
	];
}

function drawRoute({ id, transitions }: Route, layout: Layout): string {
	const lines = layout.lines.filter((line) => line.id === id).map(drawLine);
	const ids = transitions.map((transition) => transition.id).join(" ");
	const labels = pills(stackOf(transitions).labels, boxOf(layout, id));
	return `<g class="route" data-ids="${ids}">${lines.join("")}</g>${labels.join("")}`;
}

function pills(labels: readonly Label[], { x, y }: Point): string[] {
	return labels.map(({ transition, ...box }) => {
		const at = { ...box, x: x + box.x, y: y + box.y };
		const rows = words(rowsOf(transition), at.x, at.y);
		return `<g class="transition" data-id="${transition.id}">${rect("pill", at, 11)}${rows.join("")}</g>`;
	});
}

/** With rounded corners, and a tip if it ends at a state. */
function drawLine({ points, arrives }: Line): string {
	const [start, ...rest] = points;
	const last = rest.at(-1);
	const before = points.at(-2);
	if (!start || !last || !before) return "";
	let path = `M${n(start.x)} ${n(start.y)}`;
	for (const [index, at] of rest.entries()) {
		const from = points[index];
		const to = rest[index + 1];
		if (!from) continue;
		if (!to) path += `L${n(at.x)} ${n(at.y)}`;
		else {
			const [a, b] = [toward(at, from, to), toward(at, to, from)];
			path += `L${a}Q${n(at.x)} ${n(at.y)} ${b}`;
		}
	}
	const [dx, dy] = [Math.sign(last.x - before.x), Math.sign(last.y - before.y)];
	const corner = (side: number) =>
		`${n(last.x - dx * 8 + dy * side)} ${n(last.y - dy * 8 + dx * side)}`;
	const tip = `<path class="tip" d="M${n(last.x)} ${n(last.y)}L${corner(4)}L${corner(-4)}Z"/>`;
	return `<path class="line" d="${path}"/>${arrives ? tip : ""}`;
}

type Point = { readonly x: number; readonly y: number };

/** The point where the rounding of a corner begins: up to 8 units towards a neighbour, at most half of either side. */
function toward(corner: Point, to: Point, other: Point): string {
	const away = (point: Point) =>
		Math.abs(point.x - corner.x) + Math.abs(point.y - corner.y);
	const reach = Math.min(8, away(to) / 2, away(other) / 2);
	return `${n(corner.x + Math.sign(to.x - corner.x) * reach)} ${n(corner.y + Math.sign(to.y - corner.y) * reach)}`;
}

function words(rows: readonly Row[], x: number, y: number): string[] {
	return rows.map((row, index) => {
		const [left, base] = [x + INSET, y + 17 + index * ROW];
		const mark =
			row.kind === "does"
				? `<path class="mark" d="M${n(left)} ${n(base - 9)}l6 4.5l-6 4.5z"/>`
				: "";
		const start = mark ? left + MARK : left;
		const text = row.text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
		return `${mark}<text class="${row.kind}" x="${n(start)}" y="${n(base)}" textLength="${widthOf(row)}" lengthAdjust="spacingAndGlyphs">${text}</text>`;
	});
}

function rect(
	kind: string,
	{ x, y, width, height }: Box,
	radius: number,
	inset = 0,
): string {
	return `<rect class="${kind}" x="${n(x + inset)}" y="${n(y + inset)}" width="${n(width - 2 * inset)}" height="${n(height - 2 * inset)}" rx="${radius}"/>`;
}

/** The line below a box's title. */
function bar({ x, y, width }: Box, head: number): string {
	return `<path class="bar" d="M${n(x)} ${n(y + head)}h${n(width)}"/>`;
}

function boxOf({ boxes }: Layout, id: string): Box {
	const box = boxes.get(id);
	if (!box) throw new Error(`${id} is not in the layout of its chart.`);
	return box;
}

const n = (value: number): string => String(Math.round(value * 10) / 10);
