/** WebSockets at `/connect`: the upgrade, and the heartbeat of every connection. */
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { CloseCode, SUBPROTOCOL } from "../../machines/message.ts";
import type { RunningClock } from "../clock.ts";
import type { Engine } from "../engine/engine.ts";
import type { Limits } from "../limits.ts";
import { abortHandshake, type HandshakeRule } from "./abort-handshake.ts";
import { Backpressure } from "./backpressure.ts";
import type { Peer } from "./client-address.ts";
import { ConnectionLimiter } from "./connection-limiter.ts";
import { isOfHost } from "./hosts.ts";
import { answerPlainly } from "./plain-connections.ts";
import { classic } from "./protocol-v1.ts";
import { plume2 } from "./protocol-v2.ts";
import { SocketWriter } from "./socket-writer.ts";
import { WebSocketTransport } from "./websocket.ts";

const HEARTBEAT_MS = 1000;
const FAREWELL_MS = 2000;
const NOTHING = () => {};

export interface SocketParts {
	readonly engine: Engine;
	readonly clock: RunningClock;
	readonly limits: Limits;
	/** Further origins that may connect. */
	readonly origins: readonly string[];
	readonly isOwnHost: (host: string | undefined) => boolean;
	/** Who sent a request, proxies seen through. */
	readonly peerOf: (request: IncomingMessage) => Peer;
	/** A page was refused, perhaps because a proxy does not keep the Host header. */
	readonly onForeignOrigin: (request: IncomingMessage) => void;
	/** Takes over what is asked of `/inspect`, if that is open. */
	readonly inspect:
		| ((request: IncomingMessage, socket: Duplex, head: Buffer) => void)
		| undefined;
}

export class Sockets {
	readonly #parts: SocketParts;
	/** Counts those who have not logged in. */
	readonly #strangers: ConnectionLimiter;
	readonly #server: Server;
	readonly #webSockets: WebSocketServer;
	readonly #transports = new Map<WebSocketTransport, WebSocket>();
	readonly #backpressure: Backpressure;
	#cancelHeartbeat: () => void;
	#closing = false;

	constructor(server: Server, parts: SocketParts) {
		const { limits } = parts;
		this.#parts = parts;
		this.#server = server;
		this.#strangers = new ConnectionLimiter(limits.connectionsPerNetwork);
		this.#backpressure = new Backpressure(parts.engine, parts.clock, () =>
			this.#transports.values(),
		);
		this.#webSockets = new WebSocketServer({
			noServer: true,
			clientTracking: false,
			perMessageDeflate: false,
			maxPayload: limits.frameBytes,
			maxFragments: 16,
			handleProtocols: (offered) => offered.has(SUBPROTOCOL) && SUBPROTOCOL,
		});
		server.on("upgrade", (request, socket, head) =>
			this.#upgrade(request, socket, head),
		);
		this.#cancelHeartbeat = this.#heartbeat();
	}

	get size(): number {
		return this.#transports.size;
	}

	/** Turns newcomers away from now on. */
	stopAccepting(): void {
		this.#closing = true;
	}

	/** Tells everyone that the server goes away; resolves when they are gone, or have had their time. */
	async close(): Promise<void> {
		this.#cancelHeartbeat();
		const { code, says } = CloseCode.goingAway;
		const all = [...this.#transports.values()];
		const gone = all.map(
			(webSocket) => new Promise((resolve) => webSocket.once("close", resolve)),
		);
		for (const webSocket of all) webSocket.close(code, says);
		const patience = new Promise<void>((resolve) => {
			this.#parts.clock.after(FAREWELL_MS, resolve);
		});
		await Promise.race([Promise.all(gone), patience]);
		for (const webSocket of this.#transports.values()) webSocket.terminate();
	}

	#upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
		socket.on("error", () => socket.destroy());
		const { engine, inspect } = this.#parts;
		if (request.headers.upgrade?.toLowerCase() !== "websocket") {
			answerPlainly(this.#server, request, socket);
			return;
		}
		if (inspect && !this.#closing && request.url === "/inspect") {
			inspect(request, socket, head);
			return;
		}
		const { networks } = this.#parts.peerOf(request);
		const rule = this.#refusal(request, networks);
		if (rule === "originIsOurs") this.#parts.onForeignOrigin(request);
		if (rule) abortHandshake(socket, rule, engine.refusals);
		else
			this.#webSockets.handleUpgrade(request, socket, head, (webSocket) =>
				this.#accept(webSocket, socket, networks),
			);
	}

	/** By which rule a request to connect is refused, if it is. */
	#refusal(
		request: IncomingMessage,
		networks: Peer["networks"],
	): HandshakeRule | undefined {
		if (this.#closing) return "isNotStopping";
		if (request.url?.split("?")[0] !== "/connect") return "pathIsKnown";
		if (!this.#isOurs(request)) return "originIsOurs";
		const isFull = this.#transports.size >= this.#parts.limits.connections;
		return isFull || this.#strangers.isFull(networks)
			? "connectionsAreLeft"
			: undefined;
	}

	#isOurs({ headers }: IncomingMessage): boolean {
		const { origins, isOwnHost } = this.#parts;
		const { origin, host } = headers;
		// Without an Origin it is no browser, and so not another site's page in someone's browser.
		if (origin === undefined || origins.includes(origin)) return true;
		// No page can add this header to a WebSocket, only a proxy can.
		const isProxied = headers["x-forwarded-for"] !== undefined;
		return isOfHost(origin, host) && (isProxied || isOwnHost(host));
	}

	#accept(
		webSocket: WebSocket,
		socket: Duplex,
		networks: Peer["networks"],
	): void {
		const { engine, clock, limits } = this.#parts;
		const noStranger = this.#strangers.enter(networks);
		const transport = new WebSocketTransport({
			wire: new SocketWriter(webSocket, socket),
			dialect: webSocket.protocol === SUBPROTOCOL ? plume2 : classic,
			engine,
			networks,
			clock,
			limits,
			pingPhase: Math.random(),
			onLoggedIn: noStranger,
		});
		this.#transports.set(transport, webSocket);
		const heard = () => transport.heard();
		webSocket.on("error", NOTHING); // ws closes it, with the fitting code
		webSocket.on("pong", heard);
		webSocket.on("ping", heard);
		webSocket.on("message", (data, isBinary) => {
			if (transport.isOver) return;
			if (isBinary) transport.close("unsupported", "refused");
			else transport.receive(data.toString());
			this.#backpressure.taken(webSocket);
		});
		webSocket.on("close", () => {
			this.#transports.delete(transport);
			noStranger();
			if (!this.#closing) transport.closed("closed");
		});
	}

	#heartbeat(): () => void {
		this.#parts.clock.beat();
		return this.#parts.clock.after(HEARTBEAT_MS, () => {
			for (const transport of this.#transports.keys())
				transport.checkHeartbeat();
			this.#cancelHeartbeat = this.#heartbeat();
		});
	}
}
