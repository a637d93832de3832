/**
 * The local socket, by which an operator on this machine administers the
 * running server: HTTP over a Unix socket that only the server's own user, and
 * root, may open. A request is `POST /COMMAND` with a JSON list of arguments;
 * each line of the answer is JSON, the last one with the exit code.
 */
import { once } from "node:events";
import { lstat, rm, stat } from "node:fs/promises";
import {
	createServer,
	type IncomingMessage,
	type ServerResponse,
} from "node:http";
import { connect, type Server } from "node:net";
import { dirname } from "node:path";
import { ConfigError } from "../config.ts";
import { OperatorError } from "../engine/operation.ts";
import { codeOf, messageOf } from "../log/disk.ts";
import type { Operator } from "./operator.ts";
import { argumentsOf, isOperatorCommand } from "./usage.ts";

/** A line of the answer: words, or the end. */
export type AnswerLine =
	| { readonly line: string }
	| { readonly exit: number; readonly error?: string };

/** The longest path of a Unix socket, on Linux. */
const MOST_PATH_BYTES = 107;
const MOST_BYTES = 65_536;

/** Opens the socket; resolves with the function that closes it. Throws `ConfigError`. */
export async function openLocalSocket(
	path: string,
	operator: Operator,
): Promise<() => void> {
	const server = createServer((request, response) => {
		answer(request, response, operator).catch((error: unknown) =>
			end(response, 1, messageOf(error)),
		);
	});
	await listenPrivately(server, path, "PLUME_SOCKET");
	return () => {
		server.close();
		server.closeAllConnections();
	};
}

/** Listens on a Unix socket that only our own user, and root, may open. Throws `ConfigError`. */
export async function listenPrivately(
	server: Server,
	path: string,
	setting: string,
): Promise<void> {
	await makeWay(path, setting);
	// Nobody else may connect, from the first moment on.
	const before = process.umask(0o177);
	try {
		server.listen(path);
	} finally {
		process.umask(before);
	}
	await once(server, "listening").catch((error: unknown) => {
		throw new ConfigError(
			`${setting}: ${messageOf(error)}. Name a path in a folder that only the server's user may write to.`,
		);
	});
}

/** Removes a socket that a server left behind. Throws `ConfigError` if the place is no good. */
async function makeWay(path: string, setting: string): Promise<void> {
	await checkPlace(path, setting);
	await rm(path, { force: true });
}

/** Whether a server answers there, as one `beside` may. Throws `ConfigError` if the place is no good. */
export async function checkPlace(
	path: string,
	setting: string,
	beside = false,
): Promise<boolean> {
	const wrong = (why: string) => new ConfigError(`${setting}: ${why}.`);
	if (Buffer.byteLength(path) > MOST_PATH_BYTES)
		throw wrong(
			`${path} is longer than the ${MOST_PATH_BYTES} bytes that a socket's path may have: name a shorter one`,
		);
	const folder = dirname(path);
	const { mode, uid } = await stat(folder).catch((error: unknown) => {
		throw wrong(
			codeOf(error) === "ENOENT"
				? `there is no folder ${folder}: make it, writable for its owner only`
				: messageOf(error),
		);
	});
	const isOurs = uid === process.getuid?.() || uid === 0;
	if (!isOurs || (mode & 0o022) !== 0)
		throw wrong(
			`others may write to ${folder}, and put a socket of theirs there: name a folder that is only yours`,
		);
	const there = await lstat(path).catch(() => undefined);
	if (!there) return false;
	if (!there.isSocket()) throw wrong(`${path} is there already, and no socket`);
	const socket = connect(path);
	const connected = await once(socket, "connect").catch(() => undefined);
	socket.destroy();
	const isUsed = connected !== undefined;
	if (isUsed && !beside) throw wrong(`another server answers at ${path}`);
	return isUsed;
}

async function answer(
	request: IncomingMessage,
	response: ServerResponse,
	operator: Operator,
): Promise<void> {
	const command = (request.url ?? "").slice(1);
	const given = await body(request);
	const isKnown = request.method === "POST" && isOperatorCommand(command);
	const args = isKnown ? argumentsOf(command, given) : undefined;
	if (!isKnown || !args) return end(response, 2, "That is no such command.");
	const gone = new AbortController();
	response.once("close", () => gone.abort());
	try {
		for await (const line of operator.run(command, args, gone.signal))
			write(response, { line });
		end(response, 0);
	} catch (error) {
		if (error instanceof ConfigError) end(response, 2, error.message);
		else if (error instanceof OperatorError) end(response, 1, error.message);
		else throw error;
	}
}

/** The arguments as they were sent; undefined if they are no JSON, or too long. */
async function body(request: IncomingMessage): Promise<unknown> {
	let text = "";
	for await (const chunk of request) {
		text += chunk;
		if (text.length > MOST_BYTES) return undefined;
	}
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

const write = (response: ServerResponse, line: AnswerLine) =>
	response.write(`${JSON.stringify(line)}\n`);

function end(response: ServerResponse, exit: number, error?: string): void {
	write(response, { exit, ...(error && { error }) });
	response.end();
}
