/**
 * The list of actors, with a filter. Only the rows in view are elements of the
 * page, so it is as fast with ten thousand actors as with ten.
 */
import { find, make, say } from "../element.ts";
import type { Inspector, ViewState } from "./inspector.ts";
import { showEach } from "./show-each.ts";
import type { Actor, Actors } from "./timeline.ts";

const ROW_PX = 30;
/** Machines with few actors, which are listed first. */
const FIRST = ["node", "server", "room"];

export function actorList(inspector: Inspector) {
	const list = find("#actors");
	const filter = find("#filter", HTMLInputElement);
	const count = find("#count");
	const rows = make("div", "");
	let shown: readonly Actor[] = [];
	list.append(rows);

	const drawRows = (): void => {
		const first = Math.floor(list.scrollTop / ROW_PX);
		const most = Math.ceil(list.clientHeight / ROW_PX) + 1;
		const inView = shown.slice(first, first + most);
		showEach(rows, inView, makeRow, (row, actor, index) =>
			showActor(row, actor, first + index, inspector.viewState),
		);
		list.removeAttribute("aria-activedescendant");
		for (const row of rows.children) {
			row.ariaSetSize = String(shown.length);
			if (row.ariaSelected === "true")
				list.setAttribute("aria-activedescendant", row.id);
		}
	};
	const draw = (): void => {
		const { actors } = inspector.viewState;
		shown = filtered(actors, filter.value);
		const [some, all] = [shown.length, actors.size];
		say(count, `${some.toLocaleString("en")} of ${all.toLocaleString("en")}`);
		rows.style.height = `${shown.length * ROW_PX}px`;
		drawRows();
	};

	filter.addEventListener("input", draw);
	list.addEventListener("scroll", drawRows);
	new ResizeObserver(drawRows).observe(list);
	list.addEventListener("click", ({ target }) => {
		const row = target instanceof Element && target.closest("[data-actor]");
		if (row instanceof HTMLElement) inspector.choose(row.dataset.actor ?? "");
	});
	list.addEventListener("keydown", (event) => {
		const { chosen } = inspector.viewState;
		const from = shown.findIndex(({ id }) => id === chosen);
		const page = Math.floor(list.clientHeight / ROW_PX);
		const to = movesFrom(from, page, shown.length)[event.key];
		if (to === undefined) return;
		const index = Math.max(0, Math.min(to, shown.length - 1));
		const actor = shown[index];
		if (!actor) return;
		event.preventDefault();
		const top = index * ROW_PX;
		const lowest = top + ROW_PX - list.clientHeight;
		list.scrollTop = Math.max(lowest, Math.min(list.scrollTop, top));
		inspector.choose(actor.id);
	});
	return draw;
}

/** The row that each key leads to. */
function movesFrom(row: number, page: number, length: number) {
	const moves: Record<string, number> = {
		ArrowDown: row + 1,
		ArrowUp: row - 1,
		PageDown: row + page,
		PageUp: row - page,
		Home: 0,
		End: length - 1,
	};
	return moves;
}

/** Every word that was typed must be in an actor's machine, state or id. */
function filtered(actors: Actors, typed: string): readonly Actor[] {
	const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
	const groups: Actor[][] = [[], [], [], []];
	for (const actor of actors.values()) {
		const { machine, stateName, id } = actor;
		if (words.length > 0) {
			const text = `${machine} ${stateName} ${id}`.toLowerCase();
			if (!words.every((word) => text.includes(word))) continue;
		}
		groups.at(FIRST.indexOf(machine))?.push(actor);
	}
	return groups.flat();
}

function makeRow(): HTMLElement {
	const [machine, id] = [make("span", ""), make("span", "id")];
	const properties = { className: "actor", role: "option" };
	return make("div", properties, machine, id, make("span", "state-name"));
}

function showActor(row: Element, actor: Actor, index: number, now: ViewState) {
	if (!(row instanceof HTMLElement)) return;
	const { id, machine, stateName, moved } = actor;
	row.id = `actor-${id}`;
	row.dataset.actor = id;
	row.style.top = `${index * ROW_PX}px`;
	row.ariaSelected = String(id === now.chosen);
	row.ariaPosInSet = String(index + 1);
	row.classList.toggle("moved", moved > 0 && moved === now.seq);
	for (const [nth, text] of [machine, shortId(actor), stateName].entries())
		say(row.children[nth] ?? row, text);
}

/** Enough of an id to tell it from others; none of the only one of its kind. */
export function shortId({
	id,
	machine,
	label,
}: Pick<Actor, "id" | "machine" | "label">) {
	if (label !== undefined) return label;
	return id === machine ? "" : id.slice(0, 6);
}
