/**
 * Completes @names while they are typed, from who spoke and who is here. The
 * focus stays in the field: arrows choose, Enter or Tab takes, Escape lets be.
 */

import { foldName, STARTED } from "../machines/text.ts";
import { find, say } from "./element.ts";
import { nameTag } from "./person.ts";

const MOST = 6;
/** UTF-16 units of an @name and what may stand before it. */
const LONGEST = 80;

/** The name that is being typed, as far as it goes. */
function started(field: HTMLTextAreaElement): string | undefined {
	if (field.selectionStart !== field.selectionEnd) return undefined;
	const { value, selectionStart: end } = field;
	// A name is no longer; a whole book before it need not be searched.
	return STARTED.exec(value.slice(Math.max(0, end - LONGEST), end))?.[1];
}

export function mentionAutocomplete(
	field: HTMLTextAreaElement,
	names: () => string[],
) {
	const list = find("#names", HTMLElement);
	let found: string[] = [];
	let chosen = 0;

	function show(names: string[]) {
		found = names;
		list.hidden = names.length === 0;
		list.replaceChildren(
			...names.map((name, at) => {
				return Object.assign(nameTag(name), {
					role: "option",
					id: `name-${at}`,
					ariaSelected: String(at === chosen),
					// The field must not lose the focus.
					onpointerdown: (event: Event) => event.preventDefault(),
					onclick: () => take(name),
				});
			}),
		);
		const active = names.length > 0 ? `name-${chosen}` : "";
		field.setAttribute("aria-activedescendant", active);
		const many = names.length === 1 ? "1 name" : `${names.length} names`;
		say("#names-told", active && `${many}; arrows choose, Enter takes.`);
	}

	function take(name: string) {
		const start = field.selectionStart - (started(field)?.length ?? 0);
		field.setRangeText(`${name} `, start, field.selectionStart, "end");
		show([]);
		field.dispatchEvent(new Event("input"));
	}

	field.addEventListener("blur", () => show([]));

	/** After what is in the field has changed. */
	function refresh() {
		const start = started(field);
		chosen = 0;
		if (start === undefined) return show([]);
		const fits = [...new Set(names())].filter((name) => {
			return foldName(name).startsWith(foldName(start)) && name !== start;
		});
		show(fits.slice(0, MOST));
	}

	return {
		refresh,
		/** Others are here than when it was typed. */
		refreshAgain() {
			if (found.length === 0 && document.activeElement === field) refresh();
		},
		/** Whether a key was meant for the list. */
		takesKey(key: string): boolean {
			const name = found[chosen];
			if (name === undefined) return false;
			if (key === "Enter" || key === "Tab") take(name);
			else if (key === "Escape") show([]);
			else if (key === "ArrowDown" || key === "ArrowUp") {
				const step = key === "ArrowDown" ? 1 : -1;
				chosen = (chosen + step + found.length) % found.length;
				show(found);
			} else return false;
			return true;
		},
	};
}
