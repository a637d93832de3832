/**
 * The plainest broadcast server that `ws` allows at its best: no compression,
 * no client tracking beyond a set, each message stringified and encoded once.
 */
import { createServer } from "node:http";
import { type WebSocket, WebSocketServer } from "ws";
import { say, serve } from "./plain.ts";

const clients = new Set<WebSocket>();
const http = createServer();
const server = new WebSocketServer({
	server: http,
	perMessageDeflate: false,
	clientTracking: false,
});
server.on("connection", (client, request) => {
	const name = request.url?.split("=")[1] ?? "";
	clients.add(client);
	client.on("close", () => clients.delete(client));
	client.on("error", () => {});
	client.on("message", (data) => {
		const { text } = JSON.parse(String(data));
		const said = Buffer.from(JSON.stringify(say(name, text)));
		for (const each of clients) each.send(said, { binary: false });
	});
});
serve(http);
