/**
 * The page machine, shown in two ways. Paths generated from its chart take
 * every transition there is, and the list of them is kept here, so that a new
 * one needs a line of its own. Random histories of a person, a network and a
 * server never break what a small model of the socket and of the text in
 * flight says.
 */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
	createActor,
	SimulatedClock,
	type AnyTransitionDefinition as Transition,
} from "xstate";
import { getShortestPaths, getStateNodes } from "xstate/graph";
import { CloseCode, MessageType } from "../../machines/message.ts";
import { type PageEvent, pageMachine } from "../../machines/page.ts";

const TRANSITIONS = `
entering: submit → loggingIn
loggingIn: leave → entering
loggingIn: mayNotEnter → entering
loggingIn: refused → entering
loggingIn: closed → entering
loggingIn.connecting: opened → loggingIn.asking
loggingIn.connecting: closed → entering
loggingIn.connecting: after reach → entering
loggingIn.asking: pending → loggingIn.verifying
loggingIn.asking: after answer → entering
loggingIn.verifying: pending → where it was
loggingIn.verifying: code → loggingIn.checking
loggingIn.verifying: resend → loggingIn.resending
loggingIn.checking: accepted → chatting
loggingIn.checking: wrongCode → loggingIn.verifying
loggingIn.checking: after answer → entering
loggingIn.resending: pending → loggingIn.verifying
loggingIn.resending: refused if isOfHello → loggingIn.verifying
loggingIn.resending: after answer → entering
chatting: leave → entering
chatting: closed if isWorthReconnecting → chatting.lost
chatting: closed → entering
chatting.joining: welcome → chatting.online
chatting.online: refused → where it was
chatting.online.ready: say → chatting.online.sending
chatting.online.sending: echoed if isInFlight → chatting.online.ready
chatting.online.sending: refused if isOfText → chatting.online.ready
chatting.lost.waiting: retry → chatting.lost.trying
chatting.lost.waiting: after backoff → chatting.lost.trying
chatting.lost.trying: opened → entering
chatting.lost.trying: after reach → chatting.lost
`;

const ann = { name: "ann", email: "ann@example.org" };
const CODE = "K7M2QX";
const TEXT = "what ann says";
const trouble = { about: "step", words: "No." } as const;

const closed = (code: number, jitter = 0.5): PageEvent => ({
	type: "closed",
	code,
	news: { jitter },
});
const refused = (re: number): PageEvent => ({
	type: "refused",
	...{ re, trouble, news: { resendAt: 1 } },
});

const fromPerson: PageEvent[] = [
	{ type: "submit", news: ann },
	{ type: "code", code: CODE },
	{ type: "resend" },
	{ type: "say", text: TEXT },
	{ type: "retry" },
	{ type: "leave" },
];
const fromNetwork: PageEvent[] = [
	{ type: "opened" },
	closed(1006),
	closed(CloseCode.banned.code),
];
const fromServer: PageEvent[] = [
	{
		type: "pending",
		news: { note: "", tries: 5, expires: 600_000, resendAt: 60_000 },
	},
	{ type: "mayNotEnter", trouble },
	{ type: "wrongCode" },
	{ type: "accepted", news: { name: "Ann" } },
	{ type: "welcome", news: { client: "c1", last: 0 } },
	{ type: "echoed", news: { last: 1 } },
	{ type: "echoed", news: { last: 2 } },
	refused(MessageType.hello),
	refused(MessageType.text),
];

/** A page on a clock that the test moves; `tell` hears of each effect. */
function livePage(tell: (effect: string, n: number) => unknown = () => {}) {
	const clock = new SimulatedClock();
	const actor = createActor(
		pageMachine.provide({
			actions: {
				connect: () => tell("connect", 0),
				disconnect: () => tell("disconnect", 0),
				sendHello: () => tell("hello", 0),
				sendCode: () => tell("code", 0),
				sendText: ({ context }) => tell("text", context.last + 1),
				confirmText: () => tell("confirm", 0),
				giveBackText: () => tell("giveBack", 0),
			},
		}),
		{ input: { name: "", email: "" }, clock },
	);
	return { actor: actor.start(), clock };
}

const isTimer = (type: string) => type.startsWith("xstate.after.");

