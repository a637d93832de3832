/** Whether a local socket is in use is asked with a connection that ends at once. */
import { once } from "node:events";
import { mkdtemp } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { checkPlace, listenPrivately } from "../src/operator/local-socket.ts";

test("a socket in use is found without a connection that stays", async () => {
	const path = join(await mkdtemp(join(tmpdir(), "plume-place-")), "s");
	const server = createServer().listen(path);
	await once(server, "listening");
	const asked = once(server, "connection");
	expect(await checkPlace(path, "PLUME_SOCKET", true)).toBe(true);
	const [socket] = await asked;
	await once(socket.resume(), "end");
	server.close();
});

test("a folder that takes no socket is refused with what to do", async () => {
	const path = join(await mkdtemp(join(tmpdir(), "plume-place-")), "s");
	const server = createServer();
	vi.spyOn(server, "listen").mockImplementation(() => {
		queueMicrotask(() => server.emit("error", new Error("listen EACCES")));
		return server;
	});
	const asked = listenPrivately(server, path, "PLUME_SOCKET");
	await expect(asked).rejects.toThrow(
		/^PLUME_SOCKET: .* Name a path in a folder that only the server's user/,
	);
});
