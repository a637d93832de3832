/** Finds what was said, in this room or in all of the reader's. It is loaded when it is first opened. */

import type { Said } from "../machines/message.ts";
import type { ClientFrame } from "../machines/protocol.ts";
import { TOKEN, tokensOf } from "../machines/tokens.ts";
import { arrowKeys, showDialog } from "./dialog.ts";
import { button, make, say } from "./element.ts";
import { joinedRoom } from "./joined-rooms.ts";
import { askFor, MessageList } from "./message-list.ts";
import { titleOf } from "./own-rooms.ts";
import type { Page } from "./page.ts";
import { nameTag } from "./person.ts";
import { wordsOf } from "./requests.ts";
import { roomName } from "./room-name.ts";
import { clearOffline } from "./when-open.ts";
import { locale, t } from "./words.ts";

/** Mentions of the reader, and answers to them. */
const MENTIONS = "to:me";

const day = new Intl.DateTimeFormat(locale, {
	...{ dateStyle: "medium", timeStyle: "short" },
});

function makeForm() {
	const field = make("input", {
		...{
			role: "searchbox",
			enterKeyHint: "search",
			ariaLabel: t("search.field"),
			placeholder: t("search.field"),
		},
		...{ autocomplete: "off", maxLength: 500, dir: "auto", autofocus: true },
	});
	const all = make("input", { type: "checkbox", accessKey: "a" });
	const inAll = make("label", "hint", all, ` ${t("search.all")}`);
	const mentions = make("button", "ghost", t("search.mentions"));
	mentions.type = "button";
	const submit = make("button", "block inline", t("search"));
	const options = make("div", "row-of", submit, inAll, mentions);
	return { form: make("form", "", field, options), field, all, mentions };
}

/** A phrase in quotation marks, or what names a room. */
const ROOM = /(?<!\S)in:(?:"([^"]+)"|(\S+))|"[^"]*"/giu;

/** A query in which rooms of one's own, which have only titles, are named by their keys. A public room may be called the same. */
const withKeys = (typed: string, { ownRooms }: Page): string =>
	typed.replace(ROOM, (all, quoted, word) => {
		const title: string = (quoted ?? word ?? "").toLowerCase();
		if (!title) return all;
		const keys = ownRooms
			.filter((one) => !one.invitation && titleOf(one).toLowerCase() === title)
			.map(({ room }) => room);
		if (keys.length === 0) return all;
		const rooms = [roomName(title), ...keys].filter(Boolean);
		return rooms.map((room) => `in:${room}`).join(" ");
	});

type Query = Omit<ClientFrame<"find">, "kind">;

/** The server answers one search at a time, and refuses others. */
let searching: Promise<unknown> = Promise.resolve();

/** What a search finds, or what is wrong. */
function find(page: Page, query: Query) {
	const answer = searching.then(() => askFor(page, { kind: "find", ...query }));
	searching = answer;
	return answer;
}

/** The rooms where something mentions or answers the reader that they have not read; nothing where that was not found out. */
export async function unreadMentions(page: Page) {
	const found = await find(page, { text: MENTIONS, all: true });
	if (found.kind !== "found") return undefined;
	return found.hits.flatMap(({ room, epoch, offset, name }) => {
		const read = joinedRoom(room);
		const isUnread = read?.epoch === epoch && offset > read.offset;
		return isUnread && !page.isBlocked(name) ? room : [];
	});
}

export function openSearch(page: Page): void {
	const { form, field, all, mentions } = makeForm();
	const status = make("p", { className: "hint", role: "status" });
	/** What was looked for last. */
	let query = "";
	const found = new MessageList({
		page,
		draw(message) {
			const { room } = message;
			const isHere = !all.checked && room === page.room;
			const title = isHere ? "" : page.titleOf(room);
			return row(message, title, query, () => void show(message));
		},
		emptied: () => say(status, t("search.none")),
	});
	const list = found.element;
	const dialog = showDialog(t("search"), form, status, list);
	clearOffline(page, dialog);
	/** Counts searches: only the answer to the latest is shown. */
	let latest = 0;

	async function search(text: string, before?: string): Promise<void> {
		const nth = ++latest;
		say(status, t("search.searching"));
		const where = all.checked ? { all: true as const } : { room: page.room };
		const answer = await find(page, {
			...{ text: withKeys(text, page), ...where, before },
		});
		if (nth !== latest) return;
		query = text;
		if (!before) found.clear();
		if (answer.kind !== "found") return say(status, wordsOf(answer));
		const last = list.querySelector(".link");
		const isNext = last === document.activeElement;
		last?.remove();
		const { hits, older, behind } = answer;
		// Who writes their own name has mentioned nobody.
		const isOwn = (name: string) => text === MENTIONS && page.isOwn(name);
		const first = found.add(
			hits
				.filter(({ name }) => !page.isBlocked(name) && !isOwn(name))
				.map((hit) => ({ kind: "said", client: "", ...hit })),
		);
		if (older) {
			const onclick = () => search(text, older);
			list.append(button("link", onclick, t("search.older")));
		}
		// All that was found may be of blocked people.
		const next = first ?? list.querySelector<HTMLElement>(".link") ?? field;
		if (isNext) next.focus();
		const words =
			list.children.length > 0 ? t("search.found") : t("search.none");
		say(status, behind ? t("search.behind") : words);
	}

	async function show({ room, offset }: Said): Promise<void> {
		dialog.close();
		await page.go(room);
		page.show(offset);
	}

	form.onsubmit = (event) => {
		event.preventDefault();
		void search(field.value);
	};
	all.onchange = () => {
		if (field.value) void search(field.value);
	};
	mentions.onclick = () => {
		all.checked = true;
		field.value = MENTIONS;
		void search(MENTIONS);
	};
	arrowKeys(dialog, () => [
		field,
		...list.querySelectorAll<HTMLElement>("button"),
	]);
}

function row(hit: Said, title: string, query: string, onclick: () => void) {
	const where = title ? [make("bdi", "", title), " · "] : [];
	const time = make("time", "", day.format(hit.time));
	return button(
		"pin",
		onclick,
		make("span", "hint", ...where, nameTag(hit.name), " ", time),
		make("span", { dir: "auto" }, ...marked(hit.text, query)),
	);
}

/** A text with the words of a query marked. */
function marked(text: string, query: string): readonly (Node | string)[] {
	const typed = query.split(/[\s"“”„«»]+/).filter((one) => !/^\w+:/.test(one));
	const words = new Set(typed.flatMap(tokensOf));
	const beginnings = typed.flatMap((one) =>
		one.endsWith("*") ? (tokensOf(one).at(-1) ?? []) : [],
	);
	const nodes: (Node | string)[] = [];
	let shown = 0;
	for (const { 0: piece, index } of text.matchAll(TOKEN)) {
		const isFound = tokensOf(piece).some(
			(word) =>
				words.has(word) || beginnings.some((one) => word.startsWith(one)),
		);
		if (!isFound) continue;
		nodes.push(text.slice(shown, index), make("mark", "", piece));
		shown = index + piece.length;
	}
	return [...nodes, text.slice(shown)];
}
