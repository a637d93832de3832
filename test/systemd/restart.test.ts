/** The socket that plume.socket opens, passed as systemd passes it. */
import { mkdtemp, writeFile } from "node:fs/promises";
import { get, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { expect, test } from "vitest";
import { takePassedSocket } from "../../src/systemd/passed-socket.ts";
import { yesterdayUntil } from "../program/program.ts";
import { passSocket } from "./passed-socket.ts";
import { restartUnder } from "./restarts.ts";

const newFolder = () => mkdtemp(join(tmpdir(), "plume-unix-"));

test("nobody is refused in a restart, and nothing is lost", async () => {
	await restartUnder({ people: 20, restarts: 1, everyMs: 10 });
});

test("a visitor who comes while no server runs waits for the next, which says why nobody can enter until the clock is right", async () => {
	const healed = join(await newFolder(), "healed");
	const late = { NODE_OPTIONS: yesterdayUntil(healed) };
	const { port, servers } = await passSocket([{}, late]);
	const [first, second] = servers;
	const plume = await first?.start();
	expect(new URL(plume?.url ?? "").port).toBe(`${port}`);
	await plume?.stop();
	const waiting = fetch(`http://127.0.0.1:${port}/healthz`);
	const starting = second?.start();
	expect((await waiting).status).toBe(503);
	expect(await (await waiting).json()).toMatchObject({
		wrong: expect.stringContaining("--accept-clock"),
	});
	await writeFile(healed, "");
	const again = await starting;
	expect((await fetch(`${again?.url}/healthz`)).status).toBe(200);
	const { stdout } = (await again?.stop()) ?? {};
	expect(stdout).toContain("PLUME_HOST and PLUME_PORT are not used");
});

test("a unix socket is served, too", async () => {
	const path = join(await newFolder(), "plume.sock");
	const { servers } = await passSocket([{}], { path });
	const plume = await servers[0]?.start();
	expect(plume?.url).toBe("unix:");
	const answer = await new Promise<IncomingMessage>((resolve) =>
		get({ socketPath: path, path: "/healthz" }, resolve),
	);
	expect(await json(answer)).toEqual({ ok: true });
	await plume?.stop();
});

test("two sockets are refused in words", async () => {
	const { servers } = await passSocket([{}], { passed: 2 });
	await expect(servers[0]?.start()).rejects.toThrow(
		"systemd passed 2 sockets: plume.socket needs one ListenStream= line alone.",
	);
});

test("sockets that were meant for another program are left alone", () => {
	const own = { LISTEN_PID: String(process.pid), LISTEN_FDS: "1" };
	expect(takePassedSocket({ ...own, LISTEN_PID: "1" })).toBe(undefined);
	expect(takePassedSocket({ ...own, LISTEN_FDS: "0" })).toBe(undefined);
	expect(takePassedSocket(own)).toEqual({ fd: 3 });
	expect(own).toEqual({});
});
