/** How many actors are in each state, and how many events of each type there were a second. */
import type { Moment } from "../../machines/frame.ts";
import { find, make, say } from "../element.ts";
import type { Inspector, ViewState } from "./inspector.ts";
import { showEach } from "./show-each.ts";
import { eventOf } from "./timeline.ts";

const WINDOW_MS = 10_000;
const MOST_MOMENTS = 1000;

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
		const byState = new Map<string, number>();
		for (const { machine, stateName } of actors.values()) {
			const words = `${machine} ${stateName}`;
			byState.set(words, (byState.get(words) ?? 0) + 1);
		}
		const chips = [...byState]
			.sort()
			.map(([words, count]): Chip => [words, count.toLocaleString("en")]);
		showChips(list, chips, "button");
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
		const chips = found.map(
			([type, rate]): Chip => [type, `${rate.toFixed(1)}/s`],
		);
		showChips(list, chips, "span");
	};
	setInterval(() => inspector.viewState.isLive && void draw(), 1000);
	return draw;
}

function ratesOf(moments: readonly Moment[], until: number) {
	const recent = moments.filter(({ time = 0 }) => time > until - WINDOW_MS);
	// If there are as many as were asked for, there may be older ones in the window.
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

function showChips(
	list: HTMLElement,
	chips: readonly Chip[],
	tag: "span" | "button",
): void {
	const makeChip = () =>
		make("li", "", make(tag, "chip", make("span", ""), make("b", "")));
	showEach(list, chips, makeChip, (item, texts) => {
		const chip = item.firstElementChild ?? item;
		for (const [nth, text] of texts.entries())
			say(chip.children[nth] ?? chip, text);
	});
}
