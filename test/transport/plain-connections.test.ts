/** An upgrade to a protocol that is not spoken here has the bounds of any plain request. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { afterEach, beforeEach, expect, test } from "vitest";
import { RefusalCounter } from "../../src/engine/refusal-counter.ts";
import {
	answerPlainly,
	boundPeers,
	oneAtATime,
} from "../../src/transport/plain-connections.ts";

const UPGRADE =
	"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n";

let server: Server;
let limits: { plainConnectionsPerPeer: number };
beforeEach(async () => {
	limits = { plainConnectionsPerPeer: 2 };
	// Nothing is ever answered.
	server = createServer(oneAtATime(() => {}));
	boundPeers(server, {
		limits,
		networksOf: () => ["somewhere"],
		refusals: new RefusalCounter(),
	});
	await once(server.listen(0, "127.0.0.1"), "listening");
});
afterEach(() => {
	for (const socket of opened.splice(0)) socket.destroy();
	server.close();
});

const opened: Socket[] = [];
function dial(): Socket {
	const socket = connect(Object(server.address()).port, "127.0.0.1");
	opened.push(socket);
	return socket.on("error", () => {});
}

async function upgraded(): Promise<Duplex> {
	dial().write(UPGRADE);
	const [request, socket] = await once(server, "upgrade");
	answerPlainly(server, request);
	return socket;
}

test("it is closed when nothing of the answer is read", async () => {
	const socket = await upgraded();
	socket.emit("timeout");
	expect(socket.destroyed).toBe(true);
});

test("it counts as a connection of its peer", async () => {
	await upgraded();
	await upgraded();
	const [refusal] = await once(dial(), "data");
	expect(String(refusal)).toContain("503 Service Unavailable");
});

test("how many a peer may have is asked for each", async () => {
	limits.plainConnectionsPerPeer = 1;
	await upgraded();
	const [refusal] = await once(dial(), "data");
	expect(String(refusal)).toContain("503 Service Unavailable");
});
