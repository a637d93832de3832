/**
 * Bounds what plain HTTP connections can hold: so many from one TCP peer, and
 * one answer at a time for each. Of requests that are sent ahead the first is
 * answered, and then the connection is closed.
 */
import {
	type IncomingMessage,
	type RequestListener,
	type Server,
	ServerResponse,
} from "node:http";
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { RefusalCounter } from "../engine/refusal-counter.ts";
import type { Limits } from "../limits.ts";
import { ConnectionLimiter } from "./connection-limiter.ts";
import { abortHandshake } from "./upgrade.ts";

/** How long nothing at all may be read of an answer. */
const UNREAD_MS = 30_000;

export interface PlainParts {
	readonly limits: Pick<Limits, "plainConnectionsPerPeer">;
	/** The networks that a TCP peer is counted by; none for a proxy, which speaks for many. */
	readonly networksOf: (peer: string | undefined) => readonly string[];
	readonly refusals: RefusalCounter;
}

/** Lets one request of a connection through at a time. One more waits for its turn; when a third is sent ahead, the first is the last to be answered. */
export function oneAtATime(answer: RequestListener): RequestListener {
	interface Turn {
		next?: () => void;
		isLast: boolean;
	}
	const turns = new WeakMap<Socket, Turn>();
	return function take(request, response) {
		const { socket } = request;
		const before = turns.get(socket);
		if (before) {
			socket.pause();
			before.isLast = before.next !== undefined;
			before.next ??= () => take(request, response);
			return;
		}
		const turn: Turn = { isLast: false };
		turns.set(socket, turn);
		// Node itself ends a socket on which nothing moves for so long.
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

/** Turns away who has too many plain connections open; an upgraded one is no longer plain. */
export function boundPeers(server: Server, parts: PlainParts): void {
	const open = new ConnectionLimiter(parts.limits.plainConnectionsPerPeer);
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
		counted.get(request.socket)?.();
	});
}

/** Answers a request for a protocol that is not spoken here as if it had not asked for that (RFC 9110 §7.8). */
export function answerPlainly(
	server: Server,
	request: IncomingMessage,
	socket: Duplex,
): void {
	if (!(socket instanceof Socket)) {
		socket.destroy();
		return;
	}
	const response = new ServerResponse(request);
	response.shouldKeepAlive = false;
	response.assignSocket(socket);
	response.once("finish", () => socket.destroySoon());
	server.emit("request", request, response);
}
