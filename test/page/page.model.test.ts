/**
 * The page machine, shown in two ways. Paths generated from its chart take
 * every transition there is, and the list of them is kept here, so that a new
 * one needs a line of its own. Random histories of a person, a network and a
 * server never break what a small model of the socket, the key and the lines
 * says.
 */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
	createActor,
	SimulatedClock,
	type AnyTransitionDefinition as Transition,
} from "xstate";
import { getShortestPaths, getStateNodes } from "xstate/graph";
import { CloseCode, LOBBY, MessageType } from "../../machines/message.ts";
import { pageMachine } from "../../machines/page.ts";
import type { Key, PageEvent } from "../../machines/page-events.ts";

const TRANSITIONS = `
page: leave → entering
page: logout → entering
page: allErased → where it was
page: go → where it was
page: closed if isWorthReturning → returning.waiting
page: closed if endsKey → entering
page: closed → stopped
starting: always if hasKey → returning
starting: always → entering
entering: submit → loggingIn
loggingIn: go → where it was
loggingIn: mayNotEnter → entering
loggingIn: refused if refusesHelloRoom → entering
loggingIn: refused → entering
loggingIn.connecting: opened → loggingIn.asking
loggingIn.connecting: closed → entering
loggingIn.connecting: after reach → entering
loggingIn.asking: pending → loggingIn.verifying
loggingIn.asking: after answer → entering
loggingIn.verifying: pending → where it was
loggingIn.verifying: code → loggingIn.checking
loggingIn.verifying: resend → loggingIn.resending
loggingIn.verifying: refused if keepsLogin → loggingIn.verifying
loggingIn.checking: session → chatting
loggingIn.checking: wrongCode → loggingIn.verifying
loggingIn.checking: refused if keepsLogin → loggingIn.verifying
loggingIn.checking: after answer → entering
loggingIn.resending: pending → loggingIn.verifying
loggingIn.resending: refused if refusesHello → loggingIn.verifying
loggingIn.resending: after answer → entering
returning.waiting: retry → returning.trying
returning.waiting: after backoff → returning.trying
returning.trying: opened → returning.opening
returning.trying: after reach → returning.waiting
returning.opening: welcome if isOvertaken → where it was
returning.opening: welcome → chatting
returning.opening: session → chatting
returning.opening: pending → loggingIn.verifying
returning.opening: refused if isOvertaken → where it was
returning.opening: refused if isStaleRefusal → where it was
returning.opening: refused if refusesRoom → returning.trying
returning.opening: refused if isStillInside → returning.trying
returning.opening: refused if isForNow → returning.waiting
returning.opening: go if hasSession → returning.opening
returning.opening: refused if endsKey → entering
returning.opening: refused → stopped
returning.opening: after reach → returning.waiting
chatting: welcome → where it was
chatting: refused → where it was
chatting: accepted → where it was
chatting: logout → leaving
chatting: leave if isErasing → leaving
chatting: eraseAll → where it was
chatting: go → returning.opening
leaving: go → where it was
leaving: closed if endsKey → entering
leaving: closed → entering
leaving: after reach → entering
stopped: retry → returning
stopped: after pardon if isKick → returning
stopped: go if hasSession → returning
`;

const ann = { name: "ann", email: "ann@example.org" };
const CODE = "K7M2QX";
const TOKEN = "a token of 128 bits";
const KEYS: readonly Key[] = ["none", "pending", "session"];
const trouble = { about: "step", words: "No." } as const;

const closed = (code: number, jitter = 0.5): PageEvent => ({
	type: "closed",
	code,
	update: { jitter },
});
const refused = (re: number, rule: string, waitMs = 0): PageEvent => ({
	type: "refused",
	...{ re, rule, update: { waitMs } },
	trouble: rule === "isNotKicked" ? { ...trouble, isKick: true } : trouble,
});

