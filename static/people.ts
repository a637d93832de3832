/**
 * Who is in the room, who is away, and who is writing. A person in many tabs
 * is listed once, and is away only if they are away in all of them.
 */

import { button, find, focusField, make, say } from "./element.ts";
import type { Member, RoomEvent } from "./frames.ts";
import { later } from "./lazy.ts";
import type { Page } from "./page.ts";
import { avatar, nameList, nameTag } from "./person.ts";
import { nodes, number, t } from "./words.ts";

/** More people who write are “others”. */
const MOST_NAMED = 3;
/** A crowd that comes in together is drawn once. */
const RENDER_DELAY_MS = 50;

/** Each name once, with a tab that is not away if there is one; those who are not away first. */
function people(members: Iterable<Member>): readonly Member[] {
	const all = new Map<string, Member>();
	for (const member of members)
		if (all.get(member.name)?.away !== false) all.set(member.name, member);
	return [...all.values()].sort(
		(a, b) => Number(a.away) - Number(b.away) || a.name.localeCompare(b.name),
	);
}

function itemOf(page: Page, { name, away, in: room }: Member): HTMLElement {
	const isMe = name === page.name;
	const labels = [
		isMe && t("you"),
		away && (room ? t("people.in", { room: `#${room}` }) : t("people.away")),
		page.isBlocked(name) && t("people.blocked"),
	];
	const parts = [
		...[avatar(name), nameTag(name)],
		...labels.flatMap((label) => (label ? make("span", "label", label) : [])),
	];
	const onclick = async () => (await later())?.openMenu({ page, name });
	const title = t("menu.of", { name });
	const look = { tabIndex: -1, ariaHasPopup: "dialog", title };
	const shown = isMe ? parts : [button(look, onclick, ...parts)];
	return make("li", away ? "away" : "", ...shown);
}

function showTyping(page: Page, writing: readonly string[]): void {
	const others = [...new Set(writing)].filter(
		(name) => name !== page.name && !page.isBlocked(name),
	);
	const more = others.length > MOST_NAMED ? t("people.others") : "";
	const names = nameList(others.slice(0, MOST_NAMED), more);
	const count = others.length;
	find("#typing").replaceChildren(
		...(count > 0 ? nodes("people.writing", { count, names }) : []),
	);
}

export type PeoplePanel = ReturnType<typeof peoplePanel>;

export function peoplePanel(page: Page) {
	const list = find("#people");
	/** By client; undefined until the server has sent the members. */
	let inside: Map<string, Member> | undefined;
	/** How many more there are than the server lists. */
	let unlisted = 0;
	let timer: ReturnType<typeof setTimeout> | undefined;
	const members = (): Iterable<Member> => inside?.values() ?? [];

	function render(): void {
		timer = undefined;
		// A press on what is drawn anew before its release leads nowhere.
		if (list.querySelector(":active")) {
			renderSoon();
			return;
		}
		const all = people(members());
		const old = [...list.querySelectorAll("button")];
		const at = old.findIndex((one) => one.matches(":focus"));
		list.replaceChildren(...all.map((person) => itemOf(page, person)));
		const buttons = [...list.querySelectorAll("button")];
		const same = buttons.find(({ title }) => title === old[at]?.title);
		// The one it was on may have left, perhaps as the last.
		const next = same ?? buttons[at] ?? buttons.at(-1);
		if (at >= 0) next ? next.focus({ preventScroll: true }) : focusField();
		if (unlisted > 0)
			list.append(make("li", "label", t("people.more", { count: unlisted })));
		say("#people-count", inside ? number(all.length + unlisted) : "");
	}

	function renderSoon(): void {
		if (!timer) timer = setTimeout(render, RENDER_DELAY_MS);
	}

	return {
		members,
		names: () => people(members()).map(({ name }) => name),
		/** Without a connection nobody is known to be writing. */
		disconnected: () => showTyping(page, []),
		clear(): void {
			inside = undefined;
			unlisted = 0;
			showTyping(page, []);
			renderSoon();
		},
		receive(event: RoomEvent) {
			if (event.kind === "typing") {
				const names = event.clients.map(({ name }) => name);
				return showTyping(page, names);
			}
			if (event.kind === "members") {
				inside = new Map();
				unlisted = Math.max(0, event.total - event.members.length);
			}
			if (!inside) return;
			if (event.kind === "members" || event.kind === "presence")
				for (const member of event.members) inside.set(member.client, member);
			else if (event.kind === "entered") {
				const { client, name } = event;
				inside.set(client, { client, name, away: false });
			} else if (event.kind === "left") inside.delete(event.client);
			else if (event.kind !== "blocks") return;
			renderSoon();
		},
	};
}
