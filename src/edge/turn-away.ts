/** How an upgrade is refused: in words, over the bare socket, which is then closed. */
import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import type { Turned } from "./gate.ts";

export function turnAway(socket: Duplex, { status, says }: Turned): void {
	const body = `${says}\n`;
	// It may never close its side.
	socket.once("finish", () => socket.destroy());
	socket.end(
		[
			`HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
			"Connection: close",
			"Content-Type: text/plain; charset=utf-8",
			`Content-Length: ${Buffer.byteLength(body)}`,
			...(status === 503 ? ["Retry-After: 10"] : []),
			"",
			body,
		].join("\r\n"),
	);
}
