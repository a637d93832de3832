/**
 * Completes @names while they are typed. The focus stays in the field: arrows
 * choose, Enter or Tab completes, Escape closes the list. It is loaded at the
 * first @.
 */

import { foldName, STARTED } from "../machines/text.ts";
import { find, say } from "./element.ts";
import { nameTag } from "./person.ts";
import type { RoomView } from "./room-view.ts";
import { t } from "./words.ts";

const MOST_OPTIONS = 6;
/** UTF-16 units before the cursor that are searched for an @name. */
const LONGEST = 80;

/** A name without its accents, which not every keyboard has. */
export const bare = (name: string) =>
	foldName(name).normalize("NFD").replace(/\p{M}/gu, "");

/** The part of an @name before the cursor, without the @. */
function typedIn(field: HTMLTextAreaElement): string | undefined {
	const { selectionStart, selectionEnd: end, value } = field;
	if (selectionStart !== end) return undefined;
	return STARTED.exec(value.slice(Math.max(0, end - LONGEST), end))?.[1];
}

export type Autocomplete = ReturnType<typeof mentionAutocomplete>;

export function mentionAutocomplete(
	field: HTMLTextAreaElement,
	view: RoomView,
) {
	const list = find("#names");
	let options: readonly string[] = [];
	let chosen = 0;

	function insert(name: string): void {
		const end = field.selectionStart;
		const start = end - (typedIn(field)?.length ?? 0);
		field.setRangeText(`${name} `, start, end, "end");
		show([]);
		field.dispatchEvent(new Event("input"));
	}

	const optionOf = (name: string, at: number): HTMLElement =>
		Object.assign(nameTag(name), {
			role: "option",
			id: `name-${at}`,
			ariaSelected: String(at === chosen),
			// The field must keep the focus.
			onpointerdown: (event: Event) => event.preventDefault(),
			onclick: () => insert(name),
		});

	function show(names: readonly string[]): void {
		const { length } = names;
		options = names;
		list.hidden = length === 0;
		list.replaceChildren(...names.map(optionOf));
		const active = length > 0 ? `name-${chosen}` : "";
		field.setAttribute("aria-activedescendant", active);
		say("#names-hint", active && t("names", { count: length }));
	}

	/** The text or the candidates have changed. */
	function update() {
		const typed = typedIn(field);
		chosen = 0;
		if (typed === undefined) return show([]);
		const names = [...new Set(view.names)].filter((name) => {
			return bare(name).startsWith(bare(typed)) && name !== typed;
		});
		show(names.slice(0, MOST_OPTIONS));
	}

	field.addEventListener("blur", () => show([]));
	return {
		update,
		/** An open list stays as it is, so that the choice does not move. */
		updateMembers(): void {
			const isOpen = options.length > 0;
			if (!isOpen && document.activeElement === field) update();
		},
		/** Handles a key; false if it is not for the list. */
		onKey(key: string): boolean {
			const { length } = options;
			const name = options[chosen];
			if (name === undefined) return false;
			if (key === "Enter" || key === "Tab") insert(name);
			else if (key === "Escape") show([]);
			else if (key === "ArrowDown" || key === "ArrowUp") {
				const step = key === "ArrowDown" ? 1 : -1;
				chosen = (chosen + step + length) % length;
				show(options);
			} else return false;
			return true;
		},
	};
}
