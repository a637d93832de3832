/** What is written to a socket that takes little, or nothing any more. */
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { SocketWriter } from "../../src/transport/websocket.ts";

let far: Socket;
let near: Socket;
let webSocket: WebSocket;
let writer: SocketWriter;
beforeEach(async () => {
	const server = createServer().listen(0, "127.0.0.1");
	await once(server, "listening");
	const webSockets = new WebSocketServer({ server, perMessageDeflate: false });
	const address = server.address();
	const port = typeof address === "object" ? (address?.port ?? 0) : 0;
	far = connect(port, "127.0.0.1");
	new WebSocket(`ws://127.0.0.1:${port}`, { createConnection: () => far });
	const [accepted, request]: [WebSocket, IncomingMessage] = await once(
		webSockets,
		"connection",
	).then(([accepted, request]) => [accepted, request]);
	webSocket = accepted;
	near = request.socket;
	writer = new SocketWriter(webSocket, near);
	await once(far, "data");
	server.close();
});
afterEach(() => {
	near.destroy();
	far.destroy();
});

test("whenDrained runs its task when all that was sent is taken by the network", async () => {
	const drained = () =>
		new Promise<void>((resolve) => {
			writer.whenDrained(resolve);
		});
	const hello = Buffer.from([0x81, 2, 0x68, 0x69]);
	writer.send(hello);
	await drained();
	expect(writer.unsentBytes).toBe(0);
	far.pause();
	const much = Buffer.alloc(64 * 1024 * 1024);
	writer.send(much);
	let isTaken = false;
	const whenTaken = drained().then(() => {
		isTaken = true;
	});
	expect(writer.unsentBytes).toBeGreaterThan(0);
	await new Promise((resolve) => setImmediate(resolve));
	expect(isTaken).toBe(false);
	far.removeAllListeners("data").on("data", () => {});
	far.resume();
	await whenTaken;
	expect(writer.unsentBytes).toBe(0);
});

test("after the close frame nothing is written any more", () => {
	webSocket.close(1001, "bye");
	const before = near.bytesWritten;
	writer.send(Buffer.from("too late"));
	expect(near.bytesWritten).toBe(before);
});

test("a socket that is closed takes nothing, and hurts nobody", async () => {
	near.destroy();
	writer.send(Buffer.from("too late"));
	await once(near, "close");
	writer.send(Buffer.from("far too late"));
	writer.whenDrained(() => {
		throw new Error("nothing was taken");
	});
	expect(writer.unsentBytes).toBe(0);
});
