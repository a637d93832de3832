/**
 * Takes small jogs out of lines. ELK spreads lines evenly over a border, so
 * many end a few units beside where they began.
 */
import type { Box, Line } from "./layout.ts";

/** A jog up to this wide is taken out. */
const WIDEST = 12;
/** The least distance between the end of a line and a corner of its box, and between two ends. */
const [CORNER, APART] = [11, 7];

export function straighten(
	lines: readonly Line[],
	boxes: ReadonlyMap<string, Box>,
): Line[] {
	const straight = lines.map(withoutSpikes);
	for (const [index, line] of straight.entries()) {
		const others = straight.toSpliced(index, 1);
		const end = slid(line, line.target, others, boxes);
		const back = others.map(backwards);
		const start = end ?? slid(backwards(line), line.source, back, boxes);
		straight[index] = end ?? (start ? backwards(start) : line);
	}
	return straight;
}

/** The line with its end moved sideways, so that the last part is straight; undefined if that is impossible. */
function slid(
	line: Line,
	at: string,
	others: readonly Line[],
	boxes: ReadonlyMap<string, Box>,
): Line | undefined {
	const [a, b, c, end] = line.points.slice(-4);
	const box = boxes.get(at);
	if (!a || !b || !c || !end || !box) return undefined;
	const jogs = a.x === b.x && b.y === c.y && c.x === end.x && b.x !== c.x;
	if (!jogs || Math.abs(b.x - c.x) > WIDEST) return undefined;
	// A line that turns back cannot become straight.
	if (Math.sign(b.y - a.y) !== Math.sign(end.y - c.y)) return undefined;
	if (a.x < box.x + CORNER || a.x > box.x + box.width - CORNER)
		return undefined;
	const isTaken = others.some(({ points }) => {
		const other = points.at(-1);
		return other?.y === end.y && Math.abs(other.x - a.x) < APART;
	});
	if (isTaken) return undefined;
	return {
		...line,
		points: [...line.points.slice(0, -3), { x: a.x, y: end.y }],
	};
}

/** Without points inside straight parts, and without parts that overshoot and come back. */
function withoutSpikes(line: Line): Line {
	const points = line.points.filter((at, index, all) => {
		const [from, to] = [all[index - 1], all[index + 1]];
		if (!from || !to) return true;
		const isUpright = from.x === at.x && at.x === to.x;
		return !isUpright && !(from.y === at.y && at.y === to.y);
	});
	return { ...line, points };
}

function backwards(line: Line): Line {
	return { ...line, points: line.points.toReversed() };
}
