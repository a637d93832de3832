/** Random frames: well-formed ones by the table of frames, and what becomes of them when they are broken. */
import { LAST, maskedFrame } from "../../bench/raw-client.ts";
import { clientFrames, MessageType } from "../../machines/protocol.ts";
import type { Random } from "./random.ts";
import {
	anything,
	chatText,
	emailOf,
	type Known,
	nameOf,
	STRANGE_TEXTS,
	valueFor,
} from "./values.ts";

type Kind = keyof typeof clientFrames;

/** How often each kind is sent, beside the others. */
const WEIGHTS: Readonly<Record<Kind, number>> = {
	...{ text: 400, erase: 120, history: 60, open: 50 },
	...{ typing: 60, presence: 60, heads: 60 },
	...{ hello: 30, auth: 30, eraseAll: 2, logout: 4 },
	...{ ownRooms: 10, makeRoom: 10, talkTo: 20, titleRoom: 10 },
	setTopic: 10,
	...{ invite: 20, invitations: 5, revoke: 5, join: 20 },
	...{ removeMember: 5, handOver: 5, closeRoom: 2 },
	...{ edit: 60, react: 60, unreact: 20, pin: 5, unpin: 5, pins: 5, find: 20 },
	...{ read: 40, level: 10, quiet: 10 },
	...{ subscribe: 5, unsubscribe: 5, tryPush: 5 },
};
const KINDS = Object.keys(clientFrames).flatMap((kind) =>
	isKind(kind) ? Array<Kind>(WEIGHTS[kind]).fill(kind) : [],
);

function isKind(kind: string): kind is Kind {
	return kind in clientFrames;
}

/** A hello under a name of one's own or of another, with an email that may fit. */
function helloText(random: Random, { self, people }: Known): string {
	const person = random.happens(500) ? self : random.below(people);
	const suffix = random.happens(200) ? `x${random.below(3)}` : "";
	const owner = random.happens(800) ? person : random.below(people);
	if (random.happens(200)) return `\n${emailOf(owner)}`;
	return `${nameOf(person)}${suffix}\n${emailOf(owner)}`;
}

/** A frame that the server understands, but for a strange value here and there. */
export function wellFormed(random: Random, known: Known): object {
	const kind = random.pick<Kind>("text", ...KINDS);
	const frame: Record<string, unknown> = {};
	for (const [field, rule] of Object.entries(clientFrames[kind])) {
		if ("constant" in rule) frame[field] = rule.constant;
		else if (rule.read(undefined) !== null && random.happens(400)) continue;
		else frame[field] = valueFor(field, random, known);
	}
	if (kind === "hello" && random.happens(900))
		frame.text = helloText(random, known);
	if (kind === "auth" && random.happens(800)) frame.text = known.code;
	return frame;
}

/** Bytes for the socket. */
export interface Shot {
	readonly bytes: Buffer;
	/** Whether frames may come after it on the same connection. */
	readonly ends: boolean;
}

const [CONTINUED, TEXT, BINARY, CLOSE, PING, PONG] = [0, 1, 2, 8, 9, 10];

const shot = (bytes: Buffer, ends = false): Shot => ({ bytes, ends });
const textShot = (payload: string | Buffer): Shot =>
	shot(maskedFrame(LAST | TEXT, Buffer.from(payload)));

/** The same bytes with some of them changed, left out or repeated. */
function mutated(random: Random, bytes: Buffer): Buffer {
	const copy = Buffer.from(bytes);
	for (let i = 1 + random.below(4); i > 0; i--)
		copy[random.below(copy.length)] = random.below(256);
	const at = random.below(copy.length);
	const kind = random.below(3);
	if (kind === 0) return copy;
	if (kind === 1) return copy.subarray(0, at);
	return Buffer.concat([copy, copy.subarray(at)]);
}

