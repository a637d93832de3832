/** `plume serve --edges N`: one process starts the others, and ends with them. */
import { fork } from "node:child_process";
import { once } from "node:events";
import {
	cp,
	mkdir,
	readdir,
	readFile,
	rename,
	rm,
	writeFile,
} from "node:fs/promises";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { filesIn, newDataFolder, Plume, PROGRAM, run } from "./program.ts";

/** The data folder of a server of so many edges that was there a moment ago. */
async function ended(edges: string): Promise<string> {
	const plume = await Plume.start({ PLUME_EDGES: edges });
	// Another edge may listen before this one has begun.
	await expect.poll(() => copiesIn(plume.data)).toContain(edges);
	await plume.stop();
	return plume.data;
}

const copiesIn = (data: string) => readdir(join(data, "edges"));

test("where a part can't start, the server ends with the code of that part", async () => {
	const taken = createServer().listen(0, "127.0.0.1");
	await once(taken, "listening");
	const { port } = Object(taken.address());
	const env = { PLUME_DATA: await newDataFolder(), PLUME_EDGES: "1" };
	const inUse = await run([], { ...env, PLUME_PORT: `${port}` });
	taken.close();
	expect(inUse).toMatchObject({
		code: 1,
		stderr: expect.stringContaining("EADDRINUSE"),
	});
	await writeFile(join(env.PLUME_DATA, "secret"), "other ".repeat(8));
	const refused = await run(["--edges", "1", "--port", "0"], {
		...{ PLUME_DATA: env.PLUME_DATA, PLUME_MAIL: "nobody" },
	});
	expect(refused).toMatchObject({ code: 2 });
});

test("a start that is refused beside a restore leaves nothing in its way", async () => {
	const PLUME_DATA = await newDataFolder();
	await mkdir(join(PLUME_DATA, "restoring", "log"), { recursive: true });
	const { code, stderr } = await run(["--edges", "1"], { PLUME_DATA });
	expect(stderr).toContain("plume restore");
	expect(code).toBe(1);
	expect(await readdir(PLUME_DATA)).toEqual(["restoring"]);
});

test("a sequencer that is started again accepts nothing more", async () => {
	const plume = await Plume.start({ PLUME_EDGES: "1" }, "", [
		"--accept-missing",
	]);
	const first = await plume.childCalled("sequencer");
	const flags = (pid: number) => readFile(`/proc/${pid}/cmdline`, "utf8");
	expect(await flags(first)).toContain("--accept-missing");
	process.kill(first, "SIGKILL");
	let again = first;
	await expect
		.poll(
			async () => {
				again = await plume.childCalled("sequencer").catch(() => first);
				return again;
			},
			{ timeout: 20_000 },
		)
		.not.toBe(first);
	expect(await flags(again)).not.toContain("--accept-missing");
	await plume.stop();
});

test("a connection that an edge was handed when it died is closed", async () => {
	const plume = await Plume.start({ PLUME_EDGES: "1" });
	const edge = await plume.childCalled("edge 1");
	process.kill(edge, "SIGSTOP");
	const open = async () => (await readdir(`/proc/${plume.pid}/fd`)).length;
	const before = await open();
	const socket = connect(plume.port, "127.0.0.1");
	socket.on("error", () => {});
	await expect.poll(open).toBe(before + 1);
	const closed = once(socket, "close");
	process.kill(edge, "SIGKILL");
	await closed;
	await plume.stop();
});

test("all parts end when the process that started them is killed", async () => {
	const plume = await Plume.start({ PLUME_EDGES: "1" });
	const sequencer = await plume.childCalled("sequencer");
	process.kill(plume.pid, "SIGKILL");
	await expect
		.poll(() => readFile(`/proc/${sequencer}/stat`).catch(() => "gone"))
		.toBe("gone");
	const { stdout } = await plume.ended;
	expect(stdout).toContain('"signal":"disconnect"');
});

