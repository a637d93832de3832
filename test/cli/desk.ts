/** A server whose log is on a simulated disk, and the command line before the same disk. */
import { loadReader, parseCommand } from "../../src/cli/arguments.ts";
import type { CommandContext } from "../../src/cli/source.ts";
import { ConfigError, natsAt } from "../../src/config.ts";
import type { Reporter } from "../../src/engine/parts.ts";
import type { LogParts as OpenedLog } from "../../src/inspector/log-timeline.ts";
import { openFileLog } from "../../src/log/file-log.ts";
import { Snapshots } from "../../src/log/snapshots.ts";
import { FakeClock } from "../fakes/clock.ts";
import { FakeDisk } from "../fakes/disk.ts";
import { TestServer } from "../test-server.ts";

export interface Answer {
	readonly code: number;
	/** Everything that it printed, line by line. */
	readonly lines: readonly string[];
}

export interface DeskOptions {
	/** Events between two checkpoints. */
	readonly every?: number;
	readonly segmentBytes?: number;
	readonly report?: Reporter;
}

export async function openDesk({
	every = 10_000,
	segmentBytes = 100_000,
	report,
}: DeskOptions = {}) {
	const disk = new FakeDisk();
	const clock = new FakeClock();
	const folder = "data";
	const ids = () => "abcdefghijklmnopqrstuv";
	const log = openFileLog({ disk, folder, clock, ids, segmentBytes });
	const warn = () => {};
	const snapshots = new Snapshots({ disk, folder, every, warn });
	const testServer = await TestServer.open({
		...{ log, snapshots, clock },
		...(report && { report }),
	});
	return { disk, clock, testServer };
}

/** Runs `plume` with these arguments on the disk's log. */
export async function plume(
	disk: FakeDisk,
	args: readonly string[],
	pause: (lines: readonly string[]) => Promise<boolean> = async () => false,
	others: Partial<CommandContext> = {},
): Promise<Answer> {
	const lines: string[] = [];
	const print = (line: string) => lines.push(...line.split("\n"));
	const stdin = (async function* () {
		for (const [path, bytes] of disk.files)
			if (path.startsWith("data/log/")) yield bytes;
	})();
	const show = async ({ folder }: OpenedLog) => ({
		link: `a page over ${folder}`,
		close() {},
	});
	const parts = {
		...{ data: "data", disk, stdin, print, warn: print, show },
		pause: () => pause(lines),
		write: async () => {},
		secret: () => undefined,
		nats: (address: string) => natsAt(address, {}),
		lock: async () => ({ release: async () => {} }),
		...others,
	};
	try {
		const command = parseCommand(args, {});
		if (!("args" in command)) throw new Error("it reads no log");
		const { parse } = await loadReader[command.name]();
		const code = await parse(command.args).run(parts);
		return { code, lines };
	} catch (error) {
		if (!(error instanceof ConfigError)) throw error;
		return { code: 2, lines: [error.message] };
	}
}
