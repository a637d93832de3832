/** How many are in each state, and how many events of each type there were a second. */
import type { Moment } from "../../machines/frame.ts";
import { find, make, say } from "../element.ts";
import type { ViewState } from "./inspector.ts";
import { type Actors, eventOf } from "./timeline.ts";

const WINDOW_MS = 10_000;
const MOST_MOMENTS = 1000;

export function counts() {
	const list = find("#counts", HTMLElement);
	const filter = find("#filter", HTMLInputElement);
	list.addEventListener("click", ({ target }) => {
		const chip = target instanceof Element && target.closest("button");
		if (!chip) return;
		const words = chip.firstChild?.textContent ?? "";
		filter.value = filter.value === words ? "" : words;
		filter.dispatchEvent(new Event("input"));
	});
	return ({ actors }: ViewState): void => {
		const found = [...countsOf(actors)].sort();
		const chips = found.map(
			([words, count]): Chip => [words, count.toLocaleString("en")],
		);
		showChips(list, chips, "button");
	};
}

function countsOf(actors: Actors): ReadonlyMap<string, number> {
	const found = new Map<string, number>();
	for (const { machine, stateName } of actors.values()) {
		const words = `${machine} ${stateName}`;
		found.set(words, (found.get(words) ?? 0) + 1);
	}
	return found;
}

/** Of the ten seconds before the moment that is looked at; live, before now. */
export function rates() {
	const list = find("#rates", HTMLElement);
	let viewState: ViewState | undefined;
	let since = 0;
	const draw = async (): Promise<void> => {
		if (!viewState) return;
		const { timeline, seq, follows, moment } = viewState;
		const until = (moment?.time ?? 0) + (follows ? Date.now() - since : 0);
		const from = Math.max(timeline.first, seq - MOST_MOMENTS);
		const found = ratesOf(await timeline.moments(from, seq), until);
		const chips = found.map(
			([type, rate]): Chip => [type, `${rate.toFixed(1)}/s`],
		);
		showChips(list, chips, "span");
	};
	setInterval(() => viewState?.follows && void draw(), 1000);
	return (now: ViewState): void => {
		if (now.seq !== viewState?.seq) since = Date.now();
		viewState = now;
		void draw();
	};
}

function ratesOf(moments: readonly Moment[], until: number) {
	const recent = moments.filter(({ time = 0 }) => time > until - WINDOW_MS);
	// Were there more than were asked for, they do not reach back all the way.
	const isCut = recent.length >= MOST_MOMENTS;
	const span = isCut ? until - (recent[0]?.time ?? 0) : WINDOW_MS;
	const found = new Map<string, number>();
	for (const moment of recent) {
		const type = eventOf(moment);
		found.set(type, (found.get(type) ?? 0) + 1000 / Math.max(span, 1));
	}
	return [...found].sort(([, a], [, b]) => b - a);
}

type Chip = readonly [words: string, number: string];

/** Those that are there are written anew, so that one that is pressed or has the focus stays. */
function showChips(
	list: HTMLElement,
	chips: readonly Chip[],
	tag: "span" | "button",
) {
	while (list.children.length > chips.length) list.lastChild?.remove();
	for (const [index, [words, number]] of chips.entries()) {
		let chip = list.children[index]?.firstElementChild;
		if (!chip) {
			chip = make(tag, "chip", make("span", ""), make("b", ""));
			list.append(make("li", "", chip));
		}
		for (const [at, text] of [words, number].entries())
			say(chip.children[at] ?? chip, text);
	}
}
