/**
 * A histogram of the events of the whole log over time, with those in scope on
 * top, and lines at the moment that is shown and at the one it is compared
 * with. A press goes to that time.
 */
import type { Scope } from "../../machines/travel.ts";
import { find, say } from "../element.ts";
import type { TravelParts } from "./seek-controls.ts";

/** In the units of the histogram's viewBox. */
const [WIDTH, HEIGHT] = [1000, 100];
const BARS = 250;

export function activity({ inspector, log, ask }: TravelParts) {
	const histogram = find("#activity", HTMLElement);
	let scope: Scope = {};
	const draw = async (): Promise<void> => {
		const { from, to } = log.about;
		say("#begins", new Date(from).toLocaleString());
		say("#ends", new Date(to).toLocaleString());
		const isScoped = Object.keys(scope).length > 0;
		const [all, found] = await Promise.all([
			ask({ ask: "marks", parts: BARS }),
			isScoped ? ask({ ask: "marks", parts: BARS, ...scope }) : [],
		]);
		const most = Math.max(1, ...all);
		setPath("all-events", bars(all, most));
		setPath("found-events", bars(found, most));
	};
	const lineAt = (time: number | undefined): string => {
		const { from, to } = log.about;
		const x = (((time ?? from) - from) / Math.max(1, to - from)) * WIDTH;
		return `M${x.toFixed(1)} 0V${HEIGHT}`;
	};
	histogram.addEventListener("click", ({ clientX }) => {
		const { left, width } = histogram.getBoundingClientRect();
		const { from, to } = log.about;
		const time = from + ((clientX - left) / width) * (to - from);
		inspector.goTo(ask({ ask: "time", time }));
	});
	inspector.onViewState(({ moment }) => setPath("here", lineAt(moment?.time)));
	log.addEventListener("growth", draw);
	void draw();
	return {
		showScope(wanted: Scope): void {
			scope = wanted;
			void draw();
		},
		showRemembered(time: number | undefined): void {
			setPath("remembered", time === undefined ? "" : lineAt(time));
		},
	};
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

function setPath(id: string, d: string): void {
	find(`#${id}`, SVGPathElement).setAttribute("d", d);
}
