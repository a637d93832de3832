/** WebSockets at `/connect`: the upgrade, and the heartbeat of every connection. */
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { CloseCode, SUBPROTOCOL } from "../../machines/message.ts";
import type { AwakeClock } from "../clock.ts";
import type { Engine } from "../engine/engine.ts";
import type { Limits } from "../limits.ts";
import { classic } from "./classic.ts";
import { Connection } from "./connection.ts";
import { ConnectionLimiter } from "./connection-limiter.ts";
import { isOfHost } from "./hosts.ts";
import { Intake } from "./intake.ts";
import type { Peer } from "./network.ts";
import { answerPlainly } from "./plain-connections.ts";
import { plume2 } from "./plume2.ts";
import { SocketWriter } from "./socket-writer.ts";
import { type DoorRule, turnAway } from "./turn-away.ts";

const PULSE_MS = 1000;
const FAREWELL_MS = 2000;
const NOTHING = () => {};

export interface SocketParts {
	readonly engine: Engine;
	readonly clock: AwakeClock;
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
	readonly #connections = new Map<Connection, WebSocket>();
	readonly #intake: Intake;
	#cancelPulse: () => void;
	#closing = false;

	constructor(server: Server, parts: SocketParts) {
		const { limits } = parts;
		this.#parts = parts;
		this.#server = server;
		this.#strangers = new ConnectionLimiter(limits.connectionsPerNetwork);
		this.#intake = new Intake(parts.engine, parts.clock, () =>
			this.#connections.values(),
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
		this.#cancelPulse = this.#pulse();
	}

	get size(): number {
		return this.#connections.size;
	}

	/** Turns newcomers away from now on. */
	stopAccepting(): void {
		this.#closing = true;
	}

	/** Tells everyone that the server goes away; resolves when they are gone, or have had their time. */
	async close(): Promise<void> {
		this.#cancelPulse();
		const { code, says } = CloseCode.goingAway;
		const all = [...this.#connections.values()];
		const gone = all.map(
			(webSocket) => new Promise((resolve) => webSocket.once("close", resolve)),
		);
		for (const webSocket of all) webSocket.close(code, says);
		const patience = new Promise<void>((resolve) => {
			this.#parts.clock.after(FAREWELL_MS, resolve);
		});
		await Promise.race([Promise.all(gone), patience]);
		for (const webSocket of this.#connections.values()) webSocket.terminate();
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
		if (rule) turnAway(socket, rule, engine.refusals);
		else
			this.#webSockets.handleUpgrade(request, socket, head, (webSocket) =>
				this.#accept(webSocket, socket, networks),
			);
	}

	/** By which rule a request to connect is refused, if it is. */
	#refusal(
		request: IncomingMessage,
		networks: Peer["networks"],
	): DoorRule | undefined {
		if (this.#closing) return "isNotStopping";
		if (request.url?.split("?")[0] !== "/connect") return "pathIsKnown";
		if (!this.#isOurs(request)) return "originIsOurs";
		const isFull = this.#connections.size >= this.#parts.limits.connections;
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
		const connection = new Connection({
			wire: new SocketWriter(webSocket, socket),
			dialect: webSocket.protocol === SUBPROTOCOL ? plume2 : classic,
			engine,
			networks,
			clock,
			limits,
			phase: Math.random(),
			onLoggedIn: noStranger,
		});
		this.#connections.set(connection, webSocket);
		const heard = () => connection.heard();
		webSocket.on("error", NOTHING); // ws closes it, with the fitting code
		webSocket.on("pong", heard);
		webSocket.on("ping", heard);
		webSocket.on("message", (data, isBinary) => {
			if (connection.isOver) return;
			if (isBinary) connection.close("unsupported", "refused");
			else connection.receive(data.toString());
			this.#intake.taken(webSocket);
		});
		webSocket.on("close", () => {
			this.#connections.delete(connection);
			noStranger();
			if (!this.#closing) connection.closed("closed");
		});
	}

	#pulse(): () => void {
		this.#parts.clock.beat();
		return this.#parts.clock.after(PULSE_MS, () => {
			for (const connection of this.#connections.keys())
				connection.checkPulse();
			this.#cancelPulse = this.#pulse();
		});
	}
}
