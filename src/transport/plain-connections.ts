/**
 * Bounds what plain HTTP connections can use: a peer has so many of them, and
 * each has one answer at a time. A connection that pipelines more than one
 * request beyond that is closed after the answer.
 */
import {
	type IncomingMessage,
	type RequestListener,
	type Server,
	ServerResponse,
} from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { RefusalCounter } from "../engine/refusal-counter.ts";
import type { Limits } from "../limits.ts";
import { connectionLimiter } from "./connection-limiter.ts";
import { abortHandshake, isForWebSocket } from "./upgrade.ts";

/** How long a client may read nothing of its answer. */
const UNREAD_MS = 30_000;

export interface PlainParts {
	readonly limits: Pick<Limits, "plainConnectionsPerPeer">;
	/** The keys that a TCP peer is counted by; none for a trusted proxy, which speaks for many. */
	readonly networksOf: (peer: string | undefined) => readonly string[];
	readonly refusals: RefusalCounter;
}

interface Turn {
	next?: () => void;
	isLast: boolean;
}

/** Whose answers are not finished. */
const turns = new WeakMap<Duplex, Turn>();

/** Whether an answer is not finished: Node passes on an upgrade behind it nevertheless. */
export const isAnswering = (socket: Duplex) => turns.has(socket);

/** Handles one request of a connection at a time. A second request waits. At a third, only the one in hand is still answered. */
export function oneAtATime(answer: RequestListener): RequestListener {
	return function handle(request, response) {
		const { socket } = request;
		const before = turns.get(socket);
		if (before) {
			socket.pause();
			before.isLast = before.next !== undefined;
			before.next ??= () => handle(request, response);
			return;
		}
		const turn: Turn = { isLast: false };
		turns.set(socket, turn);
		// Node then closes a socket that is idle for so long.
		socket.setTimeout(UNREAD_MS);
		response.once("finish", () => {
			turns.delete(socket);
			if (turn.isLast) socket.destroySoon();
			else if (turn.next) {
				socket.resume();
				turn.next();
			}
		});
		answer(request, response);
	};
}

/** Refuses connections of a peer that has too many. A WebSocket no longer counts. */
export function boundPeers(server: Server, parts: PlainParts): void {
	const open = connectionLimiter(() => parts.limits.plainConnectionsPerPeer);
	const counted = new WeakMap<object, () => void>();
	server.prependListener("connection", (socket: Socket) => {
		const networks = parts.networksOf(socket.remoteAddress);
		if (open.isFull(networks)) {
			socket.on("error", () => {});
			abortHandshake(socket, "connectionsAreLeft", parts.refusals);
			return;
		}
		const leave = open.enter(networks);
		counted.set(socket, leave);
		socket.once("close", leave);
	});
	server.prependListener("upgrade", (request: IncomingMessage) => {
		if (isForWebSocket(request)) counted.get(request.socket)?.();
	});
}

/** Answers a request that asks for an unknown protocol as if it had not (RFC 9110 §7.8). */
export function answerPlainly(server: Server, request: IncomingMessage): void {
	const { socket } = request;
	// Node's own listener is gone by now.
	socket.once("timeout", () => socket.destroy());
	const response = new ServerResponse(request);
	response.shouldKeepAlive = false;
	response.assignSocket(socket);
	response.once("finish", () => socket.destroySoon());
	server.emit("request", request, response);
}
