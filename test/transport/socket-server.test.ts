/** Real sockets, and a disk that takes as long as the test says. */
import { once } from "node:events";
import { createServer } from "node:http";
import { connect } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import {
	afterEach,
	beforeEach,
	expect,
	onTestFinished,
	test,
	vi,
} from "vitest";
import { WebSocket } from "ws";
import { RunningClock } from "../../src/clock.ts";
import type { NetworkCounts } from "../../src/cluster/network-counts.ts";
import { readConfig } from "../../src/config.ts";
import { openFileLog } from "../../src/log/file-log.ts";
import { proxyWarnings } from "../../src/transport/proxy-warnings.ts";
import { SocketServer } from "../../src/transport/socket-server.ts";
import { FakeClock } from "../fakes/clock.ts";
import { FakeDisk } from "../fakes/disk.ts";
import { TestServer } from "../test-server.ts";

const LINES = 12_000;
/** What a second of a busy server brings, and what had been read of it at once: a piece of 64 KB. */
const MOST_RECEIVED = 5000 + 65_536 / 30;
const environment = { PLUME_LIMITS: "off" };
const http = createServer();

let plume: TestServer;
let sockets: SocketServer;
let disk: FakeDisk;
let port: number;
/** What networks have on other nodes, and what these were sent of this one. */
let elsewhere: ReadonlyMap<string, number> = new Map();
let sent: NetworkCounts = [];
beforeEach(async () => {
	disk = new FakeDisk();
	const clock = new FakeClock();
	const ids = () => "abcdefghijklmnopqrstuv";
	const log = openFileLog({ disk, folder: "data", clock, ids });
	plume = await TestServer.open({ log, clock, environment });
	const { limits } = readConfig(environment, () => undefined);
	const addressOf = () => ({
		address: "10.0.0.1",
		networks: ["10.0.0.1"] as const,
	});
	const { engine } = plume;
	const inspectorServer = undefined;
	const parts = {
		...{
			engine,
			clock: new RunningClock(clock),
			limits: { ...limits, connectionsPerNetwork: 16 },
			cluster: {
				countNetworks(own: NetworkCounts) {
					sent = own;
					return elsewhere;
				},
			},
			base: "/",
			origins: [],
			addressOf,
			http,
			inspectorServer,
			health: { isOverloaded: false },
		},
		isOwnHost: () => true,
		warnings: proxyWarnings({ info() {}, warn() {} }),
	};
	sockets = new SocketServer(parts);
	http.listen(0, "127.0.0.1");
	await once(http, "listening");
	const address = http.address();
	port = typeof address === "object" ? (address?.port ?? 0) : 0;
});
afterEach(async () => {
	await sockets.close();
	http.removeAllListeners("upgrade").close();
});

async function until(condition: () => boolean): Promise<void> {
	while (!condition()) await turn();
}

async function turns(count: number): Promise<void> {
	for (let i = 0; i < count; i++) await turn();
}

/** Someone who has asked for a code. */
async function asks(name: string) {
	const email = `${name}@example.org`;
	const socket = connect(port, "127.0.0.1");
	const webSocket = new WebSocket(`ws://127.0.0.1:${port}/connect`, {
		createConnection: () => socket,
	});
	const texts: string[] = [];
	webSocket.on("message", (data) => texts.push(JSON.parse(`${data}`).text));
	await once(webSocket, "open");
	const send = (type: number, text: string) =>
		webSocket.send(JSON.stringify({ type, text }));
	send(0, `${name}\n${email}`);
	await until(() => plume.mailer.sent.some(({ to }) => to === email));
	return { email, webSocket, socket, texts, send };
}

async function enter(name: string) {
	const { email, webSocket, socket, texts, send } = await asks(name);
	send(2, plume.mailer.codeFor(email));
	await until(() => texts.includes("entered chat"));
	let pings = 0;
	webSocket.on("ping", () => pings++);
	const say = (text: string) => send(1, text);
	return { socket, texts, say, pings: () => pings };
}

test("those who wait for their codes keep nobody behind the same address out", async () => {
	for (let i = 0; i < 16; i++) await asks(`guest${i}`);
	expect((await enter("ann")).texts).toContain("entered chat");
});

test("while a disk is slow, a flood waits outside, and a last word is not lost", async () => {
	const ann = await enter("ann");
	const bob = await enter("bob");
	let release = () => {};
	const slow = new Promise<undefined>((resolve) => {
		release = () => resolve(undefined);
	});
	disk.interrupt = ({ kind }) => (kind === "sync" ? slow : undefined);
	const before = plume.log.ordered;
	const received = () => plume.log.ordered - before;
	for (let i = 0; i < LINES; i++) ann.say(`line ${i}`);
	await until(() => received() > 5000);
	bob.say("good-bye");
	await turns(1000);
	bob.socket.resetAndDestroy();
	await turns(1000);
	expect(received()).toBeLessThan(MOST_RECEIVED);

	plume.clock.advance(250);
	await until(() => received() > LINES);
	release();
	await until(() => ann.texts.includes(`line ${LINES - 1}`));
	expect(ann.texts.filter((text) => text.startsWith("line "))).toHaveLength(
		LINES,
	);
	expect(ann.texts).toContain("good-bye");
	ann.socket.destroy();
});

test("a network has no more connections than it may on all nodes together", async () => {
	const stranger = () => new WebSocket(`ws://127.0.0.1:${port}/connect`);
	const first = [stranger(), stranger()];
	await Promise.all(first.map((webSocket) => once(webSocket, "open")));
	elsewhere = new Map([["10.0.0.1", 14]]);
	plume.clock.advance(1000);
	expect(sent).toEqual([["10.0.0.1", 2]]);
	const refused = stranger();
	const [error] = await once(refused, "error");
	expect(String(error)).toContain("Unexpected server response");
	elsewhere = new Map([["10.0.0.1", 13]]);
	plume.clock.advance(1000);
	const last = stranger();
	await once(last, "open");
	for (const webSocket of [...first, last]) webSocket.terminate();
	elsewhere = new Map();
});

test("who come at once are not pinged at once", async () => {
	const names = ["ann", "bob", "eve", "dan", "joe", "kim", "lea", "max"];
	let accepted = 0;
	vi.spyOn(Math, "random").mockImplementation(
		() => (accepted++ % names.length) / names.length,
	);
	onTestFinished(() => void vi.restoreAllMocks());
	const people = await Promise.all(names.map(enter));
	const pinged = () => people.filter(({ pings }) => pings() > 0).length;
	plume.clock.advance(14_000);
	await until(() => pinged() >= 4);
	await turns(100);
	expect(pinged()).toBe(4);
	plume.clock.advance(11_000);
	await until(() => pinged() === people.length);
	for (const { socket } of people) socket.destroy();
});
