/** The one WebSocket of this tab. A socket that was disconnected reports nothing more. */

import { SUBPROTOCOL } from "../machines/message.ts";
import { type ClientFrame, writeClientFrame } from "../machines/protocol.ts";
import { BASE } from "./base-path.ts";
import { Heartbeat } from "./heartbeat.ts";

/** The close code of a connection that was lost. */
const LOST = 1006;

interface Listener {
	opened(): void;
	received(data: string): void;
	/** With the server's own words, if it closed it for a reason of its own. */
	closed(code: number, words?: string): void;
	/** Should send a frame that is always answered, if one can be sent. */
	ping(): void;
}

/** Whether the server answers such a frame at once, whatever is in it. */
const isAnswered = ({ kind }: ClientFrame) =>
	kind === "text" || kind === "heads";

export class Socket {
	readonly #listener: Listener;
	readonly #heartbeat: Heartbeat;
	#current: WebSocket | undefined;

	constructor(listener: Listener) {
		this.#listener = listener;
		this.#heartbeat = new Heartbeat({
			isVisible: () => !document.hidden,
			ping: () => listener.ping(),
			dead: () => {
				this.disconnect();
				listener.closed(LOST);
			},
		});
		addEventListener("online", () => this.#heartbeat.check());
		document.addEventListener("visibilitychange", () => {
			if (!document.hidden) this.#heartbeat.check();
		});
	}

	connect(): void {
		const url = `${location.origin.replace(/^http/, "ws")}${BASE}connect`;
		const socket = new WebSocket(url, SUBPROTOCOL);
		this.#current = socket;
		socket.onopen = () => {
			if (socket === this.#current) this.#listener.opened();
		};
		socket.onmessage = ({ data }) => {
			if (socket !== this.#current || typeof data !== "string") return;
			this.#heartbeat.received();
			this.#listener.received(data);
		};
		socket.onclose = ({ code, reason }) => {
			if (socket !== this.#current) return;
			this.disconnect();
			this.#listener.closed(code, reason);
		};
	}

	disconnect(): void {
		this.#heartbeat.stop();
		this.#current?.close(1000);
		this.#current = undefined;
	}

	/** Drops the frame if there is no connection. */
	send(frame: ClientFrame): void {
		if (!this.#current) return;
		this.#current.send(JSON.stringify(writeClientFrame(frame)));
		if (isAnswered(frame)) this.#heartbeat.expectAnswer();
	}
}
