/**
 * Completes @names while they are typed, and lists the commands after a slash.
 * The focus stays in the field: arrows choose, Enter or Tab takes, Escape
 * closes the list. It is loaded at the first @ or slash.
 */

import { foldName, STARTED } from "../machines/text.ts";
import { commands, type Option } from "./commands.ts";
import { find, say } from "./element.ts";
import type { Page } from "./page.ts";
import { nameTag } from "./person.ts";
import type { RoomView } from "./room-view.ts";
import { t } from "./words.ts";

const MOST_OPTIONS = 6;
/** UTF-16 units before the cursor that are searched for an @name. */
const LONGEST = 80;

const NAME = new RegExp(STARTED, "u");

/** A name without its accents, which not every keyboard has. */
export const bare = (name: string) =>
	foldName(name).normalize("NFD").replace(/\p{M}/gu, "");

/** Names in a row, the last of which may be only begun. */
const IN_A_ROW = /(?:[@＠][^\s@＠]+\s+)*[@＠]\S*$/u;

interface Parts {
	readonly field: HTMLTextAreaElement;
	readonly view: RoomView;
	readonly page: Page;
}

/** The beginning of a command, without the slash, if that is all there is. */
const COMMAND = /^\/(\p{L}*)$/u;

/** What may be meant by what is typed. */
function candidates(
	{ field, view, page }: Parts,
	write: (text: string, start?: number, end?: number) => void,
): readonly Option[] {
	const [, begun] = COMMAND.exec(field.value) ?? [];
	if (begun !== undefined)
		return commands(page, write).filter(({ name }) =>
			name.startsWith(begun.toLowerCase()),
		);
	const { selectionStart, selectionEnd: end, value } = field;
	const before = value.slice(Math.max(0, end - LONGEST), end);
	const typed = NAME.exec(before)?.[1];
	if (typed === undefined || selectionStart !== end) return [];
	const there = IN_A_ROW.exec(before)?.[0].split(/[\s@＠]+/) ?? [];
	return [...new Set(view.names)]
		.filter((name) => !there.includes(name))
		.filter((name) => bare(name).startsWith(bare(typed)))
		.slice(0, MOST_OPTIONS)
		.map((name) => {
			const take = () => write(`${name} `, end - typed.length, end);
			return { name, element: nameTag(name), take };
		});
}

export type Autocomplete = ReturnType<typeof mentionAutocomplete>;

export function mentionAutocomplete(parts: Parts) {
	const { field, page } = parts;
	const list = find("#names");
	let options: readonly Option[] = [];
	let chosen = 0;

	function write(text: string, start = 0, end = field.value.length): void {
		field.setRangeText(text, start, end, "end");
		show([]);
		field.dispatchEvent(new Event("input"));
	}

	const rendered = ({ element, take }: Option, at: number): HTMLElement =>
		Object.assign(element, {
			role: "option",
			id: `name-${at}`,
			ariaSelected: String(at === chosen),
			onclick: take,
		});

	function show(all: readonly Option[]): void {
		const count = all.length;
		const isCommands = field.value.startsWith("/");
		options = all;
		list.hidden = count === 0;
		list.ariaLabel = isCommands ? t("commands.list") : t("html.who");
		list.replaceChildren(...all.map(rendered));
		const active = count > 0 ? `name-${chosen}` : "";
		field.setAttribute("aria-activedescendant", active);
		const words = isCommands ? t("commands") : t("names", { count });
		say("#names-hint", active && words);
		all[chosen]?.element.scrollIntoView({ block: "nearest" });
	}

	/** The text or the candidates have changed. */
	function update() {
		chosen = 0;
		show(candidates(parts, write));
	}

	// It scrolls, but the field must keep the focus.
	list.tabIndex = 0;
	list.onpointerdown = (event) => event.preventDefault();
	field.addEventListener("blur", () => show([]));
	return {
		update,
		/** Another text is in the field, which nobody typed. */
		close: () => show([]),
		/** Does what a whole command says; false if the text is none. */
		run(text: string): boolean {
			const command = commands(page, write).find(
				({ name }) => `/${name}` === text.trim().toLowerCase(),
			);
			command?.take();
			return command !== undefined;
		},
		/** An open list stays as it is, so that the choice does not move. */
		updateMembers(): void {
			const isOpen = options.length > 0;
			if (!isOpen && document.activeElement === field) update();
		},
		/** Handles a key; false if it is not for the list. */
		onKey(key: string): boolean {
			const { length } = options;
			const option = options[chosen];
			if (!option) return false;
			if (key === "Enter" || key === "Tab") option.take();
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
