/**
 * What is different between a moment that was remembered and the one that is
 * looked at: who came, who left, and whose names changed. It follows wherever
 * one goes, until it is forgotten.
 */
import type { Comparison, NameChange, Stay } from "../../machines/travel.ts";
import { find, make, say } from "../element.ts";
import type { ViewState } from "./inspector.ts";
import type { TravelParts } from "./seek-controls.ts";

const MOST_TOLD = 60;

/** `mark` hears when the moment was that is remembered. */
export function difference(
	{ inspector, log, ask }: TravelParts,
	mark: (time: number | undefined) => void,
): void {
	const button = find("#remember", HTMLButtonElement);
	const place = find("#difference", HTMLElement);
	let remembered: ViewState | undefined;
	let viewState: ViewState | undefined;

	const draw = async (now: ViewState): Promise<void> => {
		viewState = now;
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
		remembered = remembered ? undefined : viewState;
		button.ariaPressed = String(remembered !== undefined);
		say(button, remembered ? "Stop comparing" : "Compare from here");
		place.hidden = !remembered;
		place.replaceChildren();
		mark(remembered && (remembered.moment?.time ?? log.about.from));
		inspector.redraw();
	});
	inspector.onViewState(draw);
}

function momentOf({ seq, moment }: ViewState): string {
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
	listener: readonly string[],
	none: string,
): HTMLElement {
	const heading = make(
		"h3",
		"",
		`${title} `,
		make("b", "", `${listener.length}`),
	);
	const items = listener
		.slice(0, MOST_TOLD)
		.map((words) => make("li", "chip", words));
	const more = listener.length - items.length;
	if (more > 0) items.push(make("li", "more", `and ${more} more`));
	if (listener.length === 0) items.push(make("li", "more", none));
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
