/**
 * Who is in the room, who of them is away, and who is writing. Someone in many
 * tabs is one person, and away only if they are away in all.
 */

import { find, make, say } from "./element.ts";
import type { Member, RoomEvent } from "./frames.ts";
import { avatar, nameList, nameTag } from "./person.ts";

const NAMED = 3;

/** Away or not, by name: those who are here first. */
function byName(members: Iterable<Member>): [name: string, away: boolean][] {
	const away = new Map<string, boolean>();
	for (const member of members) {
		away.set(member.name, member.away && (away.get(member.name) ?? true));
	}
	return [...away].sort(
		([a, isAway], [b, isBAway]) =>
			Number(isAway) - Number(isBAway) || a.localeCompare(b),
	);
}

export function peoplePanel(myName: () => string) {
	const list = find("#people", HTMLElement);
	const typing = find("#typing", HTMLElement);
	/** By client; nobody before the server has told. */
	let members: Map<string, Member> | undefined;
	let unnamed = 0;
	let isDue = false;
	const present = () => members?.values() ?? [];

	function entry([name, away]: [string, boolean]): HTMLElement {
		const person = make("li", away ? "away" : "", avatar(name), nameTag(name));
		if (name === myName()) person.append(make("span", "label", "you"));
		if (away) person.append(make("span", "label", "away"));
		return person;
	}

	/** At most once for each frame: a crowd comes in together. */
	function renderSoon() {
		if (isDue) return;
		isDue = true;
		setTimeout(() => {
			isDue = false;
			const all = byName(present());
			list.replaceChildren(...all.map(entry));
			if (unnamed > 0) list.append(make("li", "label", `and ${unnamed} more`));
			say("#people-count", members ? String(all.length + unnamed) : "");
		}, 50);
	}

	function showTyping(names: readonly string[]) {
		const others = [...new Set(names)].filter((name) => name !== myName());
		const more = others.length > NAMED ? "others" : "";
		const are = others.length > 1 ? "are" : "is";
		typing.replaceChildren(...nameList(others.slice(0, NAMED), more));
		if (others.length > 0) typing.append(` ${are} writing…`);
	}

	return {
		clear() {
			members = undefined;
			unnamed = 0;
			showTyping([]);
			renderSoon();
		},
		names: () => byName(present()).map(([name]) => name),
		members: present,
		hear(event: RoomEvent) {
			if (event.kind === "typing") {
				return showTyping(event.clients.map(({ name }) => name));
			}
			if (event.kind === "members") {
				members = new Map();
				unnamed = Math.max(0, event.total - event.members.length);
			}
			if (!members) return;
			if (event.kind === "members" || event.kind === "presence") {
				for (const member of event.members) members.set(member.client, member);
			} else if (event.kind === "entered") {
				const { client, name } = event;
				members.set(client, { client, name, away: false });
			} else if (event.kind === "left") members.delete(event.client);
			else return;
			renderSoon();
		},
	};
}
