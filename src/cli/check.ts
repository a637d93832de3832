/**
 * `plume check`: would a start succeed? It checks all that a start needs, and
 * prints a line for each. It writes nothing and sends no mail.
 */
import { once } from "node:events";
import { constants, existsSync } from "node:fs";
import { access, stat, statfs } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { dirname, join, resolve } from "node:path";
import { clockIsBehind } from "../clock.ts";
import { Link } from "../cluster/link.ts";
import type { NatsSettings } from "../cluster/nats-settings.ts";
import { Seal, WrongSecret } from "../cluster/seal.ts";
import {
	type Config,
	ConfigError,
	type Environment,
	readConfig,
} from "../config.ts";
import { fold } from "../engine/fold.ts";
import { Secrets } from "../engine/secrets.ts";
import { State } from "../engine/state.ts";
import { DRAFT } from "../log/backup-mark.ts";
import {
	assertLeads,
	codeOf,
	messageOf,
	namesIn,
	realDisk,
} from "../log/disk.ts";
import { Evidence } from "../log/evidence.ts";
import { checkUnlocked, Locked } from "../log/lock.ts";
import { segmentsOf } from "../log/reader.ts";
import { Verifier } from "../log/verifier.ts";
import { checkOwner, hasCopy } from "../log-owner.ts";
import { checkPlace } from "../operator/local-socket.ts";
import { checkSecret, findSecret } from "../secret-file.ts";
import { makeMailer } from "../serve.ts";
import { loadEnvironment } from "../settings-file.ts";
import type { Address, LocalPath } from "../transport/listen.ts";
import { type ErrorCode, exitCodeOf, explained } from "./start-error.ts";

type ExitCode = 0 | ErrorCode;
const { R_OK, W_OK, X_OK } = constants;
const SILENT_MS = 1000;

/** What is looked at, and a function that says that it is well, or throws what is wrong and what to do. */
export type Check = readonly [
	what: string,
	examine: () => string | Promise<string>,
];

export interface Asked {
	readonly environment: Environment;
	readonly credential: (name: string) => string | undefined;
	readonly print: (line: string) => void;
}

/** Returns the exit code that a start would have, which is that of the first failure. */
export const check = (asked: Asked): Promise<ExitCode> =>
	reportAll(asked, (config) => startChecks(config, asked.print));

/** Prints a line for each check, the settings first. Returns the exit code of the first failure. */
export async function reportAll(
	{ environment, credential, print }: Asked,
	checksOf: (config: Config) => readonly Check[],
): Promise<ExitCode> {
	let code: ExitCode = 0;
	async function report([what, examine]: Check) {
		try {
			print(`${what}: ok, ${await examine()}`);
		} catch (thrown) {
			const error = explained(thrown);
			const bad = exitCodeOf(error);
			code ||= what === "log" && bad === 1 ? 3 : bad;
			print(`${what}: ${messageOf(error)}`);
		}
	}
	let config: Config | undefined;
	const readSettings = () => {
		config = readConfig(loadEnvironment(environment), credential);
		const but = config.warnings.join(" ");
		return but ? `but ${but}` : "all are known and make sense";
	};
	await report(["settings", readSettings]);
	for (const each of config ? checksOf(config) : []) await report(each);
	return code;
}

/** What a start needs beside its settings. A folder that is in use is well if a server may run `beside`. */
export function startChecks(
	config: Config,
	print: (line: string) => void,
	beside = false,
): readonly Check[] {
	const { log, nats, mail, limits, upstream } = config;
	const verifier = new Verifier();
	let state = State.initial(verifier);
	const folder: Check = ["folder", () => folderIsFree(config, beside)];
	const ofTheLog: readonly Check[] = [
		[
			"log",
			async () => {
				state = await stateOf(config, verifier);
				return logInWords(config, verifier);
			},
		],
		[
			"clock",
			() => {
				const why = clockIsBehind(state.time, Date.now());
				if (why) throw new Error(why);
				return "it is not behind the log";
			},
		],
		["secret", () => secretFits(config, verifier, state)],
	];
	const ofTheMail: Check = [
		"mail",
		async () => {
			const mailer = await makeMailer(config, print);
			const timeoutMs = limits.mailTimeoutSeconds * 1000;
			await mailer.check?.(AbortSignal.timeout(timeoutMs));
			return mail.kind === "terminal"
				? "codes are printed, as ENV is not production. If the server mails them, give its settings"
				: "it lets us in";
		},
	];
	return [
		...(log === "memory" ? [] : [folder]),
		...(log === "file" ? ofTheLog : []),
		// plume doctor looks closer.
		...(nats && !beside ? [["nats", () => streamFits(nats)] as const] : []),
		...(upstream
			? [["sequencer", () => answers(upstream, config)] as const]
			: []),
		...socketChecks(config, beside),
		ofTheMail,
	];
}

async function streamFits(nats: NatsSettings): Promise<string> {
	const { examineStream } = await import("../cluster/nats-doctor.ts");
	return examineStream(nats, false);
}