const submit: PageEvent = { type: "submit", update: ann };
const opened: PageEvent = { type: "opened" };
const code: PageEvent = { type: "code", code: CODE };
const pending: PageEvent = {
	type: "pending",
	id: "p1",
	update: {
		...{ key: "pending", note: "", tries: 5 },
		...{ expires: 600_000, resendAt: 60_000 },
	},
};
const session: PageEvent = {
	...{ type: "session", token: TOKEN, update: { key: "session" } },
};
const welcome: PageEvent = {
	...{ type: "welcome", client: "c1", epoch: "e1", offset: 0 },
	...{ last: 0, said: 0, update: { name: "Ann", room: LOBBY } },
};
const garden: PageEvent = { type: "go", update: { room: "garden" } };
const inTheGarden: PageEvent = { ...welcome, update: { room: "garden" } };
const sessionEnded = refused(MessageType.open, "sessionIsOpen");

const fromPerson: PageEvent[] = [
	submit,
	code,
	{ type: "resend" },
	{ type: "retry" },
	{ type: "leave" },
	{ type: "logout", all: true },
	{ type: "eraseAll", update: { farewell: "All is gone." } },
	garden,
	{ type: "go", update: { room: LOBBY } },
];
const fromNetwork: PageEvent[] = [
	opened,
	...[1006, CloseCode.replaced, CloseCode.kicked, CloseCode.loggedOut].map(
		(reason) => closed(typeof reason === "number" ? reason : reason.code),
	),
];
const fromServer: PageEvent[] = [
	pending,
	{ type: "mayNotEnter", rule: "", trouble },
	{ type: "wrongCode" },
	session,
	welcome,
	inTheGarden,
	{ type: "allErased", update: { isErased: true } },
	refused(MessageType.open, "roomIsNamed"),
	refused(MessageType.hello, "resendIsDue"),
	refused(MessageType.open, "tabsAreLeft"),
	refused(MessageType.open, "isNotInside"),
	refused(MessageType.open, "diskHasSpace"),
	refused(MessageType.open, "isNotKicked"),
	refused(MessageType.auth, "diskHasSpace"),
	refused(MessageType.hello, "roomIsNamed"),
	{ type: "accepted" },
	sessionEnded,
];

/** A page on a clock that the test moves; `tell` hears of each effect. */
function livePage(tell: (effect: string) => unknown = () => {}, key = KEYS[0]) {
	const clock = new SimulatedClock();
	const effects = [
		...["connect", "disconnect", "sendHello", "sendCode", "sendOpen"],
		...["sendLogout", "savePending", "saveSession", "showForm"],
		...["resumeSends", "pauseSends", "forgetRoom"],
	];
	const actions = Object.fromEntries(
		effects.map((effect) => [effect, () => tell(effect)]),
	);
	const actor = createActor(pageMachine.provide({ actions }), {
		input: { name: "", email: "", key: key ?? "none", room: LOBBY },
		clock,
	});
	return { actor: actor.start(), clock };
}

const isTimer = (type: string) => type.startsWith("xstate.after.");