describe("the chart", () => {
	const paths = getShortestPaths(pageMachine, {
		input: ann,
		// A timer's event has no type of ours: it is XState's own.
		events: (state) => [
			...[...fromPerson, ...fromNetwork, ...fromServer],
			...state._nodes.flatMap(({ after }) =>
				after.map(({ eventType }) => ({ type: eventType }) as PageEvent),
			),
		],
		serializeState: ({ value, context }, event, before) =>
			JSON.stringify([value, context.last, event, before?.value]),
	});
	const all = getStateNodes(pageMachine)
		.flatMap((node) => [...node.transitions.values()].flat())
		.map(line);

	function line({ source, eventType, guard, target }: Transition): string {
		const [, , delay] = eventType.split(".");
		const event = isTimer(eventType) ? `after ${delay}` : eventType;
		const rule = guard ? ` if ${String(guard)}` : "";
		const goal = target?.map((node) => node.path.join(".")) ?? "where it was";
		return `${source.path.join(".")}: ${event}${rule} → ${goal}`;
	}

	test("has the transitions listed here and no other", () => {
		expect(all.sort()).toEqual(TRANSITIONS.trim().split("\n").sort());
	});

	test("is taken whole by the generated paths", () => {
		const taken = paths.flatMap(({ steps }) =>
			steps.slice(1).flatMap(({ event }, at) => {
				const before = steps[at]?.state ?? expect.unreachable();
				return pageMachine.getTransitionData(before, event).map(line);
			}),
		);
		expect(new Set(taken)).toEqual(new Set(all));
	});

	test("is what a live page does, timers and all", () => {
		for (const { steps, state } of paths) {
			const { actor, clock } = livePage();
			for (const { event } of steps.slice(1)) {
				if (isTimer(event.type)) clock.increment(90_000);
				else actor.send(event);
			}
			expect(actor.getSnapshot().value).toEqual(state.value);
		}
	});
});

describe("whatever happens", () => {
	/** What the world knows of the page, from the page's effects alone. */
	class World {
		socket: "none" | "opening" | "open" = "none";
		codeSent = false;
		welcomed = false;
		/** The number of the text on its way, and of the last one the room took. */
		inFlight = 0;
		taken = 0;
		/** Effects that should not have been. An action must not throw. */
		readonly wrong: string[] = [];
		readonly page = livePage((effect, n) => {
			if (!this.allows(effect, n)) this.wrong.push(`${effect} ${n}`);
			this.see(effect, n);
		});

		allows(effect: string, n: number): boolean {
			if (effect === "connect") return this.socket === "none";
			if (effect === "confirm") return this.inFlight > 0;
			if (effect === "disconnect" || effect === "giveBack") return true;
			const isNext = this.inFlight === 0 && n === this.taken + 1;
			return this.socket === "open" && (effect !== "text" || isNext);
		}

		see(effect: string, n: number) {
			if (effect === "connect") this.socket = "opening";
			if (effect === "disconnect") this.drop();
			if (effect === "code") this.codeSent = true;
			if (effect === "text") this.inFlight = n;
			if (effect === "confirm") this.taken = this.inFlight;
			if (["confirm", "giveBack"].includes(effect)) this.inFlight = 0;
		}

		drop() {
			this.socket = "none";
			this.codeSent = this.welcomed = false;
		}

		/** Does what can be done: no frame arrives on a closed socket, no welcome twice. */
		take(event: PageEvent) {
			if (event.type === "opened") {
				if (this.socket !== "opening") return;
				this.socket = "open";
			} else if (event.type === "closed") {
				if (this.socket === "none") return;
				this.drop();
			} else if (fromServer.includes(event) && this.socket !== "open") {
				return;
			} else if (event.type === "welcome") {
				if (this.welcomed) return;
				this.welcomed = this.codeSent;
				this.taken = 0;
			}
			const { taken } = this;
			this.page.actor.send(event);
			if (this.taken === taken) return;
			expect(event).toEqual({ type: "echoed", news: { last: this.taken } });
		}

		/** The room takes the text in flight. */
		echo() {
			this.take({ type: "echoed", news: { last: this.inFlight } });
		}

		check() {
			const snapshot = this.page.actor.getSnapshot();
			expect(snapshot.status).toBe("active");
			expect(this.wrong).toEqual([]);
			const without = ["entering", { chatting: { lost: "waiting" } }] as const;
			const opening = [
				{ loggingIn: "connecting" },
				{ chatting: { lost: "trying" } },
			] as const;
			const kind = without.some((state) => snapshot.matches(state))
				? "none"
				: opening.some((state) => snapshot.matches(state))
					? "opening"
					: "open";
			expect(this.socket).toBe(kind);
			if (snapshot.matches({ chatting: "online" })) {
				expect(this.codeSent).toBe(true);
			}
			const sending = { chatting: { online: "sending" } } as const;
			expect(this.inFlight > 0).toBe(snapshot.matches(sending));
			const context = JSON.stringify(snapshot.context);
			expect(context).not.toContain(TEXT);
			expect(context).not.toContain(CODE);
		}
	}

	const time = fc.nat(95_000).map((ms) => ({ type: "time", ms }) as const);
	// What leads on is likelier than what leads back, or no history gets far.
	const back = ["leave", "mayNotEnter", "refused", "closed"];
	const step = fc.oneof(
		{ weight: 6, arbitrary: time },
		{ weight: 12, arbitrary: fc.constant({ type: "echo" } as const) },
		...[...fromPerson, ...fromNetwork, ...fromServer].map((event) => ({
			weight: back.includes(event.type) ? 1 : 12,
			arbitrary: fc.constant(event),
		})),
	);

	test("there is one socket when it is needed, one text in flight, and always a way out", () => {
		const seen = new Set<string>();
		fc.assert(
			fc.property(
				fc.array(step, { minLength: 50, maxLength: 250 }),
				(history) => {
					const world = new World();
					for (const event of history) {
						if (event.type === "time") world.page.clock.increment(event.ms);
						else if (event.type === "echo") world.echo();
						else world.take(event);
						world.check();
						seen.add(JSON.stringify(world.page.actor.getSnapshot().value));
					}
					world.take({ type: "leave" });
					expect(world.page.actor.getSnapshot().value).toBe("entering");
					expect(world.socket).toBe("none");
				},
			),
			{ numRuns: 300 },
		);
		expect([...seen]).toHaveLength(11);
	});
});

