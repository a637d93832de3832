/**
 * Who is there, as a list that can be filtered. However many they are, only
 * the rows that can be seen exist; so a look costs the same at ten thousand.
 */
import { find, make, say } from "../element.ts";
import type { Inspector, ViewState } from "./inspector.ts";
import type { Actor, Actors } from "./timeline.ts";

const ROW_PX = 30;
const RANKS = ["server", "room"];

export function actorList({ choose }: Inspector) {
	const list = find("#actors", HTMLElement);
	const filter = find("#filter", HTMLInputElement);
	const count = find("#count", HTMLElement);
	const length = make("div", "");
	const rows: Row[] = [];
	let viewState: ViewState | undefined;
	let shown: readonly Actor[] = [];
	list.append(length);

	const drawRows = (): void => {
		const first = Math.floor(list.scrollTop / ROW_PX);
		const room = Math.ceil(list.clientHeight / ROW_PX) + 1;
		const some = shown.slice(first, first + room);
		while (rows.length < some.length) {
			const row = new Row();
			rows.push(row);
			length.append(row.element);
		}
		for (const row of rows.splice(some.length)) row.element.remove();
		for (const [index, actor] of some.entries())
			rows[index]?.show(actor, first + index, shown.length, viewState);
		list.removeAttribute("aria-activedescendant");
		if (some.some(({ id }) => id === viewState?.chosen))
			list.setAttribute("aria-activedescendant", `actor-${viewState?.chosen}`);
	};
	const draw = (): void => {
		if (!viewState) return;
		shown = filtered(viewState.actors, filter.value);
		say(count, `${number(shown.length)} of ${number(viewState.actors.size)}`);
		length.style.height = `${shown.length * ROW_PX}px`;
		drawRows();
	};

	filter.addEventListener("input", draw);
	list.addEventListener("scroll", drawRows);
	new ResizeObserver(drawRows).observe(list);
	list.addEventListener("click", ({ target }) => {
		const row = target instanceof Element && target.closest("[data-actor]");
		if (row instanceof HTMLElement) choose(row.dataset.actor ?? "");
	});
	list.addEventListener("keydown", (event) => {
		const at = shown.findIndex(({ id }) => id === viewState?.chosen);
		const page = Math.floor(list.clientHeight / ROW_PX);
		const to = movesOf(at, page, shown.length)[event.key];
		const actor = shown[Math.max(0, Math.min(to ?? -1, shown.length - 1))];
		if (to === undefined || !actor) return;
		event.preventDefault();
		const top = shown.indexOf(actor) * ROW_PX;
		const lowest = top + ROW_PX - list.clientHeight;
		list.scrollTop = Math.max(lowest, Math.min(list.scrollTop, top));
		choose(actor.id);
	});
	return (now: ViewState): void => {
		viewState = now;
		draw();
	};
}

const number = (value: number): string => value.toLocaleString("en");

function movesOf(at: number, page: number, length: number) {
	const moves: Record<string, number> = {
		ArrowDown: at + 1,
		ArrowUp: at - 1,
		PageDown: at + page,
		PageUp: at - page,
		Home: 0,
		End: length - 1,
	};
	return moves;
}

/** Servers and rooms before the many. */
function filtered(actors: Actors, typed: string): readonly Actor[] {
	const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
	const ranks: Actor[][] = [[], [], []];
	for (const actor of actors.values()) {
		const { machine, stateName, id } = actor;
		if (words.length > 0) {
			const text = `${machine} ${stateName} ${id}`.toLowerCase();
			if (!words.every((word) => text.includes(word))) continue;
		}
		const rank = RANKS.indexOf(machine);
		ranks.at(rank)?.push(actor);
	}
	return ranks.flat();
}

class Row {
	readonly element = make("div", "actor");
	readonly #machine = make("span", "");
	readonly #id = make("span", "id");
	readonly #state = make("span", "state-name");

	constructor() {
		this.element.setAttribute("role", "option");
		this.element.append(this.#machine, this.#id, this.#state);
	}

	show(
		actor: Actor,
		index: number,
		of: number,
		viewState: ViewState | undefined,
	): void {
		const { element } = this;
		const { id, machine, stateName, moved } = actor;
		element.id = `actor-${id}`;
		element.dataset.actor = id;
		element.style.top = `${index * ROW_PX}px`;
		element.ariaSelected = String(id === viewState?.chosen);
		element.ariaPosInSet = String(index + 1);
		element.ariaSetSize = String(of);
		element.classList.toggle("moved", moved > 0 && moved === viewState?.seq);
		say(this.#machine, machine);
		say(this.#id, shortId(actor));
		say(this.#state, stateName);
	}
}

/** Enough of an id to tell it from others; none of the only one of its kind. */
export function shortId({ id, machine }: Pick<Actor, "id" | "machine">) {
	return id === machine ? "" : id.slice(0, 6);
}
