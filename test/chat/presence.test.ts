/** Lists of who is in are bounded, and never tell anyone less than the truth in the end. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { Presence } from "../../src/chat/presence.ts";

test("lists or changes name five hundred at a time, though all are counted", () => {
	const presence = new Presence("lobby");
	for (let i = 0; i < 1200; i++) presence.enter(`c${i}`, `name${i}`);
	const list = presence.members;
	if (list.kind !== "members") throw new Error("no list");
	expect([list.total, list.members.length]).toEqual([1200, 500]);
	for (let i = 0; i < 1200; i++) presence.connect(`c${i}`, false);
	const told: number[] = [];
	while (presence.isRestless)
		for (const news of presence.news(0))
			if (news.kind === "presence") told.push(news.members.length);
	expect(told).toEqual([500, 500, 200]);
});

test("the list plus its updates show who is away, whenever one came", () => {
	const client = fc.constantFrom("a", "b", "c");
	const step = fc.tuple(
		fc.constantFrom("enter", "leave", "lost", "back", "hide", "show", "news"),
		client,
	);
	fc.assert(
		fc.property(fc.array(step, { maxLength: 60 }), fc.nat(60), (steps, at) => {
			const presence = new Presence("lobby");
			const away = new Map<string, { lost: boolean; hidden: boolean }>();
			const known = new Map<string, boolean>();
			const hear = () => {
				for (const news of presence.news(0))
					if (news.kind === "presence")
						for (const one of news.members)
							if (known.has(one.client)) known.set(one.client, one.away);
			};
			for (const [index, [what, who]] of steps.entries()) {
				if (index === at) {
					const list = presence.members;
					if (list.kind === "members")
						for (const one of list.members) known.set(one.client, one.away);
				}
				const seat = away.get(who);
				if (what === "enter" && !seat) {
					presence.enter(who, who);
					away.set(who, { lost: false, hidden: false });
					if (index >= at) known.set(who, false);
				} else if (what === "leave") {
					presence.leave(who);
					away.delete(who);
					known.delete(who);
				} else if (what === "lost" || what === "back") {
					presence.connect(who, what === "back");
					if (seat) away.set(who, { lost: what === "lost", hidden: false });
				} else if (what === "hide" || what === "show") {
					presence.hide(who, what === "hide");
					if (seat) seat.hidden = what === "hide";
				} else hear();
			}
			hear();
			expect(presence.isRestless).toBe(false);
			for (const [who, isAway] of known) {
				const { lost = false, hidden = false } = away.get(who) ?? {};
				expect([who, isAway]).toEqual([who, lost || hidden]);
			}
		}),
	);
});
