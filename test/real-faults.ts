/**
 * Faults with their real causes: a disk that is full, a process that stands
 * still, a mail service that hangs. Each row starts servers of its own;
 * `test/program/real-faults.test.ts` iterates over them.
 */
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, vi } from "vitest";
import { MessageType as types } from "../machines/message.ts";
import { Caller } from "./program/caller.ts";
import { newDataFolder, Plume, PROGRAM, run } from "./program/program.ts";

export interface RealFault {
	readonly fault: string;
	readonly outcome: string;
	check(): Promise<void>;
}

/** Runs a program in a mount namespace where its data folder is a disk of its own. */
const onDisk = (options: string) => [
	...["unshare", "--map-root-user", "--mount", "sh", "-c"],
	`mount -t tmpfs -o mode=700,${options} tmpfs "$PLUME_DATA" && exec "$0" "$@"`,
];

/** Rows that need a mount fail with this, rather than be left out. */
export function checkMounts(): void {
	const [command = "", ...args] = [...onDisk("size=1m"), "true"];
	const PLUME_DATA = "/mnt";
	const { status, stderr } = spawnSync(command, args, { env: { PLUME_DATA } });
	if (status === 0) return;
	throw new Error(
		`These tests mount a small disk: run them as root, or let users make namespaces by \`sysctl kernel.unprivileged_userns_clone=1\` (${stderr})`,
	);
}

const statusOf = async (plume: Plume, path: string) =>
	(await fetch(new URL(path, plume.url))).status;

const soon = (task: () => void) => vi.waitFor(task, 10_000);

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Takes all the room that is left on a disk; the answer frees it again. */
function fill(folder: string): () => Promise<void> {
	const path = join(folder, "filler");
	const file = openSync(path, "w");
	for (const size of [65_536, 4096, 1]) {
		try {
			for (;;) writeSync(file, Buffer.alloc(size));
		} catch (error) {
			expect(Object(error).code).toBe("ENOSPC");
		}
	}
	closeSync(file);
	return () => rm(path);
}

/** Loaded into the server, runs `task` once the file exists. */
async function planted(task: string) {
	const folder = await newDataFolder();
	const [script, sign] = [join(folder, "planted.cjs"), join(folder, "now")];
	await writeFile(
		script,
		`const { existsSync } = require("node:fs");
		const timer = setInterval(() => {
			if (!existsSync(${JSON.stringify(sign)})) return;
			clearInterval(timer);
			${task}
		}, 10);
		timer.unref();`,
	);
	const NODE_OPTIONS = `--require ${script}`;
	return { NODE_OPTIONS, go: () => writeFile(sign, "") };
}

/** Someone who numbers what they say, and knows what was acknowledged. */
async function speaker(plume: Plume, name: string) {
	const caller = await Caller.enter(plume, name, { protocol: "plume.2" });
	const say = (n: number) =>
		caller.raw.send({ type: types.text, text: `line ${n}`, room: "lobby", n });
	const taken = () =>
		caller.received.findLast(({ type }) => type === types.ack)?.last ?? 0;
	return { caller, say, taken };
}

const linesOf = ({ received }: Caller) =>
	received
		.filter(({ type, text }) => type === types.text && text?.startsWith("line"))
		.map(({ text }) => text);

const numbered = (count: number) =>
	Array.from({ length: count }, (_, index) => `line ${index + 1}`);

