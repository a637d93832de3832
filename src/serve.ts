/**
 * `plume serve`: chooses the adapters (disk, log, mail service, clock), starts
 * the service, and stops it at a signal.
 */
import { once } from "node:events";
import { join, resolve } from "node:path";
import { isatty } from "node:tty";
import { type Logger, pino } from "pino";
import { diskWithProgress } from "./cli/progress.ts";
import { systemClock } from "./clock.ts";
import { removeCopies } from "./cluster/copies.ts";
import { joinCluster } from "./cluster/join.ts";
import type { Config } from "./config.ts";
import { pooledRandom, Secrets } from "./engine/secrets.ts";
import { fatalEnd } from "./fatal-end.ts";
import { indexFiles } from "./history/index-files.ts";
import { type Disk, messageOf } from "./log/disk.ts";
import { unmarkCopy } from "./log/evidence.ts";
import { type FileLogOptions, openFileLog } from "./log/file-log.ts";
import { linger } from "./log/linger.ts";
import type { Log } from "./log/log.ts";
import { memoryDisk } from "./log/memory-disk.ts";
import { Snapshots } from "./log/snapshots.ts";
import { unsynced } from "./log/unsynced-disk.ts";
import { hasCopy, lockOwned } from "./log-owner.ts";
import type { Mailer } from "./mail/mailer.ts";
import { terminalMailer } from "./mail/terminal.ts";
import { mayEnterInWords } from "./operator/operations.ts";
import { type Output, openOutput } from "./output.ts";
import { SearchThread } from "./search/thread.ts";
import { readSecret } from "./secret-file.ts";
import { type ServiceParts, startService } from "./service.ts";
import { type NotifyAddress, notifier } from "./systemd/notifier.ts";

/** Whether stdout is a terminal. `process.stdout.isTTY` would open stdout a second time. */
const isTerminal = isatty(1);
const OWNER_MS = 1000;

/** What a process of `--edges` hears when the one that started it is gone. */
const PARENT_GONE = "disconnect";
const ENDS = ["SIGTERM", "SIGINT", "SIGHUP", PARENT_GONE];

/** Resolves with what ends this process, in a list. The one that started it may have gone before there were handlers. */
const firstEnd = async (): Promise<readonly unknown[]> =>
	process.connected === false
		? [PARENT_GONE]
		: Promise.race(ENDS.map((name) => once(process, name)));

interface Asked
	extends Pick<
		ServiceParts,
		"config" | "accepts" | "version" | "passed" | "hasQueue" | "readAgain"
	> {
	/** The configuration as it was read last. */
	readonly latest: () => Config;
	readonly notify: NotifyAddress | undefined;
	/** For how many edges there are copies of the log in the data folder, if the server that started this one has edges. */
	readonly edges?: number | undefined;
}

/** Runs the server until a signal stops it; `pages` is the folder of the built pages. */
export async function serve(asked: Asked, pages: string): Promise<void> {
	const { config } = asked;
	// SQLite makes its lock with a mode of its own.
	process.umask(0o077);
	const { output, logger } = await openLogger(config);
	const print = (line: string) => output.write(`${line}\n`);
	const fatal = fatalEnd(logger, output);
	const onFatal = fatal.begin;
	const whenStarted = endOf(logger, output);
	// A rejection that nobody handles is one, too.
	process.on("uncaughtException", onFatal);
	process.removeAllListeners("warning").on("warning", ({ name, message }) => {
		logger.warn({ warning: name }, message);
	});
	const { disk, done } = diskWithProgress(config.data);
	let cluster: Awaited<ReturnType<typeof joinCluster>>;
	const replicate =
		config.nats &&
		(async (bytes: Uint8Array) => {
			if (cluster && "replicate" in cluster) await cluster.replicate(bytes);
		});
	const { lock, ...opened } =
		config.log === "memory"
			? openMemory(config, logger)
			: await openFolder(asked, disk, logger, replicate);
	const { log } = opened;
	fatal.log = log;
	cluster = await joinCluster({
		...{ config, latest: asked.latest, version: asked.version },
		...{ secrets: opened.secrets, report: logger, onFatal },
	});
	const parts = {
		...{ ...asked, ...opened, report: logger, onFatal, cluster },
		mailer: await makeMailer(config, print),
		clockFrom: systemClock,
		searchStore: new SearchThread({
			folder: config.log !== "memory" ? join(config.data, "search") : undefined,
			clock: systemClock(),
		}),
	};
	const service = await startService(parts, pages).catch(async (error) => {
		// Without this, it could leave a file of the log that is empty.
		await fatal.settle();
		throw error;
	});
	done();
	const systemd = notifier({
		...{ address: asked.notify, log, cluster, people: service.people },
		warn: (message) => logger.warn(message),
	});
	systemd.ready();
	// Finds a lost lock even while nothing is written.
	const watch = setInterval(() => lock?.check(), OWNER_MS);
	const stopped = whenStarted();
	// Only after the handlers are set: its reader may stop us at once.
	logger.info({ ...described(service.url, asked, log) }, "listening");
	if (asked.passed)
		logger.info(
			"systemd passed the socket: PLUME_HOST and PLUME_PORT are not used",
		);
	if (isTerminal && !config.production)
		print(
			`\nPlume is at ${service.url}\nLogin codes appear here, until ENV=production mails them. Ctrl+C stops.\n`,
		);
	await stopped;
	systemd.stopping();
	await service.stop().catch(onFatal);
	clearInterval(watch);
	await lock?.release();
	logger.info("stopped");
	await output.drained();
	process.exit(0);
}

