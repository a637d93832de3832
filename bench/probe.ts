/**
 * Loaded into a server beside its program (`node --import`): tells, ten times
 * a second, the most that was unsent to any one socket since it told last.
 */
import { subscribe } from "node:diagnostics_channel";
import { Socket } from "node:net";

const LOOK_MS = 20;
const TELL_MS = 100;

const sockets = new Set<Socket>();
let most = 0;

subscribe("net.server.socket", (message) => {
	if (typeof message !== "object" || !message || !("socket" in message)) return;
	const { socket } = message;
	if (!(socket instanceof Socket)) return;
	sockets.add(socket);
	socket.once("close", () => sockets.delete(socket));
});

setInterval(() => {
	for (const { writableLength } of sockets)
		most = Math.max(most, writableLength);
}, LOOK_MS).unref();
setInterval(() => {
	process.stdout.write(`${JSON.stringify({ msg: "unsent", most })}\n`);
	most = 0;
}, TELL_MS).unref();
