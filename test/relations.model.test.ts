/**
 * Relations survive any order of messages, edits, reactions, pins, erasures,
 * crashes and returns. What people saw, what they are sent when they come back, a page
 * of history and a newcomer's first lines all read as the log says, and what
 * was replaced is nowhere.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Item, MessageType as types } from "../machines/message.ts";
import { readServerFrame } from "../machines/protocol.ts";
import { changed, isChange } from "../machines/relations.ts";
import { evolveStored } from "../src/engine/fold.ts";
import { State } from "../src/engine/state.ts";
import type { Stored } from "../src/log/log.ts";
import { FakeClock } from "./fakes/clock.ts";
import { FakeDisk, seeded } from "./fakes/disk.ts";
import { eventsOn, readBack, serverOn, textOn } from "./relations.ts";
import type { Person, Received, TestServer } from "./test-server.ts";

const RUNS = Number(process.env.TEST_RELATIONS ?? 40);
const NAMES = ["ann", "bob", "cleo"] as const;
const EMOJI = ["👍", "🎉", "🦩"] as const;

interface Step {
	readonly what: (typeof WHAT)[number];
	readonly who: number;
	readonly which: number;
	readonly emoji: number;
	readonly waits: boolean;
}
const WHAT = [
	...(["say", "say", "edit", "edit", "react", "react", "unreact"] as const),
	...(["pin", "pin", "unpin"] as const),
	...(["erase", "leave", "return", "crash", "eraseAll"] as const),
];
const story = fc.array(
	fc.record<Step>({
		what: fc.constantFrom(...WHAT),
		who: fc.nat({ max: NAMES.length - 1 }),
		which: fc.nat({ max: 5 }),
		emoji: fc.nat({ max: EMOJI.length - 1 }),
		waits: fc.boolean(),
	}),
	{ minLength: 10, maxLength: 60 },
);

/** A message as somebody reads it. */
interface Read {
	readonly offset: number;
	text: string;
	isEdited: boolean;
	/** Who pinned it. */
	pinned: string;
	reactions: { text: string; names: string[] }[];
}

/** The messages of the lobby, as a plain reading of the log says. */
function readingOf(log: readonly Stored[]): Read[] {
	const messages = new Map<number, Read & { author: string }>();
	const names = new Map<string, string>();
	let given: { target: number; text: string; name: string; at: number }[] = [];
	let offset = 0;
	for (const { event, erasable } of log) {
		const text = erasable?.text ?? "";
		if (event.type === "client.entered") names.set(event.client, event.name);
		const name = "client" in event ? (names.get(event.client) ?? "") : "";
		if (!("room" in event) || !isShown.has(event.type)) continue;
		offset++;
		if (event.type === "message.posted") {
			const read = { offset, text, isEdited: false, pinned: "" };
			messages.set(offset, { ...read, reactions: [], author: name });
		}
		const about =
			"target" in event ? messages.get(event.target ?? 0) : undefined;
		if (event.type === "message.edited" && about)
			Object.assign(about, { text, isEdited: true });
		if (event.type === "message.pinned" && about) about.pinned = event.name;
		if (event.type === "message.unpinned" && about) about.pinned = "";
		if (event.type === "message.reacted")
			given.push({ target: event.target, text, name, at: offset });
		if (event.type === "message.unreacted")
			given = given.filter(({ at }) => at !== event.reaction);
		if (event.type !== "message.erased") continue;
		const { from = 0, through = 0, name: whose, target } = event;
		for (const message of messages.values()) {
			const isTheirs = message.author === whose && message.offset <= through;
			if (message.offset !== target && !(isTheirs && message.offset >= from))
				continue;
			Object.assign(message, { text: "", isEdited: false, pinned: "" });
			given = given.filter((one) => one.target !== message.offset);
		}
		given = given.filter(
			({ name, at }) => name !== whose || at < from || at > through,
		);
	}
	return [...messages.values()].map(({ author: _, ...read }) => {
		const own = given.filter(
			({ target, text }) => target === read.offset && text,
		);
		const kinds = [...new Set(own.map(({ text }) => text))];
		const reactions = kinds.map((text) => ({
			...{ text, names: own.filter((one) => one.text === text) },
		}));
		return {
			...read,
			reactions: reactions.map(({ text, names }) => ({
				...{ text, names: names.map(({ name }) => name) },
			})),
		};
	});
}

const isShown = new Set<string>([
	...["client.entered", "client.left", "notice.posted"],
	...["message.posted", "message.edited", "message.reacted"],
	...["message.unreacted", "message.erased"],
	...["message.pinned", "message.unpinned"],
]);

const asRead = (item: Item): readonly Read[] =>
	item.kind === "said"
		? [
				{
					...{ offset: item.offset, text: item.text },
					isEdited: item.edited !== undefined && !item.erased,
					pinned: item.pinned ?? "",
					reactions: (item.reactions ?? []).map(({ text, by }) => ({
						...{ text, names: by.map(({ name }) => name) },
					})),
				},
			]
		: [];

/** What a page makes of these frames, in their order, after what it had. */
function seen(frames: readonly Received[], before: readonly Item[] = []) {
	let items = before;
	for (const frame of frames) {
		if (frame.type === types.gap) items = [];
		const item = readServerFrame(frame);
		if (!item || !("time" in item)) continue;
		if (isChange(item)) items = items.map((line) => changed(line, item));
		else items = [...items.filter((one) => one.offset !== item.offset), item];
	}
	return items;
}

