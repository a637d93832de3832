/** A socket that is passed to one server after another, exactly as systemd passes it. */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { link, mkdtemp, rename } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newDataFolder, Plume } from "../program/program.ts";

type Environment = Readonly<Record<string, string>>;

/** A server that has the socket, and waits to be started. */
export interface Prepared {
	start(): Promise<Plume>;
}

export interface PassedSocket {
	readonly port: number;
	/** One for each environment. */
	readonly servers: readonly Prepared[];
}

/**
 * Servers that share a data folder and a socket, which is open from now on for
 * as long as one of them has not ended. Node can't hold a listening socket
 * without accepting what comes, so each server's process has it from the
 * beginning, and its shell waits to be told to run the server.
 */
export async function passSocket(
	environments: readonly Environment[],
	{ path = "", passed = 1 } = {},
): Promise<PassedSocket> {
	const folder = await mkdtemp(join(tmpdir(), "plume-socket-"));
	const PLUME_DATA = await newDataFolder();
	const at = path ? { path } : { host: "127.0.0.1", port: 0 };
	const listener = createServer().listen(at);
	await once(listener, "listening");
	const { port } = Object(listener.address());
	const { fd } = Object(listener)._handle;
	const servers = environments.map((environment, index) => {
		const go = join(folder, `${index}`);
		execFileSync("mkfifo", [go]);
		const wrap = `read -r _ <${go}; export LISTEN_PID=$$ LISTEN_FDS=${passed} LISTEN_FDNAMES=plume.socket`;
		const plume = Plume.start({ PLUME_DATA, ...environment }, wrap, [], fd);
		plume.catch(() => {});
		return {
			start() {
				writeFileSync(go, "\n");
				return plume;
			},
		};
	});
	// Closing would remove the file of a unix socket.
	if (path) await link(path, `${path}.kept`);
	await once(listener.close(), "close");
	if (path) await rename(`${path}.kept`, path);
	return { port, servers };
}
