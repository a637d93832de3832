/**
 * What is different between a moment that was remembered and the one that is
 * looked at: who came, who left, and whose names changed. It follows wherever
 * one goes, until it is forgotten.
 */
import type { Comparison, NameChange, Stay } from "../../machines/travel.ts";
import { find, make, say } from "../element.ts";
import type { Look } from "./inspector.ts";
import type { TravelParts } from "./jumps.ts";

const MOST_TOLD = 60;

/** `mark` hears when the moment was that is remembered. */
export function difference(
	{ inspector, reel, ask }: TravelParts,
	mark: (time: number | undefined) => void,
): void {
	const button = find("#remember", HTMLButtonElement);
	const place = find("#difference", HTMLElement);
	let remembered: Look | undefined;
	let look: Look | undefined;

	const draw = async (now: Look): Promise<void> => {
		look = now;
		if (!remembered) return;
		const [early, late] =
			remembered.seq <= now.seq ? [remembered, now] : [now, remembered];
		const span = { from: early.seq, to: late.seq };
		const found = await ask({ ask: "compare", ...span });
		if (!remembered) return;
		const words = `From ${momentOf(early)} to ${momentOf(late)}`;
		place.replaceChildren(make("h2", "", words), ...columns(found));
	};
	button.addEventListener("click", () => {
		remembered = remembered ? undefined : look;
		button.ariaPressed = String(remembered !== undefined);
		say(button, remembered ? "Stop comparing" : "Compare from here");
		place.hidden = !remembered;
		place.replaceChildren();
		mark(remembered && (remembered.moment?.time ?? reel.about.from));
		inspector.redraw();
	});
	inspector.onLook(draw);
}

function momentOf({ seq, moment }: Look): string {
	const time = moment?.time && new Date(moment.time).toLocaleString();
	return `#${seq} (${time || "the beginning"})`;
}

function columns({ came, left, names }: Comparison): HTMLElement[] {
	return [
		column("Came", came.map(stayOf), "nobody"),
		column("Left", left.map(stayOf), "nobody"),
		column("Names", names.map(changeOf), "none changed"),
	];
}

function column(
	title: string,
	told: readonly string[],
	none: string,
): HTMLElement {
	const heading = make("h3", "", `${title} `, make("b", "", `${told.length}`));
	const items = told
		.slice(0, MOST_TOLD)
		.map((words) => make("li", "chip", words));
	const more = told.length - items.length;
	if (more > 0) items.push(make("li", "more", `and ${more} more`));
	if (told.length === 0) items.push(make("li", "more", none));
	return make(
		"div",
		title.toLowerCase(),
		heading,
		make("ul", "chips", ...items),
	);
}

const stayOf = ({ name, room }: Stay) => `${name} · ${room}`;

function changeOf({ before, after }: NameChange): string {
	if (before === undefined) return `${after} was claimed`;
	if (after === undefined) return `${before} was set free`;
	return before === after
		? `${before} is someone else's`
		: `${before} is now ${after}`;
}
