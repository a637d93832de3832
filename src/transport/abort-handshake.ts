/**
 * How an upgrade is refused: in words, over the bare socket, which is then
 * closed; and by which rule, which is counted as any refusal is.
 */
import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { CloseCode } from "../../machines/message.ts";
import type { RefusalCounter } from "../engine/refusal-counter.ts";

const answers = {
	pathIsKnown: [404, "There is nothing here."],
	originIsOurs: [403, "That page may not connect to this server."],
	connectionsAreLeft: [503, "Too many connections. Try again later."],
	isNotStopping: [503, CloseCode.restart.says],
	tokenIsRight: [401, "That is not the token."],
	viewersAreLeft: [503, "Too many are looking already."],
} as const;

/** The rule that keeps somebody out. */
export type HandshakeRule = keyof typeof answers;

export function abortHandshake(
	socket: Duplex,
	rule: HandshakeRule,
	refusals: RefusalCounter,
): void {
	refusals.count(rule);
	const [status, says] = answers[rule];
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
