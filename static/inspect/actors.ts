/** Who is there, as a list that can be filtered; of very many only the first are shown. */
import { find, make, say } from "../element.ts";
import type { Cast } from "./footage.ts";
import type { Look } from "./inspector.ts";

const MOST_SHOWN = 200;

export function actorList(choose: (id: string) => void) {
	const list = find("#actors", HTMLUListElement);
	const filter = find("#filter", HTMLInputElement);
	const count = find("#count", HTMLElement);
	let last: { cast: Cast; chosen: string } = { cast: new Map(), chosen: "" };
	const show = (cast: Cast, chosen: string): void => {
		last = { cast, chosen };
		const words = filter.value.trim().toLowerCase().split(/\s+/);
		const found = [...cast.values()].filter((actor) => {
			const text = `${actor.machine} ${actor.stateName} ${actor.id}`;
			return words.every((word) => text.toLowerCase().includes(word));
		});
		say(count, `${found.length} of ${cast.size}`);
		const items = found.slice(0, MOST_SHOWN).map((actor) => {
			const button = make("button", "actor", actor.machine, " ");
			const id = actor.id === actor.machine ? "" : actor.id.slice(0, 8);
			button.append(make("small", "id", id));
			button.append(make("span", "state-name", actor.stateName));
			button.toggleAttribute("aria-current", actor.id === chosen);
			button.dataset.actor = actor.id;
			const item = make("li", "");
			item.append(button);
			return item;
		});
		list.replaceChildren(...items);
	};
	filter.addEventListener("input", () => show(last.cast, last.chosen));
	list.addEventListener("click", ({ target }) => {
		const button = target instanceof Element && target.closest("button");
		if (button && button.dataset.actor !== undefined)
			choose(button.dataset.actor);
	});
	return ({ cast, chosen }: Look) => show(cast, chosen);
}