describe("a lost connection", () => {
	/** Someone in the room, and how long they wait before each new attempt. */
	function inTheRoom(jitter: number) {
		const effects: string[] = [];
		const { actor, clock } = livePage((effect) => effects.push(effect));
		function enter() {
			const [submit, code] = fromPerson;
			const [pending, , , accepted, welcome] = fromServer;
			const [opened] = fromNetwork;
			for (const event of [submit, opened, pending, code, accepted, welcome]) {
				actor.send(event ?? expect.unreachable());
			}
		}
		enter();
		function waitAfterLoss() {
			actor.send(closed(1006, jitter));
			effects.length = 0;
			let ms = 0;
			for (; effects.length === 0; ms += 100) clock.increment(100);
			expect(effects).toEqual(["connect"]);
			return ms;
		}
		return { actor, clock, effects, enter, waitAfterLoss };
	}

	test("is tried again ever later, up to half a minute, and anew the next time", () => {
		const { actor, enter, waitAfterLoss } = inTheRoom(1);
		const waits = [1, 2, 3, 4, 5, 6, 7].map(waitAfterLoss);
		expect(waits).toEqual([1e3, 2e3, 4e3, 8e3, 16e3, 30e3, 30e3]);
		actor.send({ type: "opened" });
		enter();
		expect(waitAfterLoss()).toBe(1_000);
	});

	test("is tried up to twice as soon by chance, so that not all come at once", () => {
		const { waitAfterLoss } = inTheRoom(0);
		expect([1, 2, 3].map(waitAfterLoss)).toEqual([500, 1_000, 2_000]);
	});

	test("is let go of when an attempt hangs, and then tried again", () => {
		const { clock, effects, waitAfterLoss } = inTheRoom(0);
		waitAfterLoss();
		clock.increment(10_000);
		expect(effects).toEqual(["connect", "disconnect"]);
		clock.increment(1_000);
		expect(effects).toEqual(["connect", "disconnect", "connect"]);
	});

	test("is told while it lasts, and asks for a new log-in once it is back", () => {
		const { actor, waitAfterLoss } = inTheRoom(0);
		waitAfterLoss();
		expect(actor.getSnapshot().context.trouble?.words).toBe("Connection lost.");
		actor.send({ type: "opened" });
		const { value, context } = actor.getSnapshot();
		expect(value).toBe("entering");
		expect(context).toMatchObject({ name: "Ann", email: ann.email });
		expect(context.trouble?.words).toContain("log in once more");
	});

	test("is not tried again when the server says to stay away", () => {
		const { actor } = inTheRoom(0);
		actor.send(closed(CloseCode.replaced.code));
		const { value, context } = actor.getSnapshot();
		expect(value).toBe("entering");
		expect(context.trouble?.words).toBe(CloseCode.replaced.says);
	});
});