const none = { room: undefined, epoch: undefined, offset: undefined };

class World {
	readonly clock = new FakeClock();
	disk = new FakeDisk();
	plume: TestServer | undefined;
	readonly people = new Map<string, Person>();
	readonly memories = new Map<string, Person["memory"]>();
	readonly items = new Map<string, readonly Item[]>();
	/** Who erases everything. They are logged out at the end of it. */
	#erasing: Person[] = [];
	#texts = 0;

	async start(): Promise<TestServer> {
		const admins = { PLUME_ADMINS: "ann@example.org" };
		this.plume = await serverOn(this.disk, this.clock, admins);
		for (const name of NAMES) await this.enter(this.plume, name);
		return this.plume;
	}

	async enter(plume: TestServer, name: string): Promise<void> {
		const memory = this.memories.get(name);
		if (this.people.get(name)?.isIn) return;
		const person = memory?.session
			? plume.connect("plume.2")
			: await plume.enter(name, "plume.2");
		if (memory?.session) person.open(memory);
		await plume.settle();
		this.people.set(name, person);
		if (!memory?.session) this.items.delete(name);
	}

	/** Its page keeps what it saw. */
	leave(name: string): void {
		const person = this.people.get(name);
		if (!person) return;
		this.items.set(name, seen(person.received, this.items.get(name)));
		const { offset, ...memory } = person.memory;
		if (memory.client !== undefined)
			this.memories.set(name, { ...memory, offset });
		if (person.closed?.code === 4002) this.memories.delete(name);
		person.hangUp();
		this.people.delete(name);
	}

	async run(plume: TestServer, step: Step): Promise<TestServer> {
		const name = NAMES[step.who] ?? "ann";
		const person = this.people.get(name);
		this.clock.suspend(1000);
		if (step.what === "crash") {
			for (const each of NAMES) this.leave(each);
			this.#erasing = [];
			this.clock.forgetTimers();
			this.disk = this.disk.crash(seeded(step.which));
			return this.start();
		}
		if (step.what === "leave") {
			await this.#erased(plume);
			this.leave(name);
		} else if (step.what === "return") await this.enter(plume, name);
		else if (person?.isIn && !person.closed) this.#act(person, name, step);
		if (step.waits) await plume.settle();
		return plume;
	}

	#erased(plume: TestServer): Promise<void> {
		return plume.until(() => this.#erasing.every(({ closed }) => closed));
	}

	#act(person: Person, name: string, { what, which, emoji }: Step): void {
		const text = `<${name} ${this.#texts++}>`;
		const messages = person.items.filter(({ type }) => type === types.text);
		const { room, epoch, offset: target } = messages.at(-1 - which) ?? none;
		if (what === "say") person.say(text);
		else if (what === "eraseAll") {
			if (which > 0) return;
			person.eraseAll();
			this.#erasing.push(person);
		} else if (target === undefined) return;
		else if (what === "erase") person.erase({ room, epoch, target });
		else {
			const about = { type: types.relation, room, epoch, target, kind: what };
			const words = what === "edit" ? text : EMOJI[emoji];
			// Only an admin may pin: the others are refused.
			const isPin = what === "pin" || what === "unpin";
			person.raw(JSON.stringify(isPin ? about : { ...about, text: words }));
		}
	}

	async check(): Promise<void> {
		const plume = this.plume ?? (await this.start());
		await this.#erased(plume);
		await plume.settle();
		expect(plume.fatal).toBeUndefined();
		const log = await eventsOn(this.disk);
		const reading = readingOf(log);
		const state = log.reduce(
			(at, one) => evolveStored(at, one),
			State.initial(plume.log),
		);
		expect(plume.state.hash()).toBe(state.hash());
		for (const name of NAMES) {
			const person = this.people.get(name);
			if (!person?.isIn || person.closed) continue;
			const own = seen(person.received, this.items.get(name)).flatMap(asRead);
			const [first] = own;
			const since = reading.filter(
				({ offset }) => offset >= (first?.offset ?? 0),
			);
			expect([name, own]).toEqual([name, since]);
		}
		const reader = await plume.enter("reader", "plume.2");
		expect(seen(reader.items).flatMap(asRead)).toEqual(reading);
		const page = await readBack(plume, reader, 200);
		expect(seen(page).flatMap(asRead)).toEqual(reading);
		const texts = textOn(this.disk).match(/<\w+ \d+>/g) ?? [];
		const left = reading.flatMap(({ text }) => text || []);
		expect(texts.sort()).toEqual(left.sort());
	}
}

test(
	`${RUNS} stories of edits and reactions read the same everywhere`,
	async () => {
		await fc.assert(
			fc.asyncProperty(story, async (steps) => {
				const world = new World();
				let plume = await world.start();
				for (const step of steps) plume = await world.run(plume, step);
				for (const name of NAMES) await world.enter(plume, name);
				await world.check();
			}),
			{ numRuns: RUNS, ...(process.env.TEST_RELATIONS ? {} : { seed: 1 }) },
		);
	},
	30_000 + RUNS * 1000,
);
