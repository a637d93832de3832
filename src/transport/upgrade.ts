/** What guards an upgrade, and how it is refused: in words, over the bare socket. */
import { type IncomingMessage, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { CloseCode } from "../../machines/message.ts";
import type { RefusalCounter } from "../engine/refusal-counter.ts";
import { isOfHost } from "./hosts.ts";

const answers = {
	pathIsKnown: [404, "There is nothing here."],
	originIsOurs: [403, "That page may not connect to this server."],
	connectionsAreLeft: [503, "Too many connections. Try again later."],
	isNotStopping: [503, CloseCode.restart.says],
	isNotOverloaded: [503, "The server has too much to do. Try again soon."],
	tokenIsRight: [401, "That is not the token."],
	viewersAreLeft: [503, "Too many are looking already."],
} as const;

/** The rule that an upgrade breaks. */
export type HandshakeRule = keyof typeof answers;

const RETRY_SECONDS = 10;
/** From 5 to 10 seconds: not everyone shall come back at once. */
const soon = () => Math.ceil((RETRY_SECONDS * (1 + Math.random())) / 2);

/** Counts a refusal, and answers what to send for it. */
export function refusal(rule: HandshakeRule, refusals: RefusalCounter) {
	refusals.count(rule);
	const [status, says] = answers[rule];
	const body = `${says}\n`;
	const after = rule === "isNotOverloaded" ? soon() : RETRY_SECONDS;
	const headers = {
		Connection: "close",
		"Content-Type": "text/plain; charset=utf-8",
		"Content-Length": Buffer.byteLength(body),
		...(status === 503 && { "Retry-After": after }),
	};
	return { status, headers, body };
}

export function abortHandshake(
	socket: Duplex,
	rule: HandshakeRule,
	refusals: RefusalCounter,
): void {
	const { status, headers, body } = refusal(rule, refusals);
	// The peer may never close its side.
	socket.once("finish", () => socket.destroy());
	socket.end(
		[
			`HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
			...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
			"",
			body,
		].join("\r\n"),
	);
}

/** Nothing else is spoken here. */
export const isForWebSocket = ({ headers }: IncomingMessage) =>
	headers.upgrade?.toLowerCase() === "websocket";

export interface OriginPolicy {
	/** Further origins that may connect. */
	readonly origins: readonly string[];
	/** Whether a Host header may name this server. */
	readonly isOwnHost: (host: string | undefined) => boolean;
}

/** Whether the request comes from our own page, an allowed origin, or a program that is no browser. */
export function isOwnOrigin(
	{ headers }: IncomingMessage,
	{ origins, isOwnHost }: OriginPolicy,
): boolean {
	const { origin, host } = headers;
	// Browsers always send an Origin.
	if (origin === undefined || origins.includes(origin)) return true;
	// A page cannot add this header to a WebSocket, only a proxy can.
	const isProxied = headers["x-forwarded-for"] !== undefined;
	return isOfHost(origin, host) && (isProxied || isOwnHost(host));
}
