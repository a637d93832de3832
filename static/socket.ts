/**
 * The one WebSocket of this tab. What happens to it is told; a socket that was
 * let go of says nothing more. It is opened only to send a first frame at once.
 */

import { SUBPROTOCOL } from "../machines/message.ts";

interface Listener {
	opened(): void;
	heard(data: string): void;
	closed(code: number): void;
}

export function socketTo(
	path: string,
	tell: Listener,
	protocols: () => string | string[] = () => SUBPROTOCOL,
) {
	let current: WebSocket | undefined;
	return {
		connect() {
			const url = location.origin.replace(/^http/, "ws") + path;
			const socket = new WebSocket(url, protocols());
			current = socket;
			socket.onopen = () => socket === current && tell.opened();
			socket.onmessage = ({ data }) => {
				if (socket === current && typeof data === "string") tell.heard(data);
			};
			socket.onclose = ({ code }) => {
				if (socket !== current) return;
				current = undefined;
				tell.closed(code);
			};
		},
		disconnect() {
			const socket = current;
			current = undefined;
			socket?.close(1000);
		},
		send(type: number, fields: Record<string, unknown>) {
			current?.send(JSON.stringify({ type, ...fields }));
		},
	};
}
