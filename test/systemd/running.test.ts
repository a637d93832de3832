/** plume.service as systemd runs it: in its sandbox, heard of by its notify socket. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { PostOffice } from "../../tools/siege/post-office.ts";
import { Plume } from "../program/program.ts";
import { Tab } from "../program/tab.ts";
import { sandbox } from "./sandbox.ts";

const exec = promisify(execFile);

/** Listens as systemd does, and answers what was said by now. */
async function notifySocket(folder: string) {
	const path = join(folder, "notify");
	const listener = spawn("systemd-socket-activate", [
		...["--datagram", "-l", path, "sh", "-c", "exec cat <&3"],
	]);
	let heard = "";
	listener.stdout.on("data", (chunk) => {
		heard += chunk;
	});
	await once(listener.stderr, "data");
	// As systemd's own, for everyone.
	await Promise.all([chmod(folder, 0o755), chmod(path, 0o666)]);
	return { heard: () => heard, close: () => listener.kill() };
}

test("the unit's sandbox lets people talk, before a restart and after it", async () => {
	const office = await PostOffice.open();
	const notify = await mkdtemp(join(tmpdir(), "plume-notify-"));
	const systemd = await notifySocket(notify);
	const lines = await sandbox({
		unit: await readFile("plume.service", "utf8"),
		environment: {
			...{ PLUME_PORT: "0", MAILGUN_URL: office.url },
			WATCHDOG_USEC: "400000",
		},
		notify,
	});
	const plume = await Plume.start({}, lines.start);
	const status = await readFile(`/proc/${plume.pid}/status`, "utf8");
	expect(status).toMatch(/^NoNewPrivs:\s1$/m);
	expect(status).toMatch(/^Seccomp:\s2$/m);
	expect(status).toMatch(/^CapBnd:\s0+$/m);
	expect(status).toMatch(/^Uid:\s61184\s/m);
	const root = `/proc/${plume.pid}/root`;
	await expect(writeFile(`${root}/etc/plume`, "")).rejects.toThrow("EROFS");
	expect(await readdir(`${root}/root`)).toEqual([]);
	expect(await readdir(`${root}/proc`)).not.toContain("sys");
	const ann = await Tab.enter(plume, "ann", (_, email) =>
		office.codeFor(email),
	);
	ann.say("hello");
	await expect.poll(() => ann.taken).toBe(1);
	await expect.poll(systemd.heard).toContain("STATUS=People here: 1, events: ");
	await expect.poll(systemd.heard).toContain("WATCHDOG=1");
	const reloaded = await exec("sh", ["-c", lines.reload]);
	expect(reloaded.stdout).toContain("Read again");
	ann.leave();
	expect((await plume.stop()).code).toBe(0);
	await expect.poll(systemd.heard).toContain("STOPPING=1");
	expect(systemd.heard()).toMatch(/^READY=1\n/);

	const again = await Plume.start({}, lines.start);
	const bob = await Tab.enter(again, "bob", (_, email) =>
		office.codeFor(email),
	);
	await expect.poll(() => bob.items.map(({ text }) => text)).toContain("hello");
	bob.leave();
	expect((await again.stop()).code).toBe(0);
	systemd.close();
	office.close();
});

test("a line of the unit that this sandbox does not know fails the test", async () => {
	const unit = "[Service]\nMemoryDenyWriteExecute=yes\n";
	const parts = { unit, environment: {}, notify: "" };
	await expect(sandbox(parts)).rejects.toThrow("MemoryDenyWriteExecute=yes");
});
