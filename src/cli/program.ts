/**
 * Dispatches the command line to its command, and loads no more than that
 * needs. No other file reads the environment.
 */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { ManyCores } from "../cluster/many-cores.ts";
import { ConfigError, dataFolder, natsAt, readConfig } from "../config.ts";
import type { LogParts as OpenedLog } from "../inspector/log-timeline.ts";
import { Lock } from "../log/lock.ts";
import { readCredential } from "../secret-file.ts";
import { loadEnvironment } from "../settings-file.ts";
import { takeNotifyAddress } from "../systemd/notifier.ts";
import { takePassedSocket } from "../systemd/passed-socket.ts";
import { VERSION } from "../version.ts";
import {
	loadReader,
	parseCommand,
	type ReadCommand,
	type ServeCommand,
} from "./arguments.ts";
import { helpText } from "./help.ts";
import { diskWithProgress } from "./progress.ts";
import { exitCodeOf, explained, wordsOf } from "./start-error.ts";

/** How often `--follow` looks for new events. */
const FOLLOW_MS = 250;
const isAccept = /^--(accept-\w+|restored)$/;
const PAGES = fileURLToPath(new URL("../../static", import.meta.url));

// By default SIGUSR1 opens Node's debugger, which can read everything.
process.on("SIGUSR1", () => {});
// The program goes on when nobody reads stderr.
process.stderr.on("error", () => {});

const print = (line: string) => process.stdout.write(`${line}\n`);
const warn = (line: string) => process.stderr.write(`${line}\n`);

async function main(): Promise<number | undefined> {
	// Before the environment is copied: what we start hears nothing of either.
	const systemd = {
		passed: takePassedSocket(process.env),
		notify: takeNotifyAddress(process.env),
	};
	const command = parseCommand(process.argv.slice(2), process.env);
	// The server writes past this stream, and goes on without a reader.
	if (command.name !== "serve")
		process.stdout.once("error", (error) =>
			endUnread(error, command.name === "backup"),
		);
	switch (command.name) {
		case "help":
			print(helpText(command.of));
			return 0;
		case "version":
			print(VERSION);
			return 0;
		case "serve":
			return serve(command, systemd).catch((error: unknown) => {
				throw explained(error);
			});
		case "check": {
			const { check } = await import("./check.ts");
			return check({ ...command, credential, print });
		}
		case "doctor": {
			const { doctor } = await import("./doctor.ts");
			return doctor({ ...command, credential, print });
		}
		case "operate": {
			const { operate } = await import("./operate.ts");
			const environment = loadEnvironment(process.env);
			return operate(command, environment, print);
		}
		default:
			return read(command);
	}
}

/** Runs the server until a signal stops it. */
async function serve(
	{ environment, accepts }: ServeCommand,
	systemd: Pick<ManyCores, "passed" | "notify">,
): Promise<number | undefined> {
	const readNow = () => readConfig(loadEnvironment(environment), credential);
	const config = readNow();
	let latest = config;
	const readAgain = () => {
		latest = readNow();
		return latest;
	};
	if (config.edges > 0) {
		const { serveManyCores } = await import("../cluster/many-cores.ts");
		const loaded = loadEnvironment(environment);
		const flags = process.argv.filter((flag) => isAccept.test(flag));
		const all = { config, environment, loaded, warn, accepts: flags };
		return serveManyCores({ ...all, ...systemd });
	}
	const asked = { accepts, version: VERSION, ...systemd, readAgain, config };
	const { passed } = systemd;
	const { OTHERS_LISTEN, EDGES_HERE } = process.env;
	const hasQueue = passed !== undefined || OTHERS_LISTEN === "yes";
	const edges = EDGES_HERE === undefined ? undefined : Number(EDGES_HERE);
	const more = { latest: () => latest, hasQueue, edges };
	const server = await import("../serve.ts");
	await server.serve({ ...asked, ...more }, PAGES);
	return undefined;
}

/** Runs a command that works on a log. */
async function read({ name, args }: ReadCommand): Promise<number> {
	const { parse } = await loadReader[name]();
	const { source, run } = parse(args);
	const environment = loadEnvironment(process.env);
	const data = dataFolder(environment);
	const { disk, done } = diskWithProgress(source ?? data);
	const parts = {
		...{ data, disk, stdin: process.stdin },
		...{ warn, show, write, pause: untilStopped() },
		secret: () =>
			credential("PLUME_SECRET") ?? (environment.PLUME_SECRET || undefined),
		nats: (address: string) => natsAt(address, environment),
		lock: (folder: string) => Lock.acquire(folder),
		print(line: string) {
			done();
			print(line);
		},
	};
	return run(parts);
}

/** Serves a page over a log. */
async function show(log: OpenedLog) {
	const { openReplayServer } = await import("../inspector/replay-server.ts");
	return openReplayServer(log, PAGES);
}

/** Makes a pause that answers whether to go on. After the first call, Ctrl+C makes it answer false. */
function untilStopped(): () => Promise<boolean> {
	let stopping: AbortController | undefined;
	return () => {
		stopping ??= abortedBySignal();
		const { signal } = stopping;
		return sleep(FOLLOW_MS, true, { signal }).catch(() => false);
	};
}

function abortedBySignal(): AbortController {
	const controller = new AbortController();
	for (const signal of ["SIGTERM", "SIGINT"] as const)
		process.once(signal, () => controller.abort());
	return controller;
}

/** Ends the program when the reader of its lines is gone, as after `| head`, or when they can't be written. Only a backup must be read to its end. */
function endUnread(
	{ code, message }: NodeJS.ErrnoException,
	mustBeRead: boolean,
) {
	const isWell = code === "EPIPE" && !mustBeRead;
	if (!isWell) warn(`plume: standard output: ${message}`);
	process.exit(isWell ? 0 : 1);
}

/** Writes bytes to standard output. */
async function write(bytes: Uint8Array): Promise<void> {
	if (process.stdout.isTTY)
		throw new ConfigError(
			"A tar is nothing for a terminal: umask 077; plume backup - > FILE, or name a folder.",
		);
	await new Promise<void>((resolve, reject) =>
		process.stdout.write(bytes, (error) => (error ? reject(error) : resolve())),
	);
}

/** systemd passes secrets in files that only this service can read. */
function credential(name: string): string | undefined {
	const folder = process.env.CREDENTIALS_DIRECTORY;
	return folder ? readCredential(join(folder, name)) : undefined;
}

main().then(
	(code) => {
		if (code !== undefined) process.exitCode = code;
	},
	(error: unknown) => {
		warn(`plume: ${wordsOf(error)}`);
		// A server that could not start may have timers running.
		process.exit(exitCodeOf(error));
	},
);
