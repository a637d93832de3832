/**
 * The way in for viewers: a WebSocket at `/inspect`, for whoever knows the
 * token. The token comes as a subprotocol, which no proxy logs and no page of
 * another site can guess; and Host and Origin must be ours, so that no such
 * page can even try, by whatever name it reaches us.
 *
 * What happens is sent in batches. A viewer that lags is not buffered for: it
 * misses what happens meanwhile, and begins anew when it has caught up. One
 * that falls silent is gone, as in a room, so that it keeps nobody out.
 */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { INSPECT_PROTOCOL, type Moment } from "../../machines/frame.ts";
import type { Clock } from "../clock.ts";
import type { RefusalCounter } from "../engine/refusal-counter.ts";
import type { Limits } from "../limits.ts";
import { abortHandshake, type HandshakeRule } from "../transport/upgrade.ts";
import { type IsOwnHost, isOwnPages, isToken } from "./auth.ts";
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
		if (!isOwnPages(request, isOwnHost)) return "originIsOurs";
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
		const isThere = this.#heartbeat(webSocket);
		this.#viewers.add(webSocket);
		let batch: Moment[] = [];
		const collect = (moment: Moment) => batch.push(moment);
		let leave: (() => void) | undefined = inspector.watch(collect);
		const send = () => {
			if (!isThere()) return webSocket.terminate();
			if (webSocket.bufferedAmount > MOST_UNSENT_BYTES) {
				leave?.();
				leave = undefined;
				batch = [];
			} else if (!leave && webSocket.bufferedAmount === 0)
				leave = inspector.watch(collect);
			if (batch.length > 0) webSocket.send(JSON.stringify(batch));
			batch = [];
			cancel = clock.after(BATCH_MS, send);
		};
		let cancel = clock.after(BATCH_MS, send);
		webSocket.on("error", () => {}); // ws closes it
		webSocket.on("close", () => {
			cancel();
			leave?.();
			this.#viewers.delete(webSocket);
		});
	}

	/** Pings when that is due; false once it was silent for too long. */
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
