#!/usr/bin/env node
/**
 * Where everything is put together: the only file that reads the environment
 * and names the concrete disk, log, mail service and clock.
 */
import { randomBytes, randomFillSync } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type Logger, pino } from "pino";
import pretty from "pino-pretty";
import { IndexFiles } from "./archive/index-files.ts";
import { type Command, parseCommand } from "./cli/arguments.ts";
import { helpText } from "./cli/help.ts";
import type { LogCommand } from "./cli/log-arguments.ts";
import { watched } from "./cli/progress.ts";
import { readLog } from "./cli/read.ts";
import { systemClock } from "./clock.ts";
import { type Config, ConfigError, readConfig } from "./config.ts";
import { Secrets } from "./engine/secrets.ts";
import { type Disk, realDisk } from "./log/disk.ts";
import { openFileLog } from "./log/file-log.ts";
import { linger } from "./log/linger.ts";
import { Lock } from "./log/lock.ts";
import { memoryLog } from "./log/memory-log.ts";
import { logFolder } from "./log/reader.ts";
import { Snapshots } from "./log/snapshots.ts";
import { unsynced } from "./log/unsynced-disk.ts";
import type { Mailer } from "./mail/mailer.ts";
import { mailgunMailer } from "./mail/mailgun.ts";
import { smtpMailer } from "./mail/smtp.ts";
import { terminalMailer } from "./mail/terminal.ts";
import { readSecret } from "./secret-file.ts";
import { startService } from "./service.ts";
import { openTheatre, readInThread } from "./travel/theatre.ts";

const VERSION = "1.0.0";
/** How often a log that is followed is looked at. */
const FOLLOW_MS = 250;
const PAGES = fileURLToPath(new URL("../static", import.meta.url));

const isTerminal = process.stdout.isTTY === true;
const print = (line: string) => process.stdout.write(`${line}\n`);
const warn = (line: string) => process.stderr.write(`${line}\n`);
const draw = (text: string) => process.stderr.write(text);

async function main(): Promise<number | undefined> {
	const command = parseCommand(process.argv.slice(2), process.env);
	switch (command.name) {
		case "help":
			print(helpText(command.of));
			return 0;
		case "version":
			print(VERSION);
			return 0;
		case "serve":
			await serve(command);
			return undefined;
		default:
			return read(command);
	}
}

/** A command that only reads a log. */
function read(command: LogCommand): Promise<number> {
	const { stdin, stdout, env } = process;
	// Whoever reads our lines may have seen enough of them.
	stdout.once("error", ({ code }: NodeJS.ErrnoException) =>
		process.exit(code === "EPIPE" ? 0 : 1),
	);
	const data = env.PLUME_DATA || env.STATE_DIRECTORY || "data";
	const { disk, done } = shown(command.source ?? data);
	const parts = {
		...{ data, disk, stdin, warn, show },
		print(line: string) {
			done();
			print(line);
		},
	};
	return readLog(command, parts, untilStopped());
}

/** A page over a log, with a new token. */
async function show(place: string) {
	const { ask, end } = readInThread(place);
	const token = randomBytes(16).toString("base64url");
	const { link, close } = await openTheatre({ pages: PAGES, token, ask });
	return {
		link,
		close() {
			close();
			end();
		},
	};
}

/** Pauses that answer whether to go on; from the first of them on, Ctrl+C says no. */
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

async function serve({
	environment,
	acceptClock,
}: Extract<Command, { name: "serve" }>): Promise<void> {
	const config = readConfig(environment, credential);
	const logger = isTerminal
		? pino({ base: null }, pretty({ singleLine: true, sync: true }))
		: pino({ base: null }, pino.destination({ sync: true }));
	const onFatal = (error: Error) => {
		logger.fatal({ error: error.message }, "stopping at once");
		process.exit(1);
	};
	process.on("uncaughtException", onFatal);
	const lock = config.log === "file" ? await Lock.take(config.data) : undefined;
	const random = pooledRandom();
	const secret = config.secret ?? (await secretFor(config, random));
	const secrets = new Secrets(secret, random);
	const { disk, done } = shown(config.data);
	const service = await startService(
		{
			config,
			...openLog(config, disk, secrets, logger),
			mailer: makeMailer(config),
			secrets,
			clockFrom: systemClock,
			acceptClock,
			version: VERSION,
			report: logger,
			onFatal,
		},
		PAGES,
	);
	done();
	logger.info({ url: service.url }, "listening");
	if (isTerminal && !config.production)
		print(
			`\nPlume is at ${service.url}\nLogin codes appear here, until ENV=production mails them. Ctrl+C stops.\n`,
		);
	const stop = async (signal: NodeJS.Signals) => {
		logger.info({ signal }, "stopping");
		await service.stop();
		await lock?.release();
		logger.info("stopped");
		process.exit(0);
	};
	for (const signal of ["SIGTERM", "SIGINT"] as const)
		process.once(signal, () => {
			stop(signal).catch(onFatal);
		});
}

