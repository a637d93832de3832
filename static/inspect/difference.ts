/**
 * The difference between a moment that was remembered and the one that is
 * shown: who came, who left, and whose names changed. It is drawn again for
 * every moment that is shown, until the remembered one is forgotten.
 */
import type { NameChange, Stay } from "../../machines/travel.ts";
import { find, make, say } from "../element.ts";
import { drawLine, setPath } from "./activity.ts";
import type { Inspector, ViewState } from "./inspector.ts";
import type { LogTimeline } from "./log-timeline.ts";

const MOST_ITEMS = 60;

export function difference(inspector: Inspector, log: LogTimeline): void {
	const button = find("#remember", HTMLButtonElement);
	const box = find("#difference");
	let remembered: ViewState | undefined;

	const draw = async (now: ViewState): Promise<void> => {
		if (!remembered) return;
		drawLine("remembered", log, remembered.moment?.time);
		const [early, late] =
			remembered.seq <= now.seq ? [remembered, now] : [now, remembered];
		const range = { from: early.seq, to: late.seq };
		const found = await log.ask({ ask: "compare", ...range });
		if (!remembered) return;
		const words = `From ${momentOf(early)} to ${momentOf(late)}`;
		box.replaceChildren(
			make("h2", "", words),
			column("Came", found.came.map(stayOf), "nobody"),
			column("Left", found.left.map(stayOf), "nobody"),
			column("Names", found.names.map(changeOf), "none changed"),
		);
	};
	button.addEventListener("click", () => {
		remembered = remembered ? undefined : inspector.viewState;
		button.ariaPressed = String(remembered !== undefined);
		say(button, remembered ? "Stop comparing" : "Compare from here");
		box.hidden = !remembered;
		box.replaceChildren();
		setPath("remembered", "");
		inspector.redraw();
	});
	inspector.onViewState(draw);
}

function momentOf({ seq, moment }: ViewState): string {
	const time = moment?.time && new Date(moment.time).toLocaleString();
	return `#${seq} (${time || "the beginning"})`;
}

function column(title: string, items: readonly string[], none: string) {
	const heading = make("h3", "", `${title} `, make("b", "", `${items.length}`));
	const chips = items
		.slice(0, MOST_ITEMS)
		.map((words) => make("li", "chip", words));
	const more = items.length - chips.length;
	if (more > 0) chips.push(make("li", "more", `and ${more} more`));
	if (items.length === 0) chips.push(make("li", "more", none));
	const list = make("ul", "chips", ...chips);
	return make("div", title.toLowerCase(), heading, list);
}

const stayOf = ({ name, room }: Stay) => `${name} · ${room}`;

function changeOf({ before, after }: NameChange): string {
	if (before === undefined) return `${after} was claimed`;
	if (after === undefined) return `${before} was set free`;
	return before === after
		? `${before} is someone else's`
		: `${before} is now ${after}`;
}