/** Ends this process at once while it starts, which may wait for long and has nothing to finish. Call what it returns after that: it resolves when the server is to stop. */
function endOf(logger: Logger, output: Output): () => Promise<void> {
	let isStarted = false;
	const ended = firstEnd().then(async ([signal = PARENT_GONE]) => {
		logger.info({ signal }, "stopping");
		if (isStarted) return;
		await output.drained();
		process.exit(0);
	});
	return () => {
		isStarted = true;
		return ended;
	};
}

/** The operational log: JSON for programs, or pretty on a terminal. */
async function openLogger({ node, warnings }: Config) {
	const shape = isTerminal ? await prettyShape() : String;
	const output = openOutput(1, (dropped) =>
		logger.warn(
			{ dropped },
			"lines of this log were dropped: nobody read them, or the disk was full",
		),
	);
	const logger = pino(
		{ base: node ? { node } : null },
		{ write: (line: string) => output.write(shape(line)) },
	);
	for (const warning of warnings) logger.warn(warning);
	return { output, logger };
}

/** Loaded only for a terminal: it takes 50 ms. */
async function prettyShape() {
	const { prettyFactory } = await import("pino-pretty");
	return prettyFactory({ singleLine: true });
}

/** The fields that tell an operator at a glance whether this is the server that was meant. */
function described(url: string, { config, version }: Asked, log: Log) {
	const { data, mail, allow, trustProxy } = config;
	return {
		url,
		version,
		data: config.log === "memory" ? "memory" : resolve(data),
		events: log.committed,
		// Verified in the background; the server stops if they are damaged.
		unverified: log.unverified,
		mail: mail.kind,
		allow: mayEnterInWords(allow),
		proxies: trustProxy.map((block) => block.join("/")).join(", ") || "none",
	};
}

function openMemory({ secret }: Config, logger: Logger) {
	logger.warn("PLUME_LOG=memory: everything is forgotten at the next stop");
	const random = pooledRandom();
	const fresh = Buffer.from(random(32)).toString("base64url");
	const secrets = new Secrets(secret ?? fresh, random);
	const log = openFileLog({
		...{ disk: memoryDisk(), folder: "" },
		...{ clock: systemClock(), ids: () => secrets.id() },
	});
	return { secrets, log, snapshots: undefined, lock: undefined };
}

/** Opens the data folder: its lock, secret, log, snapshots and caches. */
async function openFolder(
	asked: Asked,
	real: Disk,
	logger: Logger,
	replicate: FileLogOptions["replicate"],
) {
	const { config, accepts } = asked;
	const folder = config.data;
	// A mirror gets what it lacks anew.
	const isMirror = hasCopy(config);
	const fate = isMirror ? "is fetched anew" : "saved";
	const fsync = config.fsync === "on" && !isMirror;
	const lock = await lockOwned(real, config, accepts);
	const secret = await readSecret(config, (message) => logger.warn(message));
	const secrets = new Secrets(secret, pooledRandom());
	if (!fsync && !isMirror)
		logger.warn(
			"PLUME_FSYNC=off: a power cut may lose what people have seen already",
		);
	const disk = fsync ? real : unsynced(real);
	const log = openFileLog({
		disk,
		folder,
		clock: systemClock(),
		ids: () => secrets.id(),
		linger,
		lock,
		...(replicate && { replicate }),
		...{ acceptMissing: accepts.missing, isMirror, isUnsynced: !fsync },
		refuseBackup: !accepts.missing && !accepts.restored,
		warn: ({ message }) => isMirror || logger.warn(message),
		onTorn: (torn) =>
			logger.warn({ ...torn }, `a torn tail was cut off and ${fate}`),
	});
	const cache = (name: string) => ({
		disk,
		folder,
		warn: (error: Error) =>
			logger.warn({ error: error.message }, `${name} are left aside`),
	});
	const snapshots = isMirror
		? undefined
		: new Snapshots({ ...cache("snapshots"), fsync });
	const indexes = indexFiles(cache("indexes"));
	const known = cache("known networks");
	const own = {
		...cache("what is people's own"),
		...{ disk: unsynced(real), folder: join(folder, "people") },
	};
	const onOwn = async () => {
		await log.removeEvidence();
		if (!isMirror) await unmarkCopy(real, folder);
		const { edges = isMirror || config.sequencer ? Infinity : 0 } = asked;
		const warn = (error: unknown) =>
			logger.warn(
				{ error: messageOf(error) },
				"the copy of an edge that runs no more is left",
			);
		await removeCopies(real, folder, edges, warn).catch(warn);
	};
	return { lock, secrets, log, snapshots, indexes, known, own, onOwn };
}

/** Loads only the mailer that is configured. */
export async function makeMailer(
	{ mail, limits }: Config,
	print: (line: string) => void,
): Promise<Mailer> {
	const timeoutMs = limits.mailTimeoutSeconds * 1000;
	const clock = systemClock();
	switch (mail.kind) {
		case "mailgun": {
			const { mailgunMailer } = await import("./mail/mailgun.ts");
			return mailgunMailer({ ...mail, timeoutMs });
		}
		case "smtp": {
			const { smtpMailer } = await import("./mail/smtp.ts");
			return smtpMailer(mail);
		}
		case "terminal":
			return terminalMailer({ print, pretty: isTerminal, clock });
	}
}