async function answers(
	upstream: Address | LocalPath,
	config: Config,
): Promise<string> {
	const secret = await findSecret(config, () => {}).catch(() => undefined);
	const socket = connect(upstream);
	await once(socket, "connect").catch((error: unknown) => {
		// Where a name has several addresses, the error has no message.
		const why = messageOf(error) || codeOf(error);
		throw new Error(
			`PLUME_UPSTREAM: ${why}. Start the sequencer: an edge waits for it.`,
		);
	});
	if (secret && !(await hasSameSecret(socket, secret)))
		throw new Error(
			"PLUME_UPSTREAM: the sequencer has another PLUME_SECRET. Give this edge the sequencer's: until then it waits.",
		);
	socket.destroy();
	return "it is there";
}

/** An older sequencer says nothing before it is greeted. */
function hasSameSecret(socket: Socket, secret: string): Promise<boolean> {
	const seal = new Seal(new Secrets(secret, () => new Uint8Array(16)));
	socket.setTimeout(SILENT_MS, () => socket.destroy());
	return new Promise((resolve) => {
		new Link(socket, seal, {
			onMessage: () => resolve(true),
			onClose: (error) => resolve(!(error instanceof WrongSecret)),
		});
	});
}

/** Unix sockets outside of the data folder, which has a check of its own. */
function socketChecks(
	{ data, socket, sequencer }: Config,
	beside: boolean,
): readonly Check[] {
	const sockets = [
		["PLUME_SOCKET", socket],
		["PLUME_SEQUENCER", sequencer && "path" in sequencer && sequencer.path],
	] as const;
	return sockets.flatMap(([setting, path]): readonly Check[] => {
		if (!path || dirname(resolve(path)) === resolve(data)) return [];
		const examine = async () => {
			const isUsed = await checkPlace(path, setting, beside);
			return `${path} ${isUsed ? "is in use" : "can be made"}`;
		};
		return [["socket", examine]];
	});
}

async function folderIsFree(config: Config, beside: boolean): Promise<string> {
	const { data: folder } = config;
	if (!existsSync(folder)) {
		let above = resolve(folder);
		for (; !existsSync(above); above = dirname(above)) assertLeads(above);
		await access(above, W_OK | X_OK).catch((error: unknown) => {
			if (codeOf(error) !== "EACCES") throw error;
			throw new ConfigError(
				`PLUME_DATA: ${folder} is not there, or this user may not see it, and can't make it. Type it as root, or as the user that runs Plume; if this is that user, make the folder as root, and give it to them.`,
			);
		});
		await assertRoom(above);
		return `${folder} will be made`;
	}
	await namesIn(realDisk, folder);
	await access(folder, R_OK | W_OK | X_OK);
	await assertRoom(folder);
	await checkOwner(realDisk, config, { restored: false });
	const { uid } = await stat(folder);
	const words = `${folder} is writable, belongs to user ${uid} and`;
	try {
		await checkUnlocked(folder);
		return `${words} is not in use`;
	} catch (error) {
		if (!beside || !(error instanceof Locked)) throw error;
		return `${words} is in use by process ${error.pid}`;
	}
}

/** Rejects as a write there would, if the disk is full. Some file systems count no blocks, or no files. */
async function assertRoom(folder: string): Promise<void> {
	const { blocks, bavail, files, ffree } = await statfs(folder);
	if ((blocks > 0 && bavail === 0) || (files > 0 && ffree === 0))
		throw Object.assign(new Error("no room"), { code: "ENOSPC" });
}

async function stateOf(config: Config, verifier: Verifier) {
	const { data: folder } = config;
	const evidence = await Evidence.in({
		...{ disk: realDisk, folder, refuseBackup: true },
		...{ isMirror: hasCopy(config), isUnsynced: config.fsync !== "on" },
	});
	const batches = evidence.read(await segmentsOf(realDisk, folder), verifier);
	return (await fold(State.initial(verifier), batches)).state;
}

function logInWords(
	{ data, upstream }: Config,
	{ seq, torn, id }: Verifier,
): string {
	if (!id && !torn && !upstream)
		// The check of the secret says why.
		return existsSync(join(data, DRAFT, "log"))
			? "none is there yet"
			: "none is there, so a first start begins a new chat. If there should be one, see what PLUME_DATA names, and whether its disk is mounted";
	return `${seq} events${torn ? `, and a torn tail that a start cuts off: ${torn.message}` : ""}`;
}

async function secretFits(config: Config, verifier: Verifier, state: State) {
	const warnings: string[] = [];
	const secret = await findSecret(config, (words) => warnings.push(words));
	if (!secret) return "it will be made";
	if (!verifier.id) return "it is there";
	const secrets = new Secrets(secret, () => new Uint8Array(16));
	const { id, secret: named, seq } = verifier;
	const log = { id, secret: named, committed: seq, nameSecret() {} };
	const { names } = state.server.context;
	checkSecret({ config, secrets, accepts: { secret: false }, log }, names);
	return `fingerprint ${secrets.fingerprint(id)}${named ? "" : ", which the log does not name yet"}. ${warnings.join(" ")}`.trim();
}
