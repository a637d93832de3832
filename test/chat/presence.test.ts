/** Lists of who is in are bounded, and never tell anyone less than the truth in the end. */
import fc from "fast-check";
import { Map as PersistentMap } from "immutable";
import { expect, test } from "vitest";
import type { Member } from "../../machines/room.ts";
import { type Members, Presence } from "../../src/chat/presence.ts";
import type { Attendee } from "../../src/chat/server-message.ts";

const claim = (name: string): Member => ({
	...{ identity: name, name, nameKey: name, node: "" },
});

/** A room's members, as its machine has them, and their tabs. */
class Room {
	members: Members = PersistentMap();
	readonly attached = new Set<string>();
	readonly presence = new Presence("lobby");

	enter(client: string, name: string): void {
		this.members = this.members.set(client, claim(name));
		this.attached.add(client);
	}

	leave(client: string): void {
		this.presence.leave(client);
		this.members = this.members.delete(client);
		this.attached.delete(client);
	}

	lose(client: string): void {
		const member = this.members.get(client);
		if (!member || member.deadline) return;
		this.presence.lose(client);
		this.attached.delete(client);
		this.members = this.members.set(client, { ...member, deadline: 1 });
		this.presence.reattach(client, false);
	}

	resume(client: string): void {
		const { deadline, ...member } = this.members.get(client) ?? claim("");
		if (!member.name) return;
		this.presence.reattach(client, deadline !== undefined);
		this.members = this.members.set(client, member);
		this.attached.add(client);
	}

	move(client: string): void {
		const isLost = this.members.get(client)?.deadline !== undefined;
		this.presence.willChange(client, isLost);
	}

	hide(client: string, isHidden: boolean): void {
		if (this.attached.has(client)) this.presence.hide(client, isHidden);
	}
}

test("lists or changes name five hundred at a time, though all are counted", () => {
	const room = new Room();
	const { presence } = room;
	for (let i = 0; i < 1200; i++) room.enter(`c${i}`, `name${i}`);
	const list = presence.list(room.members);
	if (list.kind !== "members") throw new Error("no list");
	expect([list.total, list.members.length]).toEqual([1200, 500]);
	for (let i = 0; i < 1200; i++) room.lose(`c${i}`);
	const published: number[] = [];
	while (presence.isRestless)
		for (const news of presence.changes(room.members, 0))
			if (news.kind === "presence") published.push(news.members.length);
	expect(published).toEqual([500, 500, 200]);
});

test("the list plus its updates show who is away, and where, whenever one came", () => {
	const client = fc.constantFrom("a", "b", "c");
	const step = fc.tuple(
		fc.constantFrom(
			...(["enter", "leave", "lost", "back", "hide", "show"] as const),
			...(["go", "return", "news"] as const),
		),
		client,
	);
	fc.assert(
		fc.property(fc.array(step, { maxLength: 60 }), fc.nat(60), (steps, at) => {
			const room = new Room();
			const { presence } = room;
			const away = new Map<string, { lost: boolean; hidden: boolean }>();
			const elsewhere = new Set<string>();
			const known = new Map<string, Pick<Attendee, "away" | "in">>();
			const whereIs = ({ name }: Member) =>
				elsewhere.has(name) ? "boats" : undefined;
			const hear = () => {
				for (const news of presence.changes(room.members, 0, whereIs))
					if (news.kind === "presence")
						for (const one of news.members)
							if (known.has(one.client)) known.set(one.client, one);
			};
			for (const [index, [what, who]] of steps.entries()) {
				if (index === at) {
					const list = presence.list(room.members);
					if (list.kind === "members")
						for (const one of list.members) known.set(one.client, one);
				}
				const seat = away.get(who);
				if (what === "enter" && !seat) {
					room.enter(who, who);
					away.set(who, { lost: false, hidden: false });
					if (index >= at) known.set(who, { away: false });
				} else if (what === "leave") {
					room.leave(who);
					away.delete(who);
					known.delete(who);
				} else if (what === "lost" || what === "back") {
					if (what === "lost") room.lose(who);
					else room.resume(who);
					if (seat) away.set(who, { lost: what === "lost", hidden: false });
				} else if (what === "hide" || what === "show") {
					room.hide(who, what === "hide");
					if (seat && !seat.lost) seat.hidden = what === "hide";
				} else if (what === "go" || what === "return") {
					if (what === "go") elsewhere.add(who);
					else elsewhere.delete(who);
					if (seat) room.move(who);
				} else hear();
			}
			hear();
			expect(presence.isRestless).toBe(false);
			for (const [who, shown] of known) {
				const { lost = false, hidden = false } = away.get(who) ?? {};
				const isAway = lost || hidden;
				const isIn = isAway && elsewhere.has(who) ? "boats" : undefined;
				expect([who, shown.away, shown.in]).toEqual([who, isAway, isIn]);
			}
		}),
	);
});
