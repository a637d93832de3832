/**
 * What a hostile account and a hostile /48 do to a server, each so many times
 * a second. None waits for an answer, and each lets go of what it opened.
 */
import type { Socket } from "node:net";
import { LAST, maskedFrame, UPGRADE } from "../../bench/raw-client.ts";
import { MessageType, SUBPROTOCOL } from "../../machines/message.ts";
import { dial, hostile, request, type World } from "./world.ts";

export interface Attack {
	readonly perSecond: number;
	/** Once more: `n` counts from 0. */
	readonly strike: (n: number) => void;
}

/** How long most of what is opened stays. */
const STAY_MS = 800;
const IDLE_MS = 20_000;
const TEXT = 1;
const CONTINUED = 0;

const upgrade = {
	...UPGRADE,
	"Sec-WebSocket-Protocol": SUBPROTOCOL,
};

const frame = (head: number, text: string) =>
	maskedFrame(head, Buffer.from(text));

const json = (message: object) => frame(LAST | TEXT, JSON.stringify(message));

const distinctLetters = Array.from({ length: 21_000 }, (_, i) =>
	String.fromCodePoint(0x4e00 + i),
).join("");
const marks = `a${"\u0301\u0323".repeat(15_000)}`;

/** What the attacks are made of. */
function weapons(world: World, session: string) {
	/** Opens a connection that goes by itself. */
	const opened = (from: number, stayMs = STAY_MS): Socket => {
		const socket = dial(world, hostile(from));
		setTimeout(() => socket.resetAndDestroy(), stayMs).unref();
		return socket;
	};
	/** Connects a WebSocket, sends all at once, and hears nothing of it. */
	const send = (from: number, ...frames: readonly Buffer[]): void => {
		const head = request(world, hostile(from), "/connect", upgrade);
		opened(from)
			.resume()
			.write(Buffer.concat([Buffer.from(head), ...frames]));
	};
	const hello = (from: number, name: string, email: string) =>
		send(from, json({ type: MessageType.hello, text: `${name}\n${email}` }));
	const open = (room: string) =>
		json({ type: MessageType.open, session, room });
	const flood = (count: number, text: string, room: string) =>
		Array.from({ length: count }, (_, i) =>
			json({ type: MessageType.text, text, room, n: i + 1 }),
		);
	const get = (from: number, path: string, headers = {}) =>
		request(world, hostile(from), path, headers);
	return { opened, send, hello, open, flood, get };
}

export function attacks(
	world: World,
	session: string,
): Readonly<Record<string, Attack>> {
	const { send, hello, open, flood } = weapons(world, session);
	return {
		"huge names": {
			perSecond: 5,
			strike(n) {
				if (n % 3 === 0) hello(n, "ann", `a@${distinctLetters}`);
				else if (n % 3 === 1) hello(n, marks, "a@example.org");
				else send(n, open(marks));
			},
		},
		"connections in turn": {
			perSecond: 10,
			strike: (n) =>
				send(n, open("spam"), ...flood(20, `${n} `.repeat(50), "spam")),
		},
		"rooms of long lines": {
			perSecond: 4,
			strike: (n) =>
				send(n, open(`r${n}`), ...flood(8, "x".repeat(4000), `r${n}`)),
		},
		"lines of U+0001": {
			perSecond: 4,
			strike: (n) =>
				send(n, open("lobby"), ...flood(8, "\u0001".repeat(4000), "lobby")),
		},
		"guesses of an email": {
			perSecond: 20,
			strike: (n) => hello(n, `talker${n % 10}`, `guess${n}@example.org`),
		},
		"mails to many": {
			perSecond: 20,
			strike: (n) => hello(n, `bot${n}`, `many${n}@example.net`),
		},
		"mails to the good": {
			perSecond: 5,
			strike: (n) => hello(n, `talker${n % 10}`, `talker${n % 10}@example.org`),
		},
		"names for one mailbox": {
			perSecond: 2,
			strike: (n) => hello(n, `held${n}`, `mallory+${n}@example.org`),
		},
		...attacksOnSockets(world, session),
	};
}

function attacksOnSockets(
	world: World,
	session: string,
): Readonly<Record<string, Attack>> {
	const { opened, send, get } = weapons(world, session);
	return {
		"requests sent ahead": {
			perSecond: 3,
			strike: (n) =>
				opened(n).pause().write(get(n, "/static/app.js").repeat(200)),
		},
		"ranges beyond the end": {
			perSecond: 5,
			strike: (n) =>
				opened(n)
					.pause()
					.write(get(n, "/", { Range: "bytes=99999999-" })),
		},
		"idle connections": {
			perSecond: 30,
			strike: (n) => void opened(n % 100, IDLE_MS),
		},
		"headers in drips": {
			perSecond: 5,
			strike(n) {
				const socket = opened(n, IDLE_MS).resume();
				const bytes = get(n, `/${"x".repeat(500)}`);
				let at = 0;
				const drip = setInterval(() => socket.write(bytes[at++] ?? "x"), 500);
				socket.once("close", () => clearInterval(drip));
			},
		},
		"frames in fragments": {
			perSecond: 5,
			strike(n) {
				const first = frame(TEXT, "{");
				const parts = Array.from({ length: 500 }, () => frame(CONTINUED, " "));
				send(n, first, ...parts);
			},
		},
		"a page of another site": {
			perSecond: 5,
			strike(n) {
				const page = { Host: "evil.example", Origin: "http://evil.example" };
				opened(n)
					.resume()
					.write(get(n, "/connect", { ...upgrade, ...page }));
			},
		},
	};
}

/** Takes back all that the account ever said: then it is out. */
export function eraseEverything(world: World, session: string): void {
	const head = request(world, hostile(0), "/connect", upgrade);
	const opened = json({ type: MessageType.open, session, room: "lobby" });
	const erase = json({ type: MessageType.erase, mine: true });
	const socket = dial(world, hostile(0)).resume();
	socket.write(Buffer.concat([Buffer.from(head), opened, erase]));
	setTimeout(() => socket.destroy(), IDLE_MS).unref();
}
