/** Accepts the WebSockets at `/connect`, and checks the heartbeat of each. */
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { CloseCode, SUBPROTOCOL } from "../../machines/message.ts";
import type { RunningClock } from "../clock.ts";
import type { Engine } from "../engine/engine.ts";
import type { Cluster } from "../engine/parts.ts";
import type { InspectorServer } from "../inspector/inspector-server.ts";
import type { Limits } from "../limits.ts";
import { backpressure } from "./backpressure.ts";
import type { ClientAddress, Networks } from "./client-address.ts";
import { connectionLimiter } from "./connection-limiter.ts";
import type { Health } from "./health.ts";
import { answerPlainly, isAnswering } from "./plain-connections.ts";
import { classic } from "./protocol-v1.ts";
import { plume2 } from "./protocol-v2.ts";
import type { ProxyWarnings } from "./proxy-warnings.ts";
import { pathBelow } from "./sub-path.ts";
import {
	abortHandshake,
	type HandshakeRule,
	isForWebSocket,
	isOwnOrigin,
	type OriginPolicy,
} from "./upgrade.ts";
import {
	overWebSocket,
	SocketWriter,
	WebSocketTransport,
} from "./websocket.ts";

const HEARTBEAT_MS = 1000;
const FAREWELL_MS = 2000;
const NOTHING = () => {};

export interface SocketServerParts extends OriginPolicy {
	readonly http: Server;
	readonly engine: Engine;
	readonly clock: RunningClock;
	/** The path that `/connect` and `/inspect` are under. */
	readonly base: string;
	readonly limits: Limits;
	/** Who sent a request, as trusted proxies say. */
	readonly addressOf: (request: IncomingMessage) => ClientAddress;
	readonly warnings: ProxyWarnings;
	readonly health: Pick<Health, "isOverloaded">;
	readonly cluster?: Pick<Cluster, "countNetworks"> | undefined;
	/** Handles upgrades of `/inspect`, if the inspector is open. */
	readonly inspectorServer: Pick<InspectorServer, "upgrade"> | undefined;
}

export class SocketServer {
	readonly #parts: SocketServerParts;
	/** Counts the connections of people who have not logged in. */
	readonly #strangers: ReturnType<typeof connectionLimiter>;
	readonly #webSockets: WebSocketServer;
	readonly #transports = new Map<WebSocketTransport, WebSocket>();
	readonly #onRead: ReturnType<typeof backpressure>;
	readonly #classic = overWebSocket(classic);
	readonly #plume2 = overWebSocket(plume2);
	#cancelHeartbeat: () => void;
	#closing = false;

	constructor(parts: SocketServerParts) {
		const { http, engine, clock, limits } = parts;
		this.#parts = parts;
		this.#strangers = connectionLimiter(() => limits.connectionsPerNetwork);
		this.#onRead = backpressure({
			...{ engine, clock },
			sources: () => this.#transports.values(),
		});
		this.#webSockets = new WebSocketServer({
			noServer: true,
			clientTracking: false,
			perMessageDeflate: false,
			maxPayload: limits.frameBytes,
			maxFragments: 16,
			handleProtocols: (offered) => offered.has(SUBPROTOCOL) && SUBPROTOCOL,
		});
		http.on("upgrade", (request, socket, head) =>
			this.#upgrade(request, socket, head),
		);
		this.#cancelHeartbeat = this.#heartbeat();
	}

	get open(): Iterable<WebSocket> {
		return this.#transports.values();
	}

	/** Refuses every new connection from now on. */
	stopAccepting(): void {
		this.#closing = true;
	}

	/** Closes all connections, since the server goes away; resolves when they are closed, after two seconds at the latest. */
	async close(): Promise<void> {
		this.#cancelHeartbeat();
		const { code, says } = CloseCode.goingAway;
		const all = [...this.#transports.values()];
		const closed = all.map(
			(webSocket) => new Promise((resolve) => webSocket.once("close", resolve)),
		);
		for (const webSocket of all) webSocket.close(code, says);
		const timeout = new Promise<void>((resolve) => {
			this.#parts.clock.after(FAREWELL_MS, resolve);
		});
		await Promise.race([Promise.all(closed), timeout]);
		for (const webSocket of this.#transports.values()) webSocket.terminate();
	}

	#upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
		socket.on("error", () => socket.destroy());
		const { http, engine, inspectorServer, addressOf, warnings } = this.#parts;
		if (isAnswering(socket)) {
			socket.destroy();
			return;
		}
		if (!isForWebSocket(request)) {
			answerPlainly(http, request);
			return;
		}
		const path = pathBelow(this.#parts.base, request.url);
		if (inspectorServer && !this.#closing && path === "/inspect") {
			inspectorServer.upgrade(request, socket, head);
			return;
		}
		const { networks } = addressOf(request);
		const rule = this.#brokenRule(request, networks);
		if (rule === "originIsOurs") warnings.foreignOrigin(request);
		if (rule) abortHandshake(socket, rule, engine.services.responder.refusals);
		else
			this.#webSockets.handleUpgrade(request, socket, head, (webSocket) =>
				this.#accept(webSocket, socket, networks),
			);
	}

	/** The first rule that an upgrade breaks, if any. */
	#brokenRule(
		request: IncomingMessage,
		networks: Networks,
	): HandshakeRule | undefined {
		if (this.#closing) return "isNotStopping";
		if (this.#parts.health.isOverloaded) return "isNotOverloaded";
		const { base } = this.#parts;
		if (pathBelow(base, request.url) !== "/connect") return "pathIsKnown";
		if (!isOwnOrigin(request, this.#parts)) return "originIsOurs";
		const isFull = this.#transports.size >= this.#parts.limits.connections;
		return isFull || this.#strangers.isFull(networks)
			? "connectionsAreLeft"
			: undefined;
	}

	#accept(webSocket: WebSocket, socket: Duplex, networks: Networks): void {
		const { engine, clock, limits } = this.#parts;
		const leaveStrangers = this.#strangers.enter(networks);
		const isModern = webSocket.protocol === SUBPROTOCOL;
		const transport = new WebSocketTransport({
			...{ engine, networks, clock, limits },
			writer: new SocketWriter(webSocket, socket),
			dialect: isModern ? this.#plume2 : this.#classic,
			pingPhase: Math.random(),
			onKnown: leaveStrangers,
		});
		this.#transports.set(transport, webSocket);
		const onActivity = () => transport.onActivity();
		webSocket.on("error", NOTHING); // ws closes it, with the fitting code
		webSocket.on("pong", onActivity);
		webSocket.on("ping", onActivity);
		webSocket.on("message", (data, isBinary) => {
			if (transport.isOver) return;
			if (isBinary) transport.close("unsupported", "refused");
			else transport.receive(data.toString());
			this.#onRead(webSocket);
		});
		webSocket.on("close", () => {
			this.#transports.delete(transport);
			leaveStrangers();
			if (!this.#closing) transport.closed("closed");
		});
	}

	#heartbeat(): () => void {
		this.#parts.clock.beat();
		return this.#parts.clock.after(HEARTBEAT_MS, () => {
			for (const transport of this.#transports.keys())
				transport.checkHeartbeat();
			const { largest } = this.#strangers;
			const elsewhere = this.#parts.cluster?.countNetworks(largest);
			if (elsewhere) this.#strangers.addElsewhere(elsewhere);
			this.#cancelHeartbeat = this.#heartbeat();
		});
	}
}
