/**
 * How much happened when, over the whole log, and of that how much is in
 * scope. It shows where one is, and a press goes there.
 */
import type { Scope } from "../../machines/travel.ts";
import { find, say } from "../element.ts";
import type { TravelParts } from "./seek-controls.ts";

/** In the picture's own units, as are its bars. */
const [WIDE, HIGH] = [1000, 100];
const PARTS = 250;

/** What is answered shows what is in scope, and what was remembered. */
export function activity({ inspector, log, ask }: TravelParts) {
	const place = find("#activity", HTMLElement);
	let scope: Scope = {};
	const draw = async (): Promise<void> => {
		const { from, to } = log.about;
		say(find("#begins", HTMLElement), new Date(from).toLocaleString());
		say(find("#ends", HTMLElement), new Date(to).toLocaleString());
		const isScoped = Object.keys(scope).length > 0;
		const [all, found] = await Promise.all([
			ask({ ask: "marks", parts: PARTS }),
			isScoped ? ask({ ask: "marks", parts: PARTS, ...scope }) : [],
		]);
		const most = Math.max(1, ...all);
		path("all-events", bars(all, most));
		path("found-events", bars(found, most));
	};
	const lineAt = (time: number | undefined): string => {
		const { from, to } = log.about;
		const at = (((time ?? from) - from) / Math.max(1, to - from)) * WIDE;
		return `M${at.toFixed(1)} 0V${HIGH}`;
	};
	place.addEventListener("click", ({ clientX }) => {
		const { left, width } = place.getBoundingClientRect();
		const { from, to } = log.about;
		const time = from + ((clientX - left) / width) * (to - from);
		inspector.goTo(ask({ ask: "time", time }));
	});
	inspector.onViewState(({ moment }) => path("here", lineAt(moment?.time)));
	log.addEventListener("growth", draw);
	void draw();
	return {
		show(found: Scope): void {
			scope = found;
			void draw();
		},
		remember(time: number | undefined): void {
			path("remembered", time === undefined ? "" : lineAt(time));
		},
	};
}

/** Few are seen beside many: their height is as the root of how many they are. */
function bars(counts: readonly number[], most: number): string {
	const wide = WIDE / counts.length;
	return counts
		.map((count, index) => {
			if (count === 0) return "";
			const high = Math.max(4, Math.sqrt(count / most) * HIGH);
			const [left, top] = [index * wide, HIGH - high].map((n) => n.toFixed(1));
			return `M${left} ${HIGH}V${top}h${(wide * 0.8).toFixed(1)}V${HIGH}z`;
		})
		.join("");
}

function path(id: string, d: string): void {
	find(`#${id}`, SVGPathElement).setAttribute("d", d);
}
