/** What the fields of a frame may hold: what makes sense now, the bounds of what is allowed, and what is none of it. */
import { BOT_NAME } from "../../machines/message.ts";
import type { Random } from "./random.ts";

/** What one person of the fuzz knows of the server and of the others. */
export interface Known {
	/** The number of the person, who owns the name `nameOf(self)`. */
	readonly self: number;
	readonly people: number;
	session: string;
	client: string;
	pending: string;
	/** The latest code that was sent to this person. */
	code: string;
	room: string;
	epoch: string;
	offset: number;
	/** The number of the last text that arrived. */
	last: number;
	time: number;
	/** Lines of the room that this person said. */
	said: number[];
}

/** What people learn of private rooms, and hand on to all others: the latest tokens and keys. */
export const overheard = { tokens: [""], keys: ["~"] };

/** Notes what is worth handing on. */
export function overhear(list: string[], heard: unknown): void {
	if (typeof heard !== "string" || heard === "") return;
	list.push(heard);
	if (list.length > 50) list.shift();
}

export const nameOf = (person: number) => `person${person}`;
export const emailOf = (person: number) => `${nameOf(person)}@example.org`;

const ROOMS = ["lobby", "r1", "r2", "r3", "Raum Ü", "кот", "r1 ", "__proto__"];
const WHYS = ["", "1m spam", "1h", "7d x", "0m", "99999d", "-1h", "reason"];
const ACTS =
	"ban unban unban mute unmute unmute kick block unblock report dismiss reports remove help"
		.split(" ")
		.concat("constructor");

export const STRANGE_TEXTS = [
	"",
	" ",
	"\n",
	"\u0000",
	"\ud800",
	"\udfff x",
	"\u202eright to left",
	"👩‍👩‍👧‍👦🏳️‍🌈",
	`a${"\u0301".repeat(300)}`,
	"__proto__",
	"constructor",
	"toString",
	"xstate.init",
	"xstate.stop",
	BOT_NAME,
	`@${BOT_NAME}`,
	"plumebоt",
	"<script>alert(1)</script>",
	"x".repeat(64),
	"x".repeat(65),
	"x".repeat(257),
	"\u0001".repeat(4000),
	"é".repeat(4001),
	"字".repeat(20_000),
];
export const STRANGE_NUMBERS = [
	...[0, 1, -1, -0, 1.5, 2 ** 31, 2 ** 32, 2 ** 53, 2 ** 53 - 1],
	...[8.64e15, 8.64e15 + 2, 1e308, -1e308, 5e-324],
];
const OTHERS = [null, true, false, [], {}, [[]], { name: {} }, [1, "x"], "1"];

/** Anything that JSON can say. */
export function anything(random: Random): unknown {
	const kind = random.below(3);
	if (kind === 0) return random.pick("", ...STRANGE_TEXTS);
	if (kind === 1) return random.pick(0, ...STRANGE_NUMBERS);
	return random.pick<unknown>(null, ...OTHERS);
}

/** A bound or a strange value of the type that a valid one has. */
function strange(random: Random, valid: unknown): unknown {
	if (typeof valid === "string") return random.pick("", ...STRANGE_TEXTS);
	if (typeof valid === "number") return random.pick(0, ...STRANGE_NUMBERS);
	return anything(random);
}

/** A text to the room, or to the bot. */
export function chatText(random: Random, known: Known): string {
	if (random.happens(150)) {
		const name = nameOf(random.below(known.people));
		const target = random.pick(name, `@${name}`, `${lineOf(random, known)}`);
		return `@${BOT_NAME} ${random.pick("help", ...ACTS)} ${target} ${random.pick("", ...WHYS)}`;
	}
	const words = ["plume", "log", "@person1", "ja", "🪶", "state", "\u200b"];
	const count = random.happens(10) ? 600 : 1 + random.below(12);
	return Array.from({ length: count }, () => random.pick("a", ...words)).join(
		" ",
	);
}

/** The offset of a line that was said, by this person or by anyone. */
const lineOf = (random: Random, { said, offset }: Known): number =>
	random.happens(700)
		? random.pick(offset, ...said)
		: Math.max(0, offset - random.below(60));

/** Per field of the wire, what makes sense in it. */
const sensible: Readonly<
	Record<string, (random: Random, known: Known) => unknown>
> = {
	text: chatText,
	room: (random, { room }) =>
		random.happens(600)
			? room
			: random.pick("lobby", ...ROOMS, ...overheard.keys.slice(-9)),
	rooms: (random) =>
		Array.from({ length: random.below(5) }, () =>
			random.pick("lobby", ...ROOMS),
		),
	title: chatText,
	name: (random, { people }) => nameOf(random.below(people)),
	names: (random, { people }) =>
		Array.from({ length: random.below(4) }, () => nameOf(random.below(people))),
	invitation: (random) => random.pick("", ...overheard.tokens.slice(-5)),
	id: (random) => `${random.below(1e9)}`,
	n: (_, known) => ++known.last,
	session: (_, { session }) => session,
	pending: (_, { pending }) => pending,
	client: (_, { client }) => client,
	epoch: (_, { epoch }) => epoch,
	offset: (random, { offset }) => Math.max(0, offset - random.below(40)),
	time: (_, { time }) => time,
	before: (random, { offset }) => 1 + random.below(offset + 2),
	limit: (random) => 1 + random.below(120),
	target: lineOf,
	replyTo: lineOf,
	away: (random) => random.happens(500),
	all: () => true,
	unread: () => true,
	said: (random, { offset }) => random.below(offset + 1),
	level: (random) => random.pick("all", "mentions", "nothing"),
	from: (random) => random.below(1500),
	to: (random) => random.below(1500),
	zone: (random) => random.pick("UTC", "Europe/Berlin", "Mars/Crater"),
};

/** A value for a field: mostly one that makes sense. */
export function valueFor(field: string, random: Random, known: Known): unknown {
	const valid = sensible[field]?.(random, known) ?? anything(random);
	const chance = random.below(1000);
	if (chance < 900) return valid;
	return chance < 980 ? strange(random, valid) : anything(random);
}