describe("the chart", () => {
	const paths = KEYS.flatMap((key) =>
		getShortestPaths(pageMachine, {
			input: { ...ann, key, room: LOBBY },
			// A timer's event has no type of ours: it is XState's own.
			events: (state) => [
				...[...fromPerson, ...fromNetwork, ...fromServer],
				...state._nodes.flatMap(({ after }) =>
					after.map(({ eventType }) => ({ type: eventType }) as PageEvent),
				),
			],
			serializeState: ({ value, context }, event, before) =>
				JSON.stringify([
					value,
					context.key,
					context.room,
					context.trouble?.isKick,
					Math.min(2, context.opens),
					event,
					before?.value,
				]),
		}).map((path) => ({ ...path, key })),
	);
	const all = [pageMachine.root, ...getStateNodes(pageMachine)]
		.flatMap((node) => [
			...(node.always ?? []),
			...[...node.transitions.values()].flat(),
		])
		.map(line);

	function line({ source, eventType, guard, target }: Transition): string {
		const [, , delay] = eventType.split(".");
		const named = eventType === "" ? "always" : eventType;
		const event = isTimer(eventType) ? `after ${delay}` : named;
		const rule = guard ? ` if ${String(guard)}` : "";
		const goal = target?.map((node) => node.path.join(".")) ?? "where it was";
		return `${source.path.join(".") || "page"}: ${event}${rule} → ${goal}`;
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
		// Nobody ever sees the start: a page has left it once it shows.
		const initial = all.filter((name) => name.startsWith("starting"));
		expect(new Set([...taken, ...initial])).toEqual(new Set(all));
	});

	test("begins where the kept key leads", () => {
		const values = KEYS.map((key) => {
			return livePage(() => {}, key).actor.getSnapshot().value;
		});
		const back = { returning: "trying" };
		expect(values).toEqual(["entering", back, back]);
	});

	test.each([
		["sequencerIsThere", "all", { farewell: "", trouble }],
		["isNotErasing", "all", { farewell: "All is gone.", trouble: undefined }],
		["isNotTooFast", undefined, { farewell: "All is gone.", trouble }],
	])("shows, after %s, whether all is still being erased", (rule, id, left) => {
		const { actor } = livePage(() => {}, "session");
		actor.send(opened);
		actor.send(welcome);
		actor.send({ type: "eraseAll", update: { farewell: "All is gone." } });
		const refusal = refused(MessageType.erase, rule);
		actor.send(Object({ ...refusal, id }));
		expect(actor.getSnapshot().context).toMatchObject(left);
	});

	test("is what a live page does, timers and all", () => {
		for (const { key, steps, state } of paths) {
			const { actor, clock } = livePage(() => {}, key);
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
		key: Key;
		/** Frames sent on this socket. */
		sent: string[] = [];
		mayWelcome = false;
		/** A page with a session may go to another room on the same socket. */
		get isMoving() {
			return this.key === "session";
		}
		linesFlow = false;
		/** Effects that should not have been. An action must not throw. */
		readonly wrong: string[] = [];
		readonly page: ReturnType<typeof livePage>;

		constructor(key: Key) {
			this.key = key;
			this.page = livePage((effect) => {
				if (!this.allows(effect)) this.wrong.push(effect);
				this.see(effect);
			}, key);
		}

		allows(effect: string): boolean {
			const isOpen = this.socket === "open";
			const isFirst = this.sent.length === 0;
			if (effect === "connect") return this.socket === "none";
			if (effect === "sendHello") return isOpen;
			if (effect === "sendOpen")
				return isOpen && this.key !== "none" && (isFirst || this.isMoving);
			if (effect === "sendCode") return isOpen && this.key === "pending";
			if (effect === "sendLogout") return isOpen && this.key === "session";
			if (effect === "resumeSends") return isOpen && this.key === "session";
			return true;
		}

		see(effect: string) {
			if (effect === "connect") this.socket = "opening";
			if (effect === "disconnect") this.drop();
			if (effect === "savePending") this.key = "pending";
			if (effect === "saveSession") this.key = "session";
			if (effect === "showForm") this.key = "none";
			if (effect === "resumeSends") this.linesFlow = true;
			if (effect === "pauseSends") this.linesFlow = false;
			if (/^send(Hello|Open|Code|Logout)/.test(effect)) this.sent.push(effect);
		}

		drop() {
			this.socket = "none";
			this.sent = [];
			this.mayWelcome = false;
		}

		/** Does what can be done: an answer comes only to what was sent, once. */
		take(event: PageEvent) {
			const last = this.sent.at(-1);
			const asked = last === "sendOpen" ? this.key : undefined;
			if (event.type === "opened") {
				if (this.socket !== "opening") return;
				this.socket = "open";
			} else if (event.type === "closed") {
				if (this.socket === "none") return;
				this.drop();
			} else if (fromServer.includes(event) && this.socket !== "open") {
				return;
			} else if (event.type === "welcome") {
				if (!this.mayWelcome && asked !== "session") return;
				this.mayWelcome = false;
				if (asked) this.sent.push("welcomed");
			} else if (event.type === "session") {
				// An open is answered so if a code was heard and its answer lost.
				if (last !== "sendCode" && asked !== "pending") return;
				this.mayWelcome = true;
			} else if (event.type === "pending" && asked === "session") {
				return;
			}
			this.page.actor.send(event);
		}

		check() {
			const snapshot = this.page.actor.getSnapshot();
			expect(snapshot.status).toBe("active");
			expect(this.wrong).toEqual([]);
			const without = [
				...(["entering", "stopped"] as const),
				{ returning: "waiting" } as const,
			];
			const opening = [
				{ loggingIn: "connecting" },
				{ returning: "trying" },
			] as const;
			const kind = without.some((state) => snapshot.matches(state))
				? "none"
				: opening.some((state) => snapshot.matches(state))
					? "opening"
					: "open";
			expect(this.socket).toBe(kind);
			expect(snapshot.context.key).toBe(this.key);
			if (snapshot.matches("chatting")) expect(this.key).toBe("session");
			if (this.linesFlow) expect(snapshot.value).toBe("chatting");
			const context = JSON.stringify(snapshot.context);
			expect(context).not.toContain(TOKEN);
			expect(context).not.toContain(CODE);
		}
	}

	const time = fc.nat(95_000).map((ms) => ({ type: "time", ms }) as const);
	// What leads on is likelier than what leads back, or no history gets far.
	const back = ["leave", "refused", "closed"];
	// Rarer still, and a state would be seen in most runs only.
	const aside = ["logout", "mayNotEnter"];
	const weightOf = (type: string) =>
		back.includes(type) ? 1 : aside.includes(type) ? 4 : 12;
	const step = fc.oneof(
		{ weight: 6, arbitrary: time },
		...[...fromPerson, ...fromNetwork, ...fromServer].map((event) => ({
			weight: weightOf(event.type),
			arbitrary: fc.constant(event),
		})),
	);

	test("there is one socket when it is needed, a key behind every screen, and always a way out", () => {
		const seen = new Set<string>();
		fc.assert(
			fc.property(
				fc.constantFrom(...KEYS),
				fc.array(step, { minLength: 50, maxLength: 250 }),
				(key, history) => {
					const world = new World(key);
					world.check();
					for (const event of history) {
						if (event.type === "time") world.page.clock.increment(event.ms);
						else world.take(event);
						world.check();
						seen.add(JSON.stringify(world.page.actor.getSnapshot().value));
					}
					// While all is being erased, the first still waits for the end of it.
					const { farewell } = world.page.actor.getSnapshot().context;
					world.take({ type: "leave" });
					if (farewell) world.take({ type: "leave" });
					expect(world.page.actor.getSnapshot().value).toBe("entering");
					expect(world.socket).toBe("none");
				},
			),
			{ numRuns: 300 },
		);
		expect([...seen]).toHaveLength(12);
	});
});

describe("a lost connection", () => {
	/** Someone in the room, and how long they wait before each new attempt. */
	function inTheRoom(jitter: number) {
		const effects: string[] = [];
		const { actor, clock } = livePage((effect) => effects.push(effect));
		for (const event of [submit, opened, pending, code, session, welcome]) {
			actor.send(event);
		}
		function waitAfterLoss() {
			actor.send(closed(1006, jitter));
			effects.length = 0;
			let ms = 0;
			for (; effects.length === 0; ms += 100) clock.increment(100);
			expect(effects).toEqual(["connect"]);
			return ms;
		}
		function comeBack() {
			actor.send(opened);
			actor.send(welcome);
		}
		return { actor, clock, effects, comeBack, waitAfterLoss };
	}

	test("is tried again ever later, up to half a minute, and anew the next time", () => {
		const { comeBack, waitAfterLoss } = inTheRoom(1);
		const waits = [1, 2, 3, 4, 5, 6, 7].map(waitAfterLoss);
		expect(waits).toEqual([1e3, 2e3, 4e3, 8e3, 16e3, 30e3, 30e3]);
		comeBack();
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

	test("is told while it lasts, and leads back into the room without a form", () => {
		const { actor, comeBack, effects, waitAfterLoss } = inTheRoom(0);
		waitAfterLoss();
		const { context } = actor.getSnapshot();
		expect(context.trouble?.words).toBe("Offline.");
		expect(context.key).toBe("session");
		comeBack();
		expect(actor.getSnapshot().value).toBe("chatting");
		expect(effects).toEqual(["connect", "sendOpen", "resumeSends"]);
	});

	test("leads to the form, filled in, if the session has ended meanwhile", () => {
		const { actor, effects, waitAfterLoss } = inTheRoom(0);
		waitAfterLoss();
		actor.send(opened);
		actor.send(sessionEnded);
		const { value, context } = actor.getSnapshot();
		expect(value).toBe("entering");
		expect(context).toMatchObject({ name: "Ann", email: ann.email, trouble });
		expect(effects).toContain("showForm");
	});

	test("ends where one last wanted to go, whatever was asked before and however it is answered", () => {
		for (const first of [
			inTheGarden,
			refused(MessageType.open, "roomIsNamed"),
		]) {
			const { actor, effects } = inTheRoom(0);
			effects.length = 0;
			actor.send(garden);
			actor.send({ type: "go", update: { room: "attic" } });
			// What had been said in the room before is no answer.
			actor.send(refused(MessageType.erase, "placeIsKnown"));
			actor.send(first);
			expect(actor.getSnapshot().value).toEqual({ returning: "opening" });
			actor.send({ ...inTheGarden, update: { room: "attic" } });
			const { value, context } = actor.getSnapshot();
			expect([value, context.room]).toEqual(["chatting", "attic"]);
			const asked = effects.filter((effect) => effect === "sendOpen");
			expect(asked).toHaveLength(2);
		}
	});

	test("waits for no answer of a room that was overtaken before it could let anyone in", () => {
		const { actor } = inTheRoom(0);
		actor.send({ type: "go", update: { room: "attic" } });
		actor.send(garden);
		actor.send(inTheGarden);
		const { value, context } = actor.getSnapshot();
		expect([value, context.room]).toEqual(["chatting", "garden"]);
	});

	test("leads to a room by the name that the server has for it", () => {
		const { actor } = inTheRoom(0);
		actor.send({ type: "go", update: { room: "GARDEN" } });
		actor.send(inTheGarden);
		const { value, context } = actor.getSnapshot();
		expect([value, context.room]).toEqual(["chatting", "garden"]);
	});

	test("while a code is out finds the code field again", () => {
		const { actor } = livePage();
		for (const event of [submit, opened, pending, closed(1006)]) {
			actor.send(event);
		}
		expect(actor.getSnapshot().context.key).toBe("pending");
		for (const event of [{ type: "retry" } as const, opened, pending]) {
			actor.send(event);
		}
		expect(actor.getSnapshot().value).toEqual({ loggingIn: "verifying" });
	});

	test("while the right code is looked at leads into the room without another code", () => {
		const effects: string[] = [];
		const { actor } = livePage((effect) => effects.push(effect));
		for (const event of [submit, opened, pending, code, closed(1006)])
			actor.send(event);
		effects.length = 0;
		for (const event of [{ type: "retry" } as const, opened, session, welcome])
			actor.send(event);
		expect(actor.getSnapshot().value).toBe("chatting");
		expect(effects).toEqual([
			"connect",
			"sendOpen",
			"saveSession",
			"resumeSends",
		]);
	});

	test("is not tried again when the tab is open elsewhere, unless the person asks", () => {
		const { actor, clock, effects } = inTheRoom(0);
		actor.send(closed(CloseCode.replaced.code));
		effects.length = 0;
		clock.increment(3_600_000);
		const { value, context } = actor.getSnapshot();
		expect(value).toBe("stopped");
		expect(context.trouble?.words).toBe(CloseCode.replaced.says);
		expect(effects).toEqual([]);
		actor.send({ type: "retry" });
		expect(effects).toEqual(["connect"]);
	});
});

describe("a refusal", () => {
	const { hello, auth, open } = MessageType;

	/** Where these events lead a page that begins with a key. */
	function pageAfter(key: Key, ...events: PageEvent[]) {
		const effects: string[] = [];
		const { actor } = livePage((effect) => effects.push(effect), key);
		for (const event of events) actor.send(event);
		const { value, context } = actor.getSnapshot();
		return { value, ...context, effects };
	}

	test("that passes leaves a login as it is, for the same code to be typed again", () => {
		for (const rule of ["diskHasSpace", "tabsAreLeft"]) {
			const login = [submit, opened, pending, code, refused(auth, rule)];
			const page = pageAfter("none", ...login);
			expect(page.value).toEqual({ loggingIn: "verifying" });
			expect([page.key, page.trouble]).toEqual(["pending", trouble]);
		}
	});

	test("of a room there can't be leads a login to the lobby", () => {
		const go: PageEvent = { type: "go", update: { room: "a b" } };
		const no = refused(hello, "roomIsNamed");
		const page = pageAfter("none", go, submit, opened, no);
		expect([page.value, page.room]).toEqual(["entering", LOBBY]);
	});

	test.each([
		"roomIsNamed",
		"roomsAreLeft",
		"roomsMadeAreLeft",
		"isOpenToThem",
	])("because of the room leads to the lobby: %s", (rule) => {
		const go: PageEvent = { type: "go", update: { room: "attic" } };
		const page = pageAfter("session", go, opened, refused(open, rule));
		expect([page.value, page.room]).toEqual([{ returning: "trying" }, LOBBY]);
		expect(page.effects).toContain("forgetRoom");
	});

	test("that stops the page is over once the person goes to another room", () => {
		const go: PageEvent = { type: "go", update: { room: "attic" } };
		const no = refused(open, "tabsAreLeft");
		expect(pageAfter("session", opened, no).value).toBe("stopped");
		const page = pageAfter("session", opened, no, go);
		expect([page.value, page.room]).toEqual([{ returning: "trying" }, "attic"]);
	});

	test("of who was kicked keeps the words that say why, until they may be back", () => {
		const kicked = { ...closed(CloseCode.kicked.code), words: "Noise." };
		const { actor, clock } = livePage(undefined, "session");
		const no = refused(open, "isNotKicked", 300_000);
		for (const event of [garden, opened, inTheGarden, kicked])
			actor.send(event);
		clock.increment(10_000);
		for (const event of [opened, no]) actor.send(event);
		const { value, context } = actor.getSnapshot();
		expect([value, context.room]).toEqual(["stopped", "garden"]);
		expect(context.trouble?.words).toBe("Noise.");
		clock.increment(299_999);
		expect(actor.getSnapshot().value).toBe("stopped");
		clock.increment(1);
		for (const event of [opened, inTheGarden]) actor.send(event);
		expect(actor.getSnapshot().value).toBe("chatting");
	});

	test("of who is kicked when the page is loaded is shown in the room until they may be back", () => {
		const input = { ...ann, key: "session", room: "garden" } as const;
		const clock = new SimulatedClock();
		const actor = createActor(pageMachine, { input, clock }).start();
		actor.send(opened);
		actor.send(refused(open, "isNotKicked", 300_000));
		const { value, context } = actor.getSnapshot();
		expect([value, context.room]).toEqual(["stopped", "garden"]);
		expect(context.trouble?.words).toBe("No.");
		clock.increment(300_000);
		expect(actor.getSnapshot().value).toEqual({ returning: "trying" });
	});

	test.each(["isNotTooFast", "nodesAreAlike"])(
		"by which a room can't be opened for now is waited for: %s",
		(rule) => {
			const { value } = pageAfter("session", opened, refused(open, rule));
			expect(value).toEqual({ returning: "waiting" });
		},
	);

	test("of a full disk is waited for, and the place that one is in is asked for anew", () => {
		const full = pageAfter("session", opened, refused(open, "diskHasSpace"));
		expect(full.value).toEqual({ returning: "waiting" });
		const inside = pageAfter("session", opened, refused(open, "isNotInside"));
		expect(inside.value).toEqual({ returning: "trying" });
		expect(inside.effects.slice(-2)).toEqual(["disconnect", "connect"]);
	});
});

test("who logs out while all is being deleted does not read that it is gone", () => {
	const { actor } = livePage(() => {}, "session");
	const erase = { type: "eraseAll", update: { farewell: "All is gone." } };
	const out: PageEvent = { type: "logout", all: false };
	const end = closed(CloseCode.loggedOut.code);
	for (const event of [opened, welcome, Object(erase), out, end])
		actor.send(event);
	const { trouble } = actor.getSnapshot().context;
	expect(trouble?.words).toBe(CloseCode.loggedOut.says);
});

test("a tab that erases all says so at the end, though another is logged out before it", () => {
	const { actor } = livePage(() => {}, "session");
	const erase = { type: "eraseAll", update: { farewell: "All is gone." } };
	const gone = { type: "allErased", update: { isErased: true } };
	const end = closed(CloseCode.loggedOut.code);
	const leave: PageEvent = { type: "leave" };
	for (const event of [opened, welcome, Object(erase), leave, gone, end])
		actor.send(Object(event));
	const { value, context } = actor.getSnapshot();
	expect([value, context.trouble?.words]).toEqual(["entering", "All is gone."]);
});

test.each([
	["loses its connection", () => closed(1006)],
	["hears nothing more", () => undefined],
])(
	"a tab that erases all, is logged out by another and %s says nothing of a logout",
	(_, end) => {
		const { actor, clock } = livePage(() => {}, "session");
		const erase = { type: "eraseAll", update: { farewell: "All is gone." } };
		const leave: PageEvent = { type: "leave" };
		for (const event of [opened, welcome, Object(erase), leave])
			actor.send(event);
		const event = end();
		if (event) actor.send(event);
		else clock.increment(10_000);
		const { value, context } = actor.getSnapshot();
		expect([value, context.trouble]).toEqual(["entering", undefined]);
	},
);

test.each([
	["in another tab", [], CloseCode.loggedOut.says],
	[
		"because all is gone",
		[Object({ type: "allErased", update: { isErased: true } })],
		"All is gone.",
	],
])("a session that ends %s says so", (_, before, words) => {
	const { actor } = livePage(() => {}, "session");
	const erase = { type: "eraseAll", update: { farewell: "All is gone." } };
	const end = closed(CloseCode.loggedOut.code);
	for (const event of [opened, welcome, Object(erase), ...before, end])
		actor.send(event);
	expect(actor.getSnapshot().context.trouble?.words).toBe(words);
});

test("a logout takes effect at once, with words if the server may not know of it", () => {
	const words = (...events: PageEvent[]) => {
		const { actor } = livePage(() => {}, "session");
		const out: PageEvent = { type: "logout", all: true };
		for (const event of [opened, welcome, out, ...events]) actor.send(event);
		const { value, context } = actor.getSnapshot();
		return [value, context.key, context.trouble?.words];
	};
	const { code, says } = CloseCode.loggedOut;
	expect(words(closed(code))).toEqual(["entering", "none", says]);
	const logoutUnconfirmed = words(closed(1006));
	expect(logoutUnconfirmed.slice(0, 2)).toEqual(["entering", "none"]);
	expect(logoutUnconfirmed[2]).toMatch(/did not hear of it/);
});
