/** The one WebSocket of this tab. A socket that was disconnected reports nothing more. */

import { SUBPROTOCOL } from "../machines/message.ts";
import { type ClientFrame, writeClientFrame } from "../machines/protocol.ts";
import { BASE } from "./base-path.ts";
import { heartbeat } from "./heartbeat.ts";

/** The close code of a connection that was lost. */
const LOST = 1006;

interface Listener {
	opened(): void;
	received(data: string): void;
	/** It has ended, or the page ends it: what was asked on it is answered no more. */
	disconnected(): void;
	/** With the server's own words, if it closed it for a reason of its own. */
	closed(code: number, words?: string): void;
	/** Should send a frame that is always answered, if one can be sent. */
	ping(): void;
}

/** Whether the server answers such a frame at once, whatever is in it. */
const isAnswered = ({ kind }: ClientFrame) =>
	kind === "text" || kind === "heads";

export type Socket = ReturnType<typeof tabSocket>;

export function tabSocket(listener: Listener) {
	let current: WebSocket | undefined;
	const beat = heartbeat({
		isVisible: () => !document.hidden,
		ping: () => listener.ping(),
		dead() {
			disconnect();
			listener.closed(LOST);
		},
	});
	addEventListener("online", () => beat.check());
	document.addEventListener("visibilitychange", () => {
		if (!document.hidden) beat.check();
	});

	function disconnect(): void {
		beat.stop();
		current?.close(1000);
		current = undefined;
		listener.disconnected();
	}

	return {
		disconnect,
		connect(): void {
			const url = `${location.origin.replace(/^http/, "ws")}${BASE}connect`;
			const socket = new WebSocket(url, SUBPROTOCOL);
			current = socket;
			socket.onopen = () => {
				if (socket === current) listener.opened();
			};
			socket.onmessage = ({ data }) => {
				if (socket !== current || typeof data !== "string") return;
				beat.received();
				listener.received(data);
			};
			socket.onclose = ({ code, reason }) => {
				if (socket !== current) return;
				disconnect();
				listener.closed(code, reason);
			};
		},
		/** Drops the frame if there is no connection. */
		send(frame: ClientFrame): void {
			if (!current) return;
			current.send(JSON.stringify(writeClientFrame(frame)));
			if (isAnswered(frame)) beat.expectAnswer();
		},
	};
}