const RAW_JSON = [
	'{"type":1e999}',
	'{"type":1,"text":"x","n":1e999}',
	'{"type":1,"text":"x","n":-1e999}',
	'{"type":1,"text":"x","n":9007199254740993}',
	`{"type":1,"text":"x","n":${"9".repeat(5000)}}`,
	`{"type":1${"0".repeat(5000)}}`,
	'{"type":1,"type":0,"text":"\\ud800"}',
	'{"type":1,"text":"\\udc00\\ud800"}',
	'{"__proto__":{"type":1,"text":"x"}}',
	'{"type":1,"text":"x","__proto__":{"n":1}}',
	'{"constructor":{"prototype":{"type":1}},"type":1,"text":"x"}',
	'{"type":{"valueOf":1,"toString":2},"text":"x"}',
	'{"type":"xstate.init"}',
	'{"type":"xstate.stop","text":"x"}',
	'{"type":"xstate.done.actor.client","output":{}}',
	'{"type":"xstate.snapshot.client"}',
	'{"type":"message.posted","room":"lobby","time":0}',
	'{"type":["1"],"text":"x"}',
	...["", " ", "null", "true", "0", '"x"', "[]", "[{}]", "{}", "{", "NaN"],
	"[".repeat(30_000),
	`${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`,
	`{"type":15,"kind":"heads","rooms":${"[".repeat(9000)}${"]".repeat(9000)}}`,
	`{"type":15,"kind":"heads","rooms":[${'"lobby",'.repeat(5000)}"x"]}`,
	`{${'"k":1,'.repeat(8000)}"type":1}`,
];

const BAD_UTF8 = ["fffe", "c080", "eda080", "f4908080", "e282", "80", "f8"];

/** Fragments of one message: up to 16 are taken, and pings may come between. */
function fragments(random: Random, payload: Buffer): Shot {
	const count = 2 + random.below(18);
	const size = Math.ceil(payload.length / count);
	const parts = Array.from({ length: count }, (_, i) => {
		const head = (i === 0 ? TEXT : CONTINUED) | (i === count - 1 ? LAST : 0);
		const part = maskedFrame(head, payload.subarray(i * size, (i + 1) * size));
		const ping = maskedFrame(LAST | PING, Buffer.from("between"));
		return random.happens(200) ? Buffer.concat([part, ping]) : part;
	});
	return shot(Buffer.concat(parts));
}

type Breaker = (random: Random, payload: Buffer, known: Known) => Shot;

const breakers: readonly Breaker[] = [
	(random, payload) => textShot(mutated(random, payload)),
	(random, payload) => textShot(mutated(random, payload).toString("latin1")),
	(random) => textShot(random.pick("{}", ...RAW_JSON)),
	(random) =>
		textShot(
			JSON.stringify({
				type: random.pick<unknown>(1, ...Object.values(MessageType)),
				...{ text: anything(random), room: anything(random) },
				...{ kind: anything(random), n: anything(random), id: "x" },
			}),
		),
	(random) => {
		const type = random.pick("xstate.init", ...STRANGE_TEXTS);
		return textShot(JSON.stringify({ type, text: "x" }));
	},
	(random, _, known) =>
		textShot(JSON.stringify(chatText(random, known)).repeat(2)),
	(random, payload) => fragments(random, payload),
	(random) => {
		const head = LAST | random.pick(PING, PONG);
		return shot(maskedFrame(head, Buffer.alloc(random.below(126), "p")));
	},
];

/** These end a connection, or leave it waiting for what never comes. */
const enders: readonly Breaker[] = [
	(random, payload) =>
		shot(mutated(random, maskedFrame(LAST | TEXT, payload)), true),
	(random) => {
		const bytes = Buffer.from(random.pick("ff", ...BAD_UTF8), "hex");
		return shot(textShot(Buffer.concat([Buffer.from('"'), bytes])).bytes, true);
	},
	(_, payload) => shot(maskedFrame(LAST | BINARY, payload), true),
	(random, payload) => shot(maskedFrame(random.below(256), payload), true),
	() => shot(maskedFrame(LAST | TEXT, Buffer.alloc(65_537, "x")), true),
	() => shot(maskedFrame(LAST | PING, Buffer.alloc(126)), true),
	(random) => {
		const code = Buffer.from([random.below(256), random.below(256), 0xff]);
		const size = random.below(4);
		return shot(maskedFrame(LAST | CLOSE, code.subarray(0, size)), true);
	},
	(_, payload) => shot(maskedFrame(TEXT, payload), true),
];

/** A frame that is wrong in some way, made of a well-formed one. */
export function broken(random: Random, known: Known): Shot {
	const payload = Buffer.from(JSON.stringify(wellFormed(random, known)));
	const [first, ...others] = random.happens(80) ? enders : breakers;
	const breaker = first && random.pick(first, ...others);
	return breaker?.(random, payload, known) ?? textShot(payload);
}
