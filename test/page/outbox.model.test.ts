/**
 * The outbox between a person and a room, over a network that loses
 * connections with frames on them, and a page that is reloaded: what a person
 * says arrives once and in order, and what the room refuses comes back.
 */

import fc from "fast-check";
import { expect, test } from "vitest";
import { MessageType } from "../../machines/message.ts";
import { readFrame } from "../../static/frames.ts";
import { Outbox, type PendingLine, TOO_LATE } from "../../static/outbox.ts";

const LONG = "a text that no room takes";

/** A room that follows the protocol, a wire, and the page's storage. */
class World {
	readonly #said: {
		readonly text: string;
		readonly client: string;
		n: number;
	}[] = [];
	/** What the page has shown, and how far it has come since it was loaded. */
	readonly shown = new Set<string>();
	#offset = 0;
	/** How far the room has told what was missed, while it does. */
	#published = 0;
	#isBehind = false;
	#last = new Map<string, number>();
	#client = "c1";
	#stored = "[]";
	#keptClient = "";
	#up: { text: string; n: number }[] = [];
	#down: object[] = [];
	#timers: (() => void)[] = [];
	#online = false;
	/** Most frames that were on the wire at once. */
	busiest = 0;
	outbox = this.#load();

	#load(): Outbox {
		const timers: (() => void)[] = [];
		this.#timers = timers;
		const lines: readonly PendingLine[] = JSON.parse(this.#stored);
		return new Outbox(lines, this.#keptClient, {
			save: (lines) => {
				this.#stored = JSON.stringify(lines);
			},
			send: ({ text, n }) => {
				this.#up.push({ text, n });
				this.busiest = Math.max(this.busiest, this.#up.length);
			},
			wait: (_, then) => timers.push(then),
		});
	}

	get taken(): readonly string[] {
		return this.#said.map(({ text }) => text);
	}

	/** The room answers the next frame. */
	serve(isHasty: boolean) {
		const frame = this.#up.shift();
		if (!frame) return;
		const { text, n } = frame;
		const [re, client, room] = [MessageType.text, this.#client, "lobby"];
		const last = this.#last.get(client) ?? 0;
		const refuse = (code: string, more = {}) =>
			this.#down.push({ type: MessageType.refused, re, n, code, ...more });
		if (isHasty) return refuse("isNotTooFast", { retryAfter: 200 });
		if (text === LONG) return refuse("textIsShort");
		if (n > last + 1) return refuse("isNextInOrder", { expected: last + 1 });
		if (n === last + 1) {
			this.#last.set(client, n);
			this.#said.push({ text, client, n });
			if (!this.#isBehind) this.#down.push(this.#item(this.#said.length));
		}
		const upTo = this.#last.get(client);
		this.#down.push({ type: MessageType.ack, room, last: upTo });
	}

	/** What was missed is told between whatever else is. */
	#tellMissed(): object | undefined {
		if (!this.#isBehind) return undefined;
		if (this.#published < this.#said.length)
			return this.#item(++this.#published);
		this.#isBehind = false;
		return { type: MessageType.history, room: "lobby", done: true };
	}

	#item(offset: number): object {
		const said = { type: MessageType.text, offset };
		return { ...said, ...this.#said[offset - 1] };
	}

	/** The page hears the next answer. */
	hear() {
		const frame = this.#down.shift() ?? this.#tellMissed();
		if (!frame) return;
		const heard = readFrame(JSON.stringify(frame), 0);
		if (!heard || "type" in heard) expect.unreachable();
		if (heard.kind === "ack") this.outbox.accepted(heard.last);
		else if (heard.kind === "textRefused") this.outbox.refused(heard);
		else if (heard.kind === "said") {
			this.outbox.shown(heard.n ?? 0, heard.client);
			this.shown.add(heard.text);
			this.#offset = heard.offset;
		} else if (heard.kind === "caughtUp") this.outbox.caughtUp();
	}

	/** The room got so many of the frames that were under way; no answer gets back. */
	lose(served: number) {
		if (!this.#online) return;
		for (let left = served; left > 0; left -= 1) this.serve(false);
		this.#online = false;
		this.#up = [];
		this.#down = [];
		this.outbox.disconnected();
	}

	/** With a gap, what was missed is not told: it is in the history. */
	comeBack(hasGap = false) {
		if (this.#online) return;
		this.#online = true;
		this.#keptClient = this.#client;
		const last = this.#last.get(this.#client) ?? 0;
		this.outbox.welcome(this.#client, last, "e1");
		this.#isBehind = true;
		if (hasGap) {
			this.#offset = this.#said.length;
			for (const text of this.taken) this.shown.add(text);
		}
		this.#published = this.#offset;
	}

	reload(served: number) {
		this.lose(served);
		this.#offset = 0;
		this.outbox = this.#load();
	}

	/** The session has ended, and the person logs in anew. */
	logInAgain(served: number) {
		this.lose(served);
		this.#client += "+";
		this.comeBack();
	}

	tick() {
		for (const then of this.#timers.splice(0)) then();
	}

	/** Until nothing is under way. */
	settle() {
		this.comeBack();
		for (let left = 10_000; ; left -= 1) {
			const queues = [this.#up, this.#down, this.#timers];
			const isIdle = queues.every((queue) => queue.length === 0);
			if (isIdle && !this.#isBehind) return;
			if (left === 0) expect.unreachable();
			this.serve(false);
			this.hear();
			this.tick();
		}
	}
}

type Step = readonly [
	what: "say" | "sayLong" | "serve" | "hear" | "lose" | "back" | "reload",
	n: number,
];

const step: fc.Arbitrary<Step> = fc.tuple(
	fc.constantFrom(
		...(["say", "say", "say", "sayLong", "serve", "serve", "serve"] as const),
		...(["hear", "hear", "hear", "lose", "back", "reload"] as const),
	),
	fc.nat(9),
);

function take(world: World, said: string[], [what, n]: Step) {
	if (what === "say") {
		said.push(`line ${said.length + 1}`);
		world.outbox.add(said.at(-1) ?? "");
	}
	if (what === "sayLong") world.outbox.add(LONG);
	if (what === "serve") world.serve(n === 0);
	if (what === "hear") world.hear();
	if (what === "lose") world.lose(n);
	if (what === "back") world.comeBack(n < 5);
	if (what === "reload") world.reload(n);
	if (n < 3) world.tick();
}

test("what is said arrives once and in order, and is never out of sight, whatever is lost, refused or reloaded", () => {
	let busiest = 0;
	fc.assert(
		fc.property(fc.array(step, { maxLength: 150 }), (history) => {
			const world = new World();
			const said: string[] = [];
			for (const now of history) {
				take(world, said, now);
				expect(world.taken).toEqual(said.slice(0, world.taken.length));
				const waiting = world.outbox.lines.map(({ text }) => text);
				const seen = new Set([...waiting, ...world.shown]);
				expect(said.filter((text) => !seen.has(text))).toEqual([]);
			}
			world.settle();
			expect(world.taken).toEqual(said);
			for (const { text, why } of world.outbox.lines) {
				expect(text).toBe(LONG);
				expect(why).not.toBe("");
			}
			busiest = Math.max(busiest, world.busiest);
		}),
		{ numRuns: 2_000 },
	);
	expect(busiest).toBeGreaterThan(1);
	expect(busiest).toBeLessThanOrEqual(8);
});

test("after a new login nothing is said before the person says so, and then once", () => {
	fc.assert(
		fc.property(
			fc.array(step, { maxLength: 60 }),
			fc.nat(9),
			fc.boolean(),
			(history, served, wants) => {
				const world = new World();
				const said: string[] = [];
				world.comeBack();
				for (const now of history) take(world, said, now);
				world.logInAgain(served);
				const before = world.taken.length;
				world.settle();
				const refusedLines = world.outbox.lines.filter(
					({ why }) => why === TOO_LATE,
				);
				expect(world.taken).toHaveLength(before);
				if (wants) world.outbox.retry();
				else world.outbox.drop();
				world.settle();
				const more = refusedLines
					.map(({ text }) => text)
					.filter((t) => t !== LONG);
				expect(world.taken.slice(before)).toEqual(wants ? more : []);
			},
		),
		{ numRuns: 1_000 },
	);
});

test("a line of the last login that turns out to be taken is not asked about", () => {
	const world = new World();
	world.comeBack();
	world.outbox.add("hello");
	world.logInAgain(1);
	expect(world.outbox.lines).toMatchObject([{ why: TOO_LATE }]);
	world.outbox.shown(1, "c1");
	expect(world.outbox.lines).toEqual([]);
});

test("a line from before its writer was out of the room waits for their word", () => {
	const world = new World();
	world.outbox.add("for you alone");
	world.outbox.hold();
	world.settle();
	expect(world.taken).toEqual([]);
	world.outbox.retry();
	world.settle();
	expect(world.taken).toEqual(["for you alone"]);
});

test("a line that was taken before its writer was out of the room is not asked about", () => {
	const world = new World();
	world.comeBack();
	world.outbox.add("hello");
	world.lose(1);
	world.outbox.hold();
	world.settle();
	expect(world.outbox.lines).toEqual([]);
	expect(world.taken).toEqual(["hello"]);
});

test("a room that expects another number is told again from there", () => {
	const posted: number[] = [];
	const outbox = new Outbox([], "c1", {
		save() {},
		send: ({ n }) => posted.push(n),
		wait() {},
	});
	outbox.welcome("c1", 4, "e1");
	outbox.add("hello");
	const [words, retryAfter] = ["Out of order.", undefined];
	outbox.refused({ n: 5, words, retryAfter, expected: 3 });
	expect(posted).toEqual([5, 3]);
});

/** An outbox with a reply under way, and what each line that it sent answers. */
function withReply() {
	const posted: unknown[] = [];
	const outbox = new Outbox([], "c1", {
		save() {},
		send: ({ replyTo }) => posted.push(replyTo),
		wait() {},
	});
	outbox.welcome("c1", 0, "e1");
	outbox.add("yes", { epoch: "e1", offset: 7 });
	return { posted, outbox };
}

test.each([
	["stays one in the same epoch", "e1", [7, 7]],
	["answers nothing in another epoch", "e2", [7, undefined]],
])("a reply that is sent again %s", (_, epoch, answered) => {
	const { posted, outbox } = withReply();
	outbox.disconnected();
	outbox.welcome("c1", 0, epoch);
	expect(posted).toEqual(answered);
});

test("a reply stays one when it is refused and sent again", () => {
	const { posted, outbox } = withReply();
	const [words, retryAfter, expected] = ["No.", undefined, undefined];
	outbox.refused({ n: 1, words, retryAfter, expected });
	outbox.retry();
	expect(posted).toEqual([7, 7]);
});

/** A room that refuses the first line, to be tried again after so long. */
function refusedFor(retryAfter: number) {
	const waits: number[] = [];
	const posted: string[] = [];
	const outbox = new Outbox([], "c1", {
		save() {},
		send: ({ text }) => posted.push(text),
		wait: (ms) => waits.push(ms),
	});
	outbox.welcome("c1", 0, "e1");
	outbox.add("hello");
	const words = "You have said enough.";
	const isWaiting = outbox.refused({
		...{ n: 1, words, retryAfter },
		expected: undefined,
	});
	return { outbox, posted, waits, isWaiting };
}

test("a line that has to wait for ten seconds is sent again by itself", () => {
	const { outbox, waits, isWaiting } = refusedFor(10_000);
	expect(waits).toEqual([10_000]);
	expect(isWaiting).toBe(true);
	expect(outbox.lines).toMatchObject([{ text: "hello", why: "" }]);
});

test("a line that has to wait for longer is left to the person", () => {
	const { outbox, waits, isWaiting } = refusedFor(10_001);
	expect(waits).toEqual([]);
	expect(isWaiting).toBe(false);
	expect(outbox.lines).toMatchObject([{ why: "You have said enough." }]);
});

test("a line that may be sent again in hours does not hold up the next", () => {
	const { outbox, posted } = refusedFor(10_800_000);
	outbox.add("one more");
	outbox.retry();
	expect(posted).toEqual(["hello", "one more", "hello"]);
});