/** The disk, and on a terminal a bar while a data folder's log is read from it. */
function shown(place: string) {
	if (process.stderr.isTTY !== true) return { disk: realDisk, done() {} };
	const folder = logFolder(place);
	const files = existsSync(folder)
		? readdirSync(folder)
				.sort()
				.map((name) => {
					const path = join(folder, name);
					return { path, size: statSync(path).size };
				})
		: [];
	const now = () => performance.now();
	const { read, done } = watched({ read: realDisk.read, files, draw, now });
	return { disk: { ...realDisk, read }, done };
}

/** The log, and the snapshots of what it comes to. */
function openLog(config: Config, real: Disk, secrets: Secrets, logger: Logger) {
	if (config.log === "memory") {
		logger.warn("PLUME_LOG=memory: everything is forgotten at the next stop");
		return {
			log: memoryLog({ id: secrets.id(), clock: systemClock() }),
			snapshots: undefined,
		};
	}
	if (!config.fsync)
		logger.warn(
			"PLUME_FSYNC=off: a power cut may lose what people have seen already",
		);
	const disk = config.fsync ? real : unsynced(real);
	const folder = config.data;
	const log = openFileLog({
		disk,
		folder,
		clock: systemClock(),
		ids: () => secrets.id(),
		linger,
		onTorn: (torn) =>
			logger.warn({ ...torn }, "a torn tail was cut off and saved"),
	});
	const cache = (name: string) => ({
		disk,
		folder,
		warn: (error: Error) =>
			logger.warn({ error: error.message }, `${name} are left aside`),
	});
	const snapshots = new Snapshots(cache("snapshots"));
	return { log, snapshots, indexes: new IndexFiles(cache("indexes")) };
}

function makeMailer({ mail, limits }: Config): Mailer {
	switch (mail.kind) {
		case "mailgun":
			return mailgunMailer({
				...mail,
				timeoutMs: limits.mailTimeoutSeconds * 1000,
			});
		case "smtp":
			return smtpMailer(mail);
		case "terminal":
			return terminalMailer({
				print,
				pretty: isTerminal,
				clock: systemClock(),
			});
	}
}

async function secretFor(
	{ log, data }: Config,
	random: (size: number) => Uint8Array,
): Promise<string> {
	return log === "file"
		? readSecret(data)
		: Buffer.from(random(32)).toString("base64url");
}

/** systemd hands secrets over in files that only this service can read. */
function credential(name: string): string | undefined {
	const folder = process.env.CREDENTIALS_DIRECTORY;
	if (!folder) return undefined;
	try {
		return readFileSync(join(folder, name), "utf8").trim();
	} catch {
		return undefined;
	}
}

/** The system's random bytes, fetched a page at a time: each message takes sixteen. */
function pooledRandom(): (size: number) => Uint8Array {
	const pool = Buffer.alloc(4096);
	let next = pool.length;
	return (size) => {
		if (next + size > pool.length) {
			randomFillSync(pool);
			next = 0;
		}
		next += size;
		return Uint8Array.from(pool.subarray(next - size, next));
	};
}

main().then(
	(code) => {
		if (code !== undefined) process.exitCode = code;
	},
	(error: unknown) => {
		warn(`plume: ${error instanceof Error ? error.message : error}`);
		// At once: a server that could not start may have timers running.
		process.exit(error instanceof ConfigError ? 2 : 1);
	},
);
