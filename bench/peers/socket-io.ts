/**
 * Socket.IO at its best: WebSocket only, no compression, no client files, no
 * kept requests. One `emit` encodes a message once for everyone.
 */
import { createServer } from "node:http";
import { Server } from "socket.io";
import { say, serve } from "./plain.ts";

const http = createServer();
const io = new Server(http, {
	transports: ["websocket"],
	perMessageDeflate: false,
	httpCompression: false,
	serveClient: false,
});
io.on("connection", (socket) => {
	const name = String(socket.handshake.query.name);
	// As its manual advises, to save memory.
	Reflect.deleteProperty(socket.conn, "request");
	socket.on("say", ({ text }: { text: string }) => {
		io.emit("said", say(name, text));
	});
});
serve(http);
