/**
 * Who is in the room, who is away, and who is writing. A person in many tabs
 * is listed once, and is away only if they are away in all of them.
 */

import { find, make, say } from "./element.ts";
import type { Member, RoomEvent } from "./frames.ts";
import type { Page } from "./page.ts";
import { avatar, nameList, nameTag } from "./person.ts";
import { MENU, openMenu } from "./person-menu.ts";

/** More people who write are “others”. */
const MOST_NAMED = 3;
/** A crowd that comes in together is drawn once. */
const RENDER_DELAY_MS = 50;

/** Each name once, and whether that person is away; those who are not away first. */
function people(members: Iterable<Member>): [name: string, away: boolean][] {
	const away = new Map<string, boolean>();
	for (const member of members)
		away.set(member.name, member.away && (away.get(member.name) ?? true));
	return [...away].sort(
		([a, isAway], [b, isBAway]) =>
			Number(isAway) - Number(isBAway) || a.localeCompare(b),
	);
}

export class PeoplePanel {
	readonly #list = find("#people");
	readonly #typing = find("#typing");
	readonly #page: Page;
	/** By client; undefined until the server has sent the members. */
	#members: Map<string, Member> | undefined;
	/** How many more there are than the server lists. */
	#unlisted = 0;
	#timer: ReturnType<typeof setTimeout> | undefined;

	constructor(page: Page) {
		this.#page = page;
	}

	get members(): Iterable<Member> {
		return this.#members?.values() ?? [];
	}

	get names(): string[] {
		return people(this.members).map(([name]) => name);
	}

	clear(): void {
		this.#members = undefined;
		this.#unlisted = 0;
		this.#showTyping([]);
		this.#renderSoon();
	}

	receive(event: RoomEvent) {
		if (event.kind === "typing")
			return this.#showTyping(event.clients.map(({ name }) => name));
		if (event.kind === "members") {
			this.#members = new Map();
			this.#unlisted = Math.max(0, event.total - event.members.length);
		}
		if (!this.#members) return;
		if (event.kind === "members" || event.kind === "presence") {
			for (const member of event.members)
				this.#members.set(member.client, member);
		} else if (event.kind === "entered") {
			const { client, name } = event;
			this.#members.set(client, { client, name, away: false });
		} else if (event.kind === "left") this.#members.delete(event.client);
		else if (event.kind !== "blocks") return;
		this.#renderSoon();
	}

	#renderSoon(): void {
		this.#timer ??= setTimeout(() => {
			this.#timer = undefined;
			this.#render();
		}, RENDER_DELAY_MS);
	}

	#render(): void {
		const all = people(this.members);
		const more = this.#unlisted;
		const focused = this.#list.querySelector<HTMLElement>(":focus")?.title;
		this.#list.replaceChildren(...all.map((person) => this.#item(person)));
		const buttons = [...this.#list.querySelectorAll("button")];
		buttons.find(({ title }) => title === focused)?.focus();
		if (more > 0) this.#list.append(make("li", "label", `and ${more} more`));
		say("#people-count", this.#members ? String(all.length + more) : "");
	}

	#item([name, away]: [string, boolean]): HTMLElement {
		const page = this.#page;
		const isMe = name === page.name;
		const is = { you: isMe, away, blocked: page.isBlocked(name) };
		const parts = [
			...[avatar(name), nameTag(name)],
			...Object.entries(is).flatMap(([label, holds]) =>
				holds ? make("span", "label", label) : [],
			),
		];
		const button = {
			...({ type: "button", tabIndex: -1, ariaHasPopup: "dialog" } as const),
			...{ title: `${name}: ${MENU}`, onclick: () => openMenu(page, name) },
		} as const;
		const shown = isMe ? parts : [make("button", button, ...parts)];
		return make("li", away ? "away" : "", ...shown);
	}

	#showTyping(names: readonly string[]): void {
		const me = this.#page.name;
		const others = [...new Set(names)].filter(
			(name) => name !== me && !this.#page.isBlocked(name),
		);
		const more = others.length > MOST_NAMED ? "others" : "";
		const are = others.length > 1 ? "are" : "is";
		this.#typing.replaceChildren(
			...nameList(others.slice(0, MOST_NAMED), more),
		);
		if (others.length > 0) this.#typing.append(` ${are} writing…`);
	}
}
