/** Random event sequences against the machines, beside models that are plain sets and counters. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { createActor } from "xstate";
import { clientMachine } from "../../machines/client.ts";
import { roomMachine } from "../../machines/room.ts";
import { canonical } from "../../src/engine/canonical.ts";
import { clientEvents, roomEvents } from "./events.ts";

/** Long ones too: without a `size`, fast-check stops at about ten, and nobody gets far. */
const sequenceOf = <Event>(events: readonly Event[]) =>
	fc.array(fc.constantFrom(...events), { maxLength: 60, size: "max" });

const takesOffset: ReadonlySet<string> = new Set([
	"client.entered",
	"client.left",
	"message.posted",
	"message.erased",
	"notice.posted",
]);

test("a room holds exactly who entered without leaving, at offsets without gaps", () => {
	const sequence = sequenceOf(roomEvents);
	fc.assert(
		fc.property(sequence, (events) => {
			const actor = createActor(roomMachine).start();
			const inside = new Map<string, string>();
			const last = new Map<string, number>();
			let open = false;
			/** Whether the room knows that a2 is of the session. */
			let known = false;
			let [offset, said] = [0, 0];
			/** What moderators did to bob. All events come before the end of a kick. */
			let [muted, kicked] = [false, false];
			for (const event of events) {
				const before = canonical(actor.getSnapshot().context);
				const legal = actor.getSnapshot().can(event);
				actor.send(event);
				switch (event.type) {
					case "room.opened":
						expect(legal).toBe(!open);
						open = true;
						break;
					case "room.restored":
					case "retention.changed":
						expect(legal).toBe(open);
						break;
					case "room.forgotten":
						expect(legal).toBe(open && inside.size === 0);
						if (!legal) break;
						last.clear();
						[open, known, offset, said] = [false, false, 0, 0];
						[muted, kicked] = [false, false];
						break;
					case "client.entered": {
						const owners = [...inside].filter(
							([client]) => client[0] === (event.client[0] === "b" ? "b" : "a"),
						);
						const taken =
							event.client === "m1"
								? owners.length > 0 || inside.has("m1")
								: event.client[0] === "a" && inside.has("m1");
						const isAway = kicked && event.identity === "bob@";
						const mayEnter = !inside.has(event.client) && !taken && !isAway;
						expect(legal).toBe(open && mayEnter);
						if (legal) inside.set(event.client, event.identity);
						if (legal && event.session) known = true;
						break;
					}
					case "identity.muted":
						if (legal) muted = true;
						break;
					case "identity.unmuted":
						expect(legal).toBe(muted);
						muted = false;
						break;
					case "identity.kicked":
						if (legal) kicked = true;
						break;
					case "client.left":
						expect(legal).toBe(inside.has(event.client));
						inside.delete(event.client);
						if (event.client !== "a2") last.delete(event.client);
						break;
					case "client.detached":
					case "client.resumed":
						expect(legal).toBe(event.client === "a2" && inside.has("a2"));
						break;
					case "session.forgotten":
						if (legal && known) last.delete("a2");
						if (legal) known = false;
						break;
					case "message.erased":
						expect(legal).toBe(offset >= 2);
						break;
					case "message.posted": {
						const next = (last.get(event.client) ?? 0) + 1;
						const inOrder = event.n === undefined || event.n === next;
						const isSilent = muted && inside.get(event.client) === "bob@";
						expect(legal).toBe(
							inside.has(event.client) && inOrder && !isSilent,
						);
						if (legal && event.n) last.set(event.client, event.n);
						if (legal) said++;
					}
				}
				const { context, status } = actor.getSnapshot();
				if (legal && takesOffset.has(event.type)) offset++;
				if (!legal) expect(canonical(context)).toBe(before);
				expect(status).toBe("active");
				expect([context.offset, context.said]).toEqual([offset, said]);
				expect([...context.members.keys()].sort()).toEqual(
					[...inside.keys()].sort(),
				);
			}
		}),
	);
});

test("a client is in the room only after a code that was fresh, with tries left, asked for by the same person", () => {
	const sequence = sequenceOf(clientEvents);
	fc.assert(
		fc.property(sequence, (events) => {
			const actor = createActor(clientMachine).start();
			const model = { asked: false, expires: 10, tries: 2, over: false };
			let proved = false;
			for (const event of events) {
				const legal = actor.getSnapshot().can(event);
				if (legal) actor.send(event);
				const bySession = event.type === "client.entered" && event.session;
				if (legal && bySession) proved = true;
				const awaiting = model.asked && !model.over && !proved;
				if (event.type === "login.requested") model.asked = true;
				if (!legal) continue;
				if (event.type === "login.resent") model.expires = event.expires;
				if (event.type === "login.failed") model.over = --model.tries === 0;
				if (event.type === "login.expired") model.over = true;
				if (event.type === "login.succeeded") {
					expect(awaiting).toBe(true);
					expect(event.time).toBeLessThan(model.expires);
					expect(event.identity).toBe("ann@");
					const { code, pending } = actor.getSnapshot().context;
					expect({ code, pending }).toEqual({ code: "", pending: "" });
					proved = true;
				}
				if (event.type === "client.entered") {
					expect(proved).toBe(true);
					expect(event.identity).toBe("ann@");
				}
				expect(actor.getSnapshot().status).not.toBe("error");
			}
			if (actor.getSnapshot().matches("inRoom")) expect(proved).toBe(true);
		}),
	);
});
