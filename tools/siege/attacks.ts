/**
 * What a hostile account and a hostile /48 do to a server, each so many times
 * a second. None waits for an answer, and each lets go of what it opened.
 */
import type { Socket } from "node:net";
import { LAST, maskedFrame, UPGRADE } from "../../bench/raw-client.ts";
import { MessageType, SUBPROTOCOL } from "../../machines/message.ts";
import { dial, hostile, request, type World } from "./world.ts";

/** By name: how often a second it strikes, and once more, where `n` counts from 0. */
export type Attacks = Readonly<
	Record<string, readonly [perSecond: number, strike: (n: number) => void]>
>;

/** How long most of what is opened stays. */
const STAY_MS = 800;
const IDLE_MS = 20_000;
const TEXT = 1;
const CONTINUED = 0;

const upgrade = { ...UPGRADE, "Sec-WebSocket-Protocol": SUBPROTOCOL };

/** To a protocol that is not spoken here. */
const toAnother = { Connection: "Upgrade", Upgrade: "h2c" };

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
		sendFor(STAY_MS, from, ...frames);
	};
	const sendFor = (
		stayMs: number,
		from: number,
		...frames: readonly Buffer[]
	): Socket => {
		const head = request(world, hostile(from), "/connect", upgrade);
		const socket = opened(from, stayMs).resume();
		socket.write(Buffer.concat([Buffer.from(head), ...frames]));
		return socket;
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
	return { opened, send, sendFor, hello, open, flood, get };
}

/** Attacks by logging in and talking. */
function attacksOnRooms(world: World, session: string): Attacks {
	const { send, hello, open, flood } = weapons(world, session);
	const talk = (n: number, room: string, count: number, text: string) =>
		send(n, open(room), ...flood(count, text, room));
	const talker = (n: number) => `talker${n % 10}`;
	return {
		"huge names": [
			5,
			(n) => {
				if (n % 3 === 0) hello(n, "ann", `a@${distinctLetters}`);
				else if (n % 3 === 1) hello(n, marks, "a@example.org");
				else send(n, open(marks));
			},
		],
		"connections in turn": [10, (n) => talk(n, "spam", 20, `${n} `.repeat(50))],
		"rooms of long lines": [4, (n) => talk(n, `r${n}`, 8, "x".repeat(4000))],
		"lines of U+0001": [4, (n) => talk(n, "lobby", 8, "\u0001".repeat(4000))],
		"guesses of an email": [
			20,
			(n) => hello(n, talker(n), `guess${n}@example.org`),
		],
		"mails to many": [20, (n) => hello(n, `bot${n}`, `many${n}@example.net`)],
		"mails to the good": [
			5,
			(n) => hello(n, talker(n), `${talker(n)}@example.org`),
		],
		"names for one mailbox": [
			2,
			(n) => hello(n, `held${n}`, `mallory+${n}@example.org`),
		],
	};
}

function attacksOnSockets(world: World, session: string): Attacks {
	const { opened, send, get } = weapons(world, session);
	const unread = (n: number, bytes: string) => opened(n).pause().write(bytes);
	const blank = frame(CONTINUED, " ");
	const evil = { Host: "evil.example", Origin: "http://evil.example" };
	return {
		"requests sent ahead": [
			3,
			(n) => unread(n, get(n, "/static/emoji.json").repeat(200)),
		],
		"ranges beyond the end": [
			5,
			(n) => unread(n, get(n, "/", { Range: "bytes=99999999-" })),
		],
		"upgrades behind an answer": [
			3,
			(n) => unread(n, get(n, "/static/emoji.json") + get(n, "/", toAnother)),
		],
		"upgrades that nobody reads": [
			5,
			(n) => {
				const socket = opened(n % 10, IDLE_MS).pause();
				socket.write(get(n % 10, "/static/emoji.json", toAnother));
			},
		],
		"idle connections": [30, (n) => opened(n % 100, IDLE_MS)],
		"headers in drips": [
			5,
			(n) => {
				const socket = opened(n, IDLE_MS).resume();
				const bytes = get(n, `/${"x".repeat(500)}`);
				let at = 0;
				const drip = setInterval(() => socket.write(bytes[at++] ?? "x"), 500);
				socket.once("close", () => clearInterval(drip));
			},
		],
		"frames in fragments": [
			5,
			(n) => send(n, frame(TEXT, "{"), ...Array(500).fill(blank)),
		],
		"a page of another site": [
			5,
			(n) => {
				const bytes = get(n, "/connect", { ...upgrade, ...evil });
				opened(n).resume().write(bytes);
			},
		],
	};
}

export const attacks = (world: World, session: string): Attacks => ({
	...attacksOnRooms(world, session),
	...attacksOnSockets(world, session),
});

const HELLOS = 1000;
const JUNK = 10_000;
const CONNECTIONS = 200;

/**
 * One network (a /64) says hello a thousand times and opens ten thousand
 * connections for nothing, and one account sends all it may from 200 others.
 */
export function raid(world: World, session: string, seconds: number): Attacks {
	const { opened, sendFor, hello, open, flood } = weapons(world, session);
	const tlsHello = Buffer.from("16030100050100000100", "hex");
	const junk = [
		"",
		"\0".repeat(100),
		"GET",
		"GET / HTTP/1.1\r\n\r\n",
		"POST /connect HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n",
		tlsHello,
	];
	return {
		hellos: [
			HELLOS / seconds,
			(n) => hello(0, `raider${n}`, `raider${n}@example.net`),
		],
		"junk connections": [
			JUNK / seconds,
			(n) =>
				opened(0)
					.resume()
					.write(junk[n % junk.length] ?? ""),
		],
		// Each stays for five seconds, and talks faster than it may.
		"connections of one account": [
			CONNECTIONS / 5,
			(n) => {
				const lines = flood(20, `${n} `.repeat(50), "lobby");
				const socket = sendFor(5000, n + 1, open("lobby"), ...lines);
				const talk = setInterval(() => {
					if (socket.writable) socket.write(Buffer.concat(lines));
				}, 1000);
				socket.once("close", () => clearInterval(talk));
			},
		],
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
