/** How many actors are in each state, and how many events of each type there were a second. */
import type { Moment } from "../../machines/frame.ts";
import { find, make, say } from "../element.ts";
import type { Inspector, ViewState } from "./inspector.ts";
import { showEach } from "./show-each.ts";
import { type Actor, eventOf } from "./timeline.ts";

const WINDOW_MS = 10_000;
const MOST_MOMENTS = 1000;

const wordsAbout = ({ machine, stateName }: Actor) => `${machine} ${stateName}`;

/** A press on a count filters the list of actors by it; another press filters no more. */
export function counts() {
	const list = find("#counts");
	const filter = find("#filter", HTMLInputElement);
	list.addEventListener("click", ({ target }) => {
		const chip = target instanceof Element && target.closest("button");
		if (!chip) return;
		const words = chip.firstChild?.textContent ?? "";
		filter.value = filter.value === words ? "" : words;
		filter.dispatchEvent(new Event("input"));
	});
	return ({ actors }: ViewState): void => {
		const byState = Map.groupBy(actors.values(), wordsAbout);
		const chips = Array.from(byState, ([words, { length }]): Chip => {
			return [words, length.toLocaleString("en")];
		});
		showChips(list, chips.sort(), "button");
	};
}

/** Over the ten seconds before the moment that is shown; live, before now. */
export function rates(inspector: Inspector) {
	const list = find("#rates");
	let [shownSeq, since] = [-1, 0];
	const draw = async (): Promise<void> => {
		const { timeline, seq, isLive, moment } = inspector.viewState;
		if (seq !== shownSeq) [shownSeq, since] = [seq, Date.now()];
		const until = (moment?.time ?? 0) + (isLive ? Date.now() - since : 0);
		const from = Math.max(timeline.first, seq - MOST_MOMENTS);
		const found = ratesOf(await timeline.moments(from, seq), until);
		showChips(list, found, "span");
	};
	setInterval(() => inspector.viewState.isLive && void draw(), 1000);
	return draw;
}

function ratesOf(moments: readonly Moment[], until: number) {
	const recent = moments.filter(({ time = 0 }) => time > until - WINDOW_MS);
	// If there are as many as were asked for, there may be older ones in the window.
	const isCut = recent.length >= MOST_MOMENTS;
	const span = isCut ? until - (recent[0]?.time ?? 0) : WINDOW_MS;
	const found = [...Map.groupBy(recent, eventOf)];
	const each = 1000 / Math.max(span, 1);
	return found
		.sort(([, { length: one }], [, { length: other }]) => other - one)
		.map(([type, of]): Chip => [type, `${(of.length * each).toFixed(1)}/s`]);
}

type Chip = readonly [words: string, number: string];

type Tag = "span" | "button";

function showChips(list: HTMLElement, chips: readonly Chip[], tag: Tag) {
	const makeChip = () =>
		make("li", "", make(tag, "chip", make("span", ""), make("b", "")));
	showEach(list, chips, makeChip, (item, texts) => {
		const chip = item.firstElementChild ?? item;
		for (const [nth, text] of texts.entries())
			say(chip.children[nth] ?? chip, text);
	});
}
