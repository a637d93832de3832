/**
 * A histogram of the events of the whole log over time, with those in scope on
 * top, and lines at the moment that is shown and at the one it is compared
 * with. A press goes to that time.
 */
import { find, say } from "../element.ts";
import type { Inspector } from "./inspector.ts";
import type { LogTimeline } from "./log-timeline.ts";
import { scopeControls } from "./scope.ts";

/** In the units of the histogram's viewBox. */
const [WIDTH, HEIGHT] = [1000, 100];
const BARS = 250;

export function activity(inspector: Inspector, log: LogTimeline): void {
	const histogram = find("#activity");
	const draw = async (): Promise<void> => {
		const { from, to } = log.about;
		say("#begins", new Date(from).toLocaleString());
		say("#ends", new Date(to).toLocaleString());
		const scope = scopeOf();
		const isScoped = Object.keys(scope).length > 0;
		const [all, found] = await Promise.all([
			log.ask({ ask: "marks", parts: BARS }),
			isScoped ? log.ask({ ask: "marks", parts: BARS, ...scope }) : [],
		]);
		const most = Math.max(1, ...all);
		setPath("all-events", bars(all, most));
		setPath("found-events", bars(found, most));
	};
	const scopeOf = scopeControls(inspector, log, draw);
	histogram.addEventListener("click", ({ clientX }) => {
		const { left, width } = histogram.getBoundingClientRect();
		const { from, to } = log.about;
		const time = from + ((clientX - left) / width) * (to - from);
		inspector.goTo(log.ask({ ask: "time", time }));
	});
	inspector.onViewState(({ moment }) => drawLine("here", log, moment?.time));
	log.addEventListener("growth", draw);
	void draw();
}

/** A line at a time; without one, at the beginning of the log. */
export function drawLine(id: string, { about }: LogTimeline, time?: number) {
	const { from, to } = about;
	const x = (((time ?? from) - from) / Math.max(1, to - from)) * WIDTH;
	setPath(id, `M${x.toFixed(1)} 0V${HEIGHT}`);
}

/** A bar is as high as the square root of its count, so that few are seen beside many. */
function bars(counts: readonly number[], most: number): string {
	const width = WIDTH / counts.length;
	return counts
		.map((count, index) => {
			if (count === 0) return "";
			const height = Math.max(4, Math.sqrt(count / most) * HEIGHT);
			const left = (index * width).toFixed(1);
			const top = (HEIGHT - height).toFixed(1);
			const right = (width * 0.8).toFixed(1);
			return `M${left} ${HEIGHT}V${top}h${right}V${HEIGHT}z`;
		})
		.join("");
}

export function setPath(id: string, d: string): void {
	find(`#${id}`, SVGPathElement).setAttribute("d", d);
}
