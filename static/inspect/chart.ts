/** The chosen actor's statechart, with the states it is in and what fired lately lit. */
import { BASE } from "../base-path.ts";
import { find, say } from "../element.ts";
import { shortId } from "./actors.ts";
import type { ViewState } from "./inspector.ts";
import { type Actor, apply, statesIn } from "./timeline.ts";
import { zoomable } from "./zoom.ts";

/** How many events back to look for an actor that is gone. */
const LOOK_BACK = 1000;

const charts = new Map<string, Promise<SVGSVGElement>>();

/** The chart without its own style, which the page's policy forbids; the page has the same. */
async function load(machine: string): Promise<SVGSVGElement> {
	const answer = await fetch(`${BASE}static/${machine}.svg`);
	const text = (await answer.text()).replace(/<style>.*?<\/style>/s, "");
	const parsed = new DOMParser().parseFromString(text, "image/svg+xml");
	const { documentElement: svg } = parsed;
	if (!(svg instanceof SVGSVGElement)) throw new Error("That is no chart.");
	return svg;
}

export function chartView() {
	const box = find("#chart");
	const title = find("#chosen");
	const stateName = find("#chosen-state");
	const show = zoomable(box);
	let shown: Actor | undefined;
	return async (viewState: ViewState): Promise<void> => {
		const { actors, chosen, seq } = viewState;
		const actor = actors.get(chosen) ?? (await absent(viewState, shown));
		shown = actor;
		say(title, `${actor.machine} ${shortId(actor)}`);
		const now = `${actor.stateName}${aboutNode(actor, viewState)}`;
		say(stateName, now || "is not there at this moment");
		const { machine } = actor;
		const chart = charts.get(machine) ?? load(machine);
		charts.set(machine, chart);
		const svg = await chart;
		show(svg);
		box.classList.toggle("now", actor.moved === seq);
		light(svg, actor);
	};
}

/** Who decides, for a node; for a client, who carries it. */
function aboutNode({ machine, node }: Actor, { timeline, isLive }: ViewState) {
	const { labels, term, sequencer } = timeline.node ?? {};
	if (!labels || !isLive) return "";
	const named = (id: string) => new Map(labels).get(id) ?? id.slice(0, 6);
	if (machine === "client") return node ? ` · on ${named(node)}` : "";
	if (machine !== "node") return "";
	const of = term ? ` · term ${term}` : "";
	return sequencer ? `${of} · ${named(sequencer)} decides` : of;
}

/**
 * The chosen actor when it is not there at this moment: as it was at its end,
 * if that is not long ago; else in no state, in the chart that was shown.
 */
async function absent({ timeline, seq, chosen }: ViewState, shown?: Actor) {
	const { machine = "client" } = shown ?? {};
	const unknown = { id: chosen, machine, state: undefined, stateName: "" };
	const stateless: Actor = { ...unknown, moved: 0, trail: [] };
	const actors = new Map([[chosen, stateless]]);
	const from = Math.max(timeline.first, seq - LOOK_BACK);
	for (const moment of await timeline.moments(from, seq)) {
		const frames = moment.frames.filter(
			({ actor, type }) => actor === chosen && type !== "gone",
		);
		apply(actors, { ...moment, frames });
	}
	return actors.get(chosen) ?? stateless;
}

/** Gives each transition that fired `data-ago`: how many moves ago. */
function light(svg: SVGElement, { machine, state, trail }: Actor): void {
	const active = new Set(state ? statesIn(machine, state) : []);
	const ages = new Map<string, number>();
	for (const [ago, fired] of trail.entries())
		for (const id of fired) if (!ages.has(id)) ages.set(id, ago);
	for (const part of svg.querySelectorAll<SVGElement>(".state"))
		part.classList.toggle("active", active.has(part.dataset.id ?? ""));
	for (const part of svg.querySelectorAll<SVGElement>(".transition, .route")) {
		const { id, ids = id } = part.dataset;
		const ago = ids?.split(" ").map((each) => ages.get(each) ?? Infinity) ?? [];
		const latest = Math.min(...ago);
		if (latest < Infinity) part.dataset.ago = String(latest);
		else delete part.dataset.ago;
	}
}
