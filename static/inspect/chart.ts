/** The chosen actor's statechart, with the states it is in and what fired last lit. */
import { find } from "../element.ts";
import { type Actor, statesIn } from "./footage.ts";

const charts = new Map<string, Promise<SVGElement>>();

/** Without its own style, which the page's policy forbids; the page has the same. */
async function load(machine: string): Promise<SVGElement> {
	const answer = await fetch(`/static/${machine}.svg`);
	const text = (await answer.text()).replace(/<style>.*?<\/style>/s, "");
	const parsed = new DOMParser().parseFromString(text, "image/svg+xml");
	const { documentElement: svg } = parsed;
	if (!(svg instanceof SVGElement)) throw new Error("That is no chart.");
	return svg;
}

export function chartView() {
	const place = find("#chart", HTMLElement);
	let shown: Actor | undefined;
	return async (actor: Actor | undefined): Promise<void> => {
		shown = actor;
		if (!actor) return place.replaceChildren();
		const { machine } = actor;
		const chart = charts.get(machine) ?? load(machine);
		charts.set(machine, chart);
		const svg = await chart;
		if (shown !== actor) return;
		if (svg.parentNode !== place) place.replaceChildren(svg);
		light(svg, actor);
	};
}

function light(svg: SVGElement, { machine, state, trail }: Actor): void {
	const active = new Set(statesIn(machine, state));
	const lit = new Set(trail[0]);
	for (const part of svg.querySelectorAll<SVGElement>("[data-id]")) {
		const { id = "" } = part.dataset;
		part.classList.toggle("active", active.has(id));
		part.classList.toggle("fired", lit.has(id));
	}
	for (const part of svg.querySelectorAll<SVGElement>("[data-ids]")) {
		const ids = part.dataset.ids?.split(" ") ?? [];
		part.classList.toggle(
			"fired",
			ids.some((id) => lit.has(id)),
		);
	}
}
