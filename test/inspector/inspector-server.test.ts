/** Viewers who do not keep up, or are gone: the real server, over real sockets. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import type { Moment } from "../../machines/frame.ts";
import { RefusalCounter } from "../../src/engine/refusal-counter.ts";
import { State } from "../../src/engine/state.ts";
import { Inspector, type Viewer } from "../../src/inspector/inspector.ts";
import { InspectorServer } from "../../src/inspector/inspector-server.ts";
import { defaultLimits } from "../../src/limits.ts";
import { ownHosts } from "../../src/transport/hosts.ts";
import { FakeClock } from "../fakes/clock.ts";

const BATCH_MS = 50;
const token = "canary-token-0123456789";
const moment = (seq: number): Moment => ({ seq, time: 1, frames: [] });

/** About a mebibyte of moments. */
const flood = Array.from({ length: 30_000 }, (_, index) => moment(index));

/** Records its viewers, and shows each of them moment 0 first. */
class NotedInspector extends Inspector {
	readonly viewers = new Set<Viewer>();
	begun = 0;

	constructor() {
		super({ committed: State.initial({ id: "" }) }, 0);
	}

	override watch(viewer: Viewer): () => void {
		this.viewers.add(viewer);
		this.begun++;
		viewer({ seq: 0, frames: [] });
		return () => this.viewers.delete(viewer);
	}

	show(moments: readonly Moment[]): void {
		for (const viewer of this.viewers) for (const one of moments) viewer(one);
	}
}

async function open() {
	const [inspector, clock] = [new NotedInspector(), new FakeClock()];
	const isOwnHost = ownHosts("127.0.0.1", []);
	const limits = defaultLimits();
	const refusals = new RefusalCounter();
	const inspectorServer = new InspectorServer({
		inspector,
		clock,
		limits,
		refusals,
		token,
		isOwnHost,
	});
	const server = createServer();
	server.on("upgrade", (...asked) => inspectorServer.upgrade(...asked));
	await once(server.listen(0, "127.0.0.1"), "listening");
	const { port } = server.address() as AddressInfo;
	const origin = `http://127.0.0.1:${port}`;
	const sockets: WebSocket[] = [];
	/** Connects; `how` is options of the socket, such as whether it answers pings. */
	const knock = (how = {}, asked = token) => {
		const url = `ws://127.0.0.1:${port}/inspect`;
		const options = { origin, ...how };
		const socket = new WebSocket(url, ["plume.inspect", asked], options);
		sockets.push(socket);
		return socket;
	};
	const turn = () => {
		clock.advance(BATCH_MS);
		return inspector.viewers.size;
	};
	const close = () => {
		for (const socket of sockets) socket.terminate();
		inspectorServer.close();
		server.close();
	};
	return { inspector, clock, refusals, knock, turn, close };
}

const outcome = (socket: WebSocket) =>
	new Promise<string>((resolve) => {
		socket.on("open", () => resolve("in"));
		socket.on("error", ({ message }) => resolve(message.slice(-3)));
	});

test("a viewer who stops reading is let go of, and begins anew when they have caught up", async () => {
	const { inspector, knock, turn, close } = await open();
	const socket = knock();
	const seen: Moment[] = [];
	socket.on("message", (data) => seen.push(...JSON.parse(String(data))));
	await expect.poll(turn).toBe(1);
	await expect.poll(() => seen.length).toBe(1);
	socket.pause();
	let floods = 0;
	while (turn() > 0) {
		inspector.show(flood);
		expect(++floods, "mebibytes").toBeLessThan(100);
	}
	inspector.show([moment(7_000_000)]);
	for (let i = 0; i < 10; i++) expect(turn()).toBe(0);
	expect(inspector.begun).toBe(1);
	socket.resume();
	await expect.poll(turn, { timeout: 20_000 }).toBe(1);
	inspector.show([moment(8_000_000)]);
	turn();
	await expect.poll(() => seen.at(-1)?.seq).toBe(8_000_000);
	expect(inspector.begun).toBe(2);
	// What was missed is not sent; a new beginning is.
	expect(seen.some(({ seq }) => seq === 7_000_000)).toBe(false);
	expect(seen.at(-2)).toEqual({ seq: 0, frames: [] });
	expect(seen.length).toBeLessThanOrEqual(3 + floods * flood.length);
	close();
});

test("those who have fallen silent keep nobody out, and who answers stays", async () => {
	const { inspector, clock, knock, turn, close } = await open();
	const here = knock();
	const pinged = once(here, "ping");
	const silent = Array.from({ length: 7 }, () => knock({ autoPong: false }));
	await Promise.all([here, ...silent].map(outcome));
	expect(await outcome(knock())).toBe("503");
	clock.advance(25_000);
	await pinged;
	// The answer to this ping comes after the server has read the pong.
	here.ping();
	await once(here, "pong");
	expect(inspector.viewers.size).toBe(8);
	clock.advance(9_900);
	expect(inspector.viewers.size).toBe(8);
	clock.advance(100);
	await expect.poll(() => inspector.viewers.size).toBe(1);
	expect(here.readyState).toBe(here.OPEN);
	expect(await outcome(knock())).toBe("in");
	expect(turn()).toBe(2);
	close();
});

test("who is turned away is counted, by rule", async () => {
	const { refusals, knock, close } = await open();
	const knocks = [
		knock({ origin: "https://evil.example" }),
		knock({}, "canary-token-012345678x"),
		knock({}, "canary-token-012345678y"),
	];
	expect(await Promise.all(knocks.map(outcome))).toEqual(["403", "401", "401"]);
	const listener: object[] = [];
	refusals.report({ info: (fields) => listener.push(fields) });
	expect(listener).toEqual([
		{ refusals: { originIsOurs: 1, tokenIsRight: 2 } },
	]);
	close();
});