export const realFaults: readonly RealFault[] = [
	{
		fault: "a disk that is filled while people talk",
		outcome:
			"no acknowledged message is lost, readers go on, writing works again without a restart",
		async check() {
			const wrap = onDisk("size=4m")
				.map((word) => `'${word}'`)
				.join(" ");
			const data = await newDataFolder();
			const plume = await Plume.start(
				{ PLUME_LIMITS: "off", PLUME_DATA: data },
				`exec ${wrap} "$0" "$@"`,
			);
			const folder = `/proc/${plume.pid}/root${data}`;
			const { caller: ann, say, taken } = await speaker(plume, "ann");
			const { caller: bob } = await speaker(plume, "bob");
			let n = 0;
			for (; n < 50; await soon(() => expect(taken()).toBe(n))) say(++n);
			const free = fill(folder);
			// What still fits into a page that the log has already.
			let isFrozen = false;
			while (!isFrozen) {
				say(++n);
				while (!isFrozen && taken() !== n)
					isFrozen = (await statusOf(plume, "/healthz")) === 503;
			}
			// The last line is on its way to the disk, and nobody has it.
			expect(taken()).toBe(n - 1);
			expect(linesOf(bob)).toEqual(numbered(n - 1));
			await bob.until(({ code }) => code === "diskHasSpace");
			say(n + 1);
			await ann.until(
				({ code, n: of }) => code === "diskHasSpace" && of === n + 1,
			);

			const { epoch } = await bob.until(({ type }) => type === types.welcome);
			const heard = bob.received.length;
			const asked = { room: "lobby", epoch, before: 40, limit: 10 };
			bob.raw.send({ type: types.history, ...asked });
			await bob.until(
				({ type, before }) => type === types.history && before === 40,
			);
			expect(bob.received.length).toBe(heard + 11);
			bob.received.splice(heard);
			expect(await statusOf(plume, "/")).toBe(200);
			expect(await statusOf(plume, "/readyz")).toBe(503);

			await free();
			await soon(() => expect(taken()).toBe(n));
			expect(await statusOf(plume, "/readyz")).toBe(200);
			say(++n);
			await soon(() => expect(linesOf(bob)).toEqual(numbered(n)));
			expect(taken()).toBe(n);
			const verified = await run(["replay", folder, "--verify"]);
			expect(verified).toMatchObject({ code: 0 });
			const log = readFileSync(`${folder}/log/00000000000000000001.ndjson`);
			for (const line of numbered(n)) expect(log.includes(line)).toBe(true);
			expect((await plume.stop()).code).toBe(0);
		},
	},
	{
		fault: "a data folder on a read-only disk",
		outcome: "a start refuses, and names the setting",
		async check() {
			const [command = "", ...args] = onDisk("ro");
			const env = { PATH: process.env.PATH, PLUME_DATA: await newDataFolder() };
			const program = [process.execPath, PROGRAM];
			const ended = spawnSync(command, [...args, ...program], { env });
			expect(`${ended.stderr}`).toMatch(/^plume: PLUME_DATA: .* read-only/);
			expect(ended.status).toBe(2);
		},
	},
	{
		fault: "a process that stands still for longer than a silent peer may",
		outcome: "nobody is thrown out; a deadline that passed fires once",
		async check() {
			const plume = await Plume.start({
				PLUME_LIMIT_PING_SECONDS: "1",
				PLUME_LIMIT_PONG_SECONDS: "1",
				PLUME_LIMIT_GRACE_SECONDS: "1",
			});
			const { caller: ann } = await speaker(plume, "ann");
			const { caller: bob, say } = await speaker(plume, "bob");
			const { caller: carl } = await speaker(plume, "carl");
			carl.raw.drop();
			plume.kill("SIGSTOP");
			await pause(3000);
			plume.kill("SIGCONT");
			const left = ({ user, text }: { user?: unknown; text?: unknown }) =>
				Object(user).name === "carl" && text === "left chat";
			await ann.until(left);
			// As long again as a silent peer has.
			for (let n = 1; n <= 2; n++) {
				await pause(1000);
				say(n);
				await ann.until(({ text }) => text === `line ${n}`);
			}
			await bob.until(({ text }) => text === "line 2");
			expect(linesOf(bob)).toEqual(numbered(2));
			expect(ann.received.filter(left)).toHaveLength(1);
			const others = [...ann.received, ...bob.received].filter(
				({ text, user }) => text === "left chat" && user?.name !== "carl",
			);
			expect(others).toEqual([]);
			await plume.stop();
		},
	},
	{
		fault: "a wall clock that is set a day ahead while a code is on its way",
		outcome: "the code is good, and nothing is dated tomorrow",
		async check() {
			const ahead = await planted(
				"const was = Date.now; Date.now = () => was() + 86_400_000;",
			);
			const plume = await Plume.start({ NODE_OPTIONS: ahead.NODE_OPTIONS });
			const ann = await Caller.call(plume.port, { protocol: "plume.2" });
			ann.raw.send({ type: types.hello, text: "ann\nann@example.org" });
			const code = await plume.codeFor("ann");
			await ahead.go();
			await pause(100);
			ann.raw.send({ type: types.auth, text: code });
			const session = await ann.until(({ type }) => type === types.session);
			expect(session.token).toBeDefined();
			await plume.stop();
			const log = readFileSync(
				`${plume.data}/log/00000000000000000001.ndjson`,
				"utf8",
			);
			const times = [...log.matchAll(/"time":(\d+)/g)].map(([, t]) =>
				Number(t),
			);
			expect(Math.max(...times)).toBeLessThan(Date.now() + 60_000);
		},
	},
	{
		fault: "a mail service that takes the connection and says nothing",
		outcome:
			"the person sees why as soon as the time-out is over; nobody else waits",
		async check() {
			const silent = createServer(() => {}).listen(0, "127.0.0.1");
			await once(silent, "listening");
			const { port } = Object(silent.address());
			const plume = await Plume.start({
				ENV: "production",
				MAIL_FROM: "plume@example.org",
				SMTP_URL: `smtp://127.0.0.1:${port}`,
				PLUME_LIMIT_MAIL_TIMEOUT_SECONDS: "2",
				PLUME_METRICS: "127.0.0.1:0",
			});
			const [ann, bob] = [
				await Caller.call(plume.port, { protocol: "plume.2" }),
				await Caller.call(plume.port, { protocol: "plume.2" }),
			];
			const from = performance.now();
			ann.raw.send({ type: types.hello, text: "ann\nann@example.org" });
			await once(silent, "connection");
			bob.raw.send({ type: types.hello, text: "bob\nbob@example.org" });
			await bob.until(({ type }) => type === types.pending);
			expect(await statusOf(plume, "/readyz")).toBe(200);
			await ann.until(({ code }) => code === "mailWasSent");
			expect(performance.now() - from).toBeLessThan(5000);
			const { url } = Object(plume.lines.find(({ msg }) => msg === "metrics"));
			const metrics = await (await fetch(url)).text();
			expect(metrics).toMatch(/plume_mails_total\{outcome="timedOut"\} [12]/);
			await plume.stop();
			silent.close();
		},
	},
	{
		fault: "an exception that nobody catches",
		outcome: "the process says which, and exits with 1; all is in the log",
		async check() {
			const bug = await planted('throw new Error("a planted bug");');
			const plume = await Plume.start({ NODE_OPTIONS: bug.NODE_OPTIONS });
			const { say, taken } = await speaker(plume, "ann");
			say(1);
			await soon(() => expect(taken()).toBe(1));
			await bug.go();
			const { code, stdout } = await plume.ended;
			expect(code).toBe(1);
			expect(stdout.trim().split("\n").at(-1)).toContain("a planted bug");
			const verified = await run(["replay", plume.data, "--verify"]);
			expect(verified.code).toBe(0);
			const again = await Plume.start({ PLUME_DATA: plume.data });
			const { caller } = await speaker(again, "bob");
			await caller.until(({ text }) => text === "line 1");
			await again.stop();
		},
	},
];
