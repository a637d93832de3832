/**
 * The WebSocket at `/inspect`, for viewers with the token. The token is offered
 * as a subprotocol, which proxies do not log.
 *
 * Moments are sent in batches. Nothing is buffered for a viewer that lags: it
 * misses what happens meanwhile, and gets a new beginning when it has caught
 * up. A viewer that answers no ping is closed, so that it takes no seat.
 */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { INSPECT_PROTOCOL, type Moment } from "../../machines/frame.ts";
import type { Clock } from "../clock.ts";
import type { RefusalCounter } from "../engine/refusal-counter.ts";
import type { Limits } from "../limits.ts";
import { abortHandshake, type HandshakeRule } from "../transport/upgrade.ts";
import { type IsOwnHost, isFromOwnPage, isToken } from "./auth.ts";
import type { Inspector } from "./inspector.ts";

const BATCH_MS = 50;
const MOST_VIEWERS = 8;
const MOST_UNSENT_BYTES = 8 << 20;

export interface InspectorServerParts {
	readonly token: string;
	readonly isOwnHost: IsOwnHost;
	readonly inspector: Inspector;
	readonly clock: Clock;
	readonly limits: Pick<Limits, "pingSeconds" | "pongSeconds">;
	readonly refusals: RefusalCounter;
}

export class InspectorServer {
	readonly #parts: InspectorServerParts;
	readonly #viewers = new Set<WebSocket>();
	readonly #webSockets = new WebSocketServer({
		noServer: true,
		clientTracking: false,
		perMessageDeflate: false,
		maxPayload: 1024,
		handleProtocols: () => INSPECT_PROTOCOL,
	});

	constructor(parts: InspectorServerParts) {
		this.#parts = parts;
	}

	upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
		const rule = this.#check(request);
		if (rule) abortHandshake(socket, rule, this.#parts.refusals);
		else
			this.#webSockets.handleUpgrade(request, socket, head, (webSocket) =>
				this.#show(webSocket),
			);
	}

	close(): void {
		for (const viewer of this.#viewers) viewer.terminate();
	}

	#check(request: IncomingMessage): HandshakeRule | undefined {
		const { token, isOwnHost } = this.#parts;
		if (!isFromOwnPage(request, isOwnHost)) return "originIsOurs";
		const [protocol, offered] = (
			request.headers["sec-websocket-protocol"] ?? ""
		)
			.split(",")
			.map((word) => word.trim());
		if (protocol !== INSPECT_PROTOCOL || !isToken(offered, token))
			return "tokenIsRight";
		if (this.#viewers.size >= MOST_VIEWERS) return "viewersAreLeft";
		return undefined;
	}

	#show(webSocket: WebSocket): void {
		const { inspector, clock } = this.#parts;
		const isAlive = this.#heartbeat(webSocket);
		this.#viewers.add(webSocket);
		let batch: Moment[] = [];
		let shownNode: string | undefined;
		const collect = (moment: Moment) => batch.push(moment);
		let unwatch: (() => void) | undefined = inspector.watch(collect);
		const send = () => {
			if (!isAlive()) return webSocket.terminate();
			if (webSocket.bufferedAmount > MOST_UNSENT_BYTES) {
				unwatch?.();
				unwatch = undefined;
				batch = [];
			} else if (!unwatch && webSocket.bufferedAmount === 0)
				unwatch = inspector.watch(collect);
			if (batch.length > 0) webSocket.send(JSON.stringify(batch));
			batch = [];
			const node = inspector.node && JSON.stringify([inspector.node]);
			if (node && node !== shownNode) webSocket.send(node);
			shownNode = node;
			cancel = clock.after(BATCH_MS, send);
		};
		let cancel = clock.after(BATCH_MS, send);
		webSocket.on("error", () => {}); // ws closes it, and emits "close"
		webSocket.on("close", () => {
			cancel();
			unwatch?.();
			this.#viewers.delete(webSocket);
		});
	}

	/** Returns a function that pings when a ping is due, and returns false when no pong came in time. */
	#heartbeat(webSocket: WebSocket): () => boolean {
		const { clock, limits } = this.#parts;
		const pingMs = limits.pingSeconds * 1000;
		let pinged = clock.now();
		let heard = pinged;
		webSocket.on("pong", () => {
			heard = clock.now();
		});
		return () => {
			const now = clock.now();
			if (now - pinged >= pingMs) {
				pinged = now;
				webSocket.ping();
			}
			return now - heard < pingMs + limits.pongSeconds * 1000;
		};
	}
}
