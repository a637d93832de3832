/** What systemd hears of a server, by a program of the name systemd-notify. */
import {
	appendFile,
	mkdtemp,
	readFile,
	rename,
	symlink,
	writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { notifier, takeNotifyAddress } from "../../src/systemd/notifier.ts";

type Install = (program: string, script: string) => Promise<void>;
const runs: Install = (program, script) =>
	writeFile(program, script, { mode: 0o755 });

/** A notifier that speaks each 20 ms, of a log that the test holds. */
async function watched(install = runs, watchdogMs = 40) {
	const folder = await mkdtemp(join(tmpdir(), "plume-notify-"));
	const heard = join(folder, "heard");
	await appendFile(heard, "");
	const script = `#!/bin/sh\necho "$NOTIFY_SOCKET $*" >>${heard}\n`;
	const program = join(folder, "systemd-notify");
	await install(program, script);
	const address = takeNotifyAddress({
		...{ NOTIFY_SOCKET: "there", WATCHDOG_USEC: `${watchdogMs}000` },
		PATH: folder,
	});
	const log = { ordered: 7, committed: 7, frozen: false };
	const warnings: string[] = [];
	const warn = (message: string) => warnings.push(message);
	const cluster = { wrong: undefined as string | undefined, isFrozen: false };
	const systemd = notifier({ address, log, cluster, people: () => 3, warn });
	systemd.ready();
	onTestFinished(() => systemd.stopping());
	const lines = async () => (await readFile(heard, "utf8")).split("\n");
	/** The first line from now on that is as it should be. */
	const next = async (wanted: RegExp) => {
		const { length } = await lines();
		const found = async () =>
			(await lines()).slice(length).find((line) => wanted.test(line));
		await expect.poll(found).toBeTruthy();
	};
	const repair = async () => {
		await runs(join(folder, "sound"), script);
		await rename(join(folder, "sound"), program);
	};
	return { log, cluster, warnings, lines, next, repair };
}

test("it is ready, and then alive, with how many are here", async () => {
	const { lines, next } = await watched();
	const status = "STATUS=People here: 3, events: 7";
	await next(new RegExp(`^there ${status} WATCHDOG=1$`));
	expect(await lines()).toContain(`there READY=1 ${status}`);
});

test("a log that does not go on is not alive, but a disk that takes no writes is waited for", async () => {
	const { log, next } = await watched();
	log.ordered = 8;
	await next(/events: 7$/);
	log.committed = 8;
	await next(/WATCHDOG=1$/);
	log.ordered = 9;
	await next(/events: 8$/);
	log.frozen = true;
	await next(/The disk takes no writes: nobody can write WATCHDOG=1$/);
});

test("a lost quorum is waited for", async () => {
	const { log, cluster, next } = await watched();
	log.ordered = 8;
	cluster.wrong = "NATS can't be reached, or has no quorum";
	await next(/has no quorum: nobody can write WATCHDOG=1$/);
});

test("a full disk of the sequencer is told by its edges", async () => {
	const { cluster, next } = await watched();
	cluster.isFrozen = true;
	await next(/The disk takes no writes: nobody can write/);
});

test("without the program one line says what to do", async () => {
	const { warnings } = await watched(async () => {});
	await expect.poll(() => warnings).toHaveLength(1);
	expect(warnings[0]).toContain("Install systemd-notify, or set Type=exec");
});

test.each<[string, Install]>([
	["may not be run for now", (program, script) => writeFile(program, script)],
	["can't be found for now", (program) => symlink(program, program)],
	["fails", (program) => runs(program, "#!/bin/sh\nexit 1\n")],
])("a program that %s is tried again", async (_, install) => {
	const { warnings, lines, next, repair } = await watched(install);
	await expect.poll(() => warnings[0]).toContain("It is tried again soon");
	await repair();
	const ready = expect.stringMatching(/^there READY=1 /);
	await expect.poll(lines).toContainEqual(ready);
	await next(/WATCHDOG=1$/);
});

test("what failed is tried again before the watchdog's time is over", async () => {
	const fails: Install = (program) => runs(program, "#!/bin/sh\nexit 1\n");
	const { warnings } = await watched(fails, 3_600_000);
	vi.useFakeTimers({ toFake: ["setTimeout"] });
	onTestFinished(() => void vi.useRealTimers());
	await vi.waitFor(() => expect(warnings).toHaveLength(1), 30_000);
	vi.advanceTimersByTime(15_000);
	await vi.waitFor(() => expect(warnings).toHaveLength(2), 30_000);
});

test("a watchdog that is another process's is not answered for, and nothing is inherited", () => {
	const environment = {
		NOTIFY_SOCKET: "s",
		WATCHDOG_USEC: "1",
		WATCHDOG_PID: "1",
	};
	expect(takeNotifyAddress(environment)?.watchdogMs).toBe(Infinity);
	expect(environment).toEqual({});
	expect(takeNotifyAddress({})).toBe(undefined);
});
