/**
 * The one WebSocket of this tab. What happens to it is told; a socket that was
 * let go of says nothing more. It is opened only to send a first frame at once.
 * One that died without a word is let go of as if it had been closed.
 */

import { SUBPROTOCOL } from "../machines/message.ts";
import { type ClientFrame, writeClientFrame } from "../machines/protocol.ts";
import { heartbeat } from "./heartbeat.ts";

/** What a browser calls a connection that was lost. */
const LOST = 1006;

interface Listener {
	opened(): void;
	heard(data: string): void;
	closed(code: number): void;
	/** Wants to hear from the server: something is to be sent that is always answered. */
	doubted?(): void;
}

/** Where the server answers whatever comes of it, in no time. */
const isAnswered = ({ kind }: ClientFrame) =>
	kind === "text" || kind === "heads";

export function socketTo(path: string, tell: Listener) {
	let current: WebSocket | undefined;
	const beat = heartbeat({
		isSeen: () => !document.hidden,
		ask: () => tell.doubted?.(),
		dead() {
			disconnect();
			tell.closed(LOST);
		},
	});
	addEventListener("online", beat.suspect);
	document.addEventListener("visibilitychange", () => {
		if (!document.hidden) beat.suspect();
	});

	function disconnect() {
		const socket = current;
		current = undefined;
		beat.stop();
		socket?.close(1000);
	}

	return {
		connect() {
			const url = location.origin.replace(/^http/, "ws") + path;
			const socket = new WebSocket(url, SUBPROTOCOL);
			current = socket;
			socket.onopen = () => socket === current && tell.opened();
			socket.onmessage = ({ data }) => {
				if (socket !== current || typeof data !== "string") return;
				beat.heard();
				tell.heard(data);
			};
			socket.onclose = ({ code }) => {
				if (socket !== current) return;
				current = undefined;
				beat.stop();
				tell.closed(code);
			};
		},
		disconnect,
		send(asked: ClientFrame) {
			if (!current) return;
			current.send(JSON.stringify(writeClientFrame(asked)));
			if (isAnswered(asked)) beat.owed();
		},
	};
}