test("a part whose starter is gone before it listens ends", async () => {
	const child = fork(PROGRAM, ["serve"], {
		env: { PLUME_DATA: await newDataFolder(), PLUME_PORT: "0" },
		silent: true,
	});
	onTestFinished(() => void child.kill());
	child.disconnect();
	expect(await once(child, "exit")).toEqual([0, null]);
});

test("systemd hears of the sequencer alone", async () => {
	const plume = await Plume.start({
		...{ PLUME_EDGES: "1", NOTIFY_SOCKET: "/nowhere" },
		...{ WATCHDOG_USEC: "120000000", WATCHDOG_PID: "1" },
	});
	const knows = async (node: string) => {
		const pid = await plume.childCalled(node);
		const all = await readFile(`/proc/${pid}/environ`, "utf8");
		return /NOTIFY_SOCKET|WATCHDOG\w+/g[Symbol.match](all);
	};
	expect(await knows("edge 1")).toBeNull();
	expect(await knows("sequencer")).toEqual(["NOTIFY_SOCKET", "WATCHDOG_USEC"]);
	await plume.stop();
});

test("the copy of an edge that runs no more is removed", async () => {
	const PLUME_DATA = await ended("2");
	expect(await copiesIn(PLUME_DATA)).toContain("2");
	const one = await Plume.start({ PLUME_DATA, PLUME_EDGES: "1" });
	await expect.poll(() => copiesIn(PLUME_DATA)).not.toContain("2");
	await one.stop();
	expect(await copiesIn(PLUME_DATA)).toContain("1");
	const none = await Plume.start({ PLUME_DATA });
	await expect.poll(() => copiesIn(PLUME_DATA)).not.toContain("1");
	await none.stop();
});

test("a start that is refused because events are missing removes no copy, which may replace the log", async () => {
	const PLUME_DATA = await ended("1");
	const log = join(PLUME_DATA, "log");
	await rm(log, { recursive: true });
	const { code, stderr } = await run([], { PLUME_DATA, PLUME_PORT: "0" });
	expect(stderr).toMatch(/but the copy of an edge in .*edges\/1 goes to/);
	expect(code).toBe(1);
	await cp(join(PLUME_DATA, "edges", "1", "log"), log, { recursive: true });
	await Plume.start({ PLUME_DATA, PLUME_EDGES: "1" }).then((it) => it.stop());
});

test("an edge's copy of an older version, which did not mark it, is gone on with", async () => {
	const PLUME_DATA = await ended("1");
	await rm(join(PLUME_DATA, "edges", "1", "mirror"));
	const plume = await Plume.start({ PLUME_DATA, PLUME_EDGES: "1" });
	expect((await plume.stop()).code).toBe(0);
});

test("an edge's copy that is no part of the log is made anew", async () => {
	const other = await Plume.start();
	const PLUME_DATA = other.data;
	await other.stop();
	await rename(join(await ended("1"), "edges"), join(PLUME_DATA, "edges"));
	const plume = await Plume.start({ PLUME_DATA, PLUME_EDGES: "1" });
	expect((await fetch(`${plume.url}/readyz`)).status).toBe(200);
	await plume.stop();
});

test("an edge's copy in which a part has rotted is made anew", async () => {
	const PLUME_DATA = await ended("1");
	await Plume.start({ PLUME_DATA, PLUME_EDGES: "1" }).then((it) => it.stop());
	const folder = join(PLUME_DATA, "edges", "1", "log");
	for (const [path, text] of await filesIn(folder))
		await writeFile(path, text.replace("server.started", "server.rotten!"));
	const plume = await Plume.start({ PLUME_DATA, PLUME_EDGES: "1" });
	expect((await fetch(`${plume.url}/readyz`)).status).toBe(200);
	const { stderr } = await plume.stop();
	expect(stderr).toContain("its copy of the log is made anew");
});
