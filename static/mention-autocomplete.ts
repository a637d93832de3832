/**
 * Completes @names while they are typed. The focus stays in the field: arrows
 * choose, Enter or Tab completes, Escape closes the list.
 */

import { foldName, STARTED } from "../machines/text.ts";
import { find, say } from "./element.ts";
import { nameTag } from "./person.ts";
import type { RoomView } from "./room-view.ts";

const MOST_OPTIONS = 6;
/** UTF-16 units before the cursor that are searched for an @name. */
const LONGEST = 80;

export class MentionAutocomplete {
	readonly #list = find("#names");
	readonly #field: HTMLTextAreaElement;
	readonly #view: RoomView;
	#options: readonly string[] = [];
	#chosen = 0;

	constructor(field: HTMLTextAreaElement, view: RoomView) {
		this.#field = field;
		this.#view = view;
		field.addEventListener("blur", () => this.#show([]));
	}

	/** The text or the candidates have changed. */
	update() {
		const typed = this.#typed();
		this.#chosen = 0;
		if (typed === undefined) return this.#show([]);
		const options = [...new Set(this.#view.names)].filter((name) => {
			return foldName(name).startsWith(foldName(typed)) && name !== typed;
		});
		this.#show(options.slice(0, MOST_OPTIONS));
	}

	/** An open list stays as it is, so that the choice does not move. */
	updateMembers(): void {
		const isOpen = this.#options.length > 0;
		if (!isOpen && document.activeElement === this.#field) this.update();
	}

	/** Handles a key; false if it is not for the list. */
	onKey(key: string): boolean {
		const { length } = this.#options;
		const name = this.#options[this.#chosen];
		if (name === undefined) return false;
		if (key === "Enter" || key === "Tab") this.#insert(name);
		else if (key === "Escape") this.#show([]);
		else if (key === "ArrowDown" || key === "ArrowUp") {
			const step = key === "ArrowDown" ? 1 : -1;
			this.#chosen = (this.#chosen + step + length) % length;
			this.#show(this.#options);
		} else return false;
		return true;
	}

	/** The part of an @name before the cursor, without the @. */
	#typed(): string | undefined {
		const { selectionStart, selectionEnd: end, value } = this.#field;
		if (selectionStart !== end) return undefined;
		return STARTED.exec(value.slice(Math.max(0, end - LONGEST), end))?.[1];
	}

	#insert(name: string): void {
		const end = this.#field.selectionStart;
		const start = end - (this.#typed()?.length ?? 0);
		this.#field.setRangeText(`${name} `, start, end, "end");
		this.#show([]);
		this.#field.dispatchEvent(new Event("input"));
	}

	#show(options: readonly string[]): void {
		const { length } = options;
		this.#options = options;
		this.#list.hidden = length === 0;
		this.#list.replaceChildren(
			...options.map((name, at) => this.#option(name, at)),
		);
		const active = length > 0 ? `name-${this.#chosen}` : "";
		this.#field.setAttribute("aria-activedescendant", active);
		const names = length === 1 ? "1 name" : `${length} names`;
		say("#names-hint", active && `${names}; arrows choose, Enter takes.`);
	}

	#option(name: string, at: number): HTMLElement {
		return Object.assign(nameTag(name), {
			role: "option",
			id: `name-${at}`,
			ariaSelected: String(at === this.#chosen),
			// The field must keep the focus.
			onpointerdown: (event: Event) => event.preventDefault(),
			onclick: () => this.#insert(name),
		});
	}
}
