/**
 * The server's secret, in a file that only its owner may read. It keys every
 * MAC: without it nobody owns a name any more, so it is synced before it is used.
 */
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { PlumeEvent } from "../machines/events.ts";
import { type Config, ConfigError } from "./config.ts";
import type { State } from "./engine/state.ts";
import { DRAFT } from "./log/backup-mark.ts";
import { namesIn, realDisk, replaceFile } from "./log/disk.ts";
import { WrongCopy } from "./log/evidence.ts";
import type { Log } from "./log/log.ts";
import type { ServiceParts } from "./service.ts";

interface SecretParts extends Pick<ServiceParts, "config" | "secrets"> {
	readonly accepts: { readonly secret: boolean };
	readonly log: Pick<Log, "id" | "secret" | "committed" | "nameSecret">;
}
type ReadonlyNames = State["server"]["context"]["names"];

const LEAST_LENGTH = 16;
const LOST = "Without it nobody can log in under their name again";

type Given = Pick<Config, "secret" | "data">;

/** As `findSecret`, but makes a secret at the first start. */
export const readSecret = async (
	config: Given,
	warn: (message: string) => void,
): Promise<string> =>
	(await findSecret(config, warn)) ?? makeSecret(config.data);

/**
 * The configured secret, else the one in the data folder, if there is any.
 * Throws `ConfigError` if there is a log without a secret, and an error that
 * may pass if a restore or a cut has not ended.
 */
export async function findSecret(
	{ secret: given, data }: Given,
	warn: (message: string) => void,
): Promise<string | undefined> {
	const inDraft = await namesIn(realDisk, join(data, DRAFT));
	if (inDraft.includes("log"))
		throw new Error(
			`A plume restore or plume cut into ${data} is at work, or was broken off. If it was, remove ${join(data, DRAFT)} and type it again.`,
		);
	const path = join(data, "secret");
	const name = given === undefined ? path : "PLUME_SECRET";
	const secret = given ?? readCredential(path);
	const hasLog =
		(await hasFiles(data, "log")) || (await hasFiles(data, "snapshots"));
	if (!secret) {
		if (!hasLog) return undefined;
		const remedy = inDraft.includes("secret")
			? `a plume restore or plume cut was broken off just before its end, so type mv ${join(data, DRAFT, "secret")} ${path}`
			: "restore the file from a backup, or set PLUME_SECRET";
		throw new ConfigError(
			`${path} is missing or empty, but there is a log beside it. ${LOST}: ${remedy}.`,
		);
	}
	if (secret.length >= LEAST_LENGTH) return secret;
	const short = `${name} is too short for a secret: ${LEAST_LENGTH} characters are the least.`;
	if (!hasLog) throw new ConfigError(short);
	warn(`${short} It is used all the same, because there is a log.`);
	return secret;
}

/**
 * Throws `ConfigError` if the log names another secret; `WrongCopy` if it is an
 * edge's. A log that names none
 * gets this one's fingerprint: at once if that is safe, else as soon as someone
 * logs in whose name was claimed before. Call the answer, if there is one, with
 * each event that is logged.
 */
export function checkSecret(
	{ config, log, secrets, accepts }: SecretParts,
	names: ReadonlyNames,
): ((event: PlumeEvent) => void) | undefined {
	const mine = secrets.fingerprint(log.id);
	const { secret: found } = log;
	const isOurs = found === mine || accepts.secret || log.committed === 0;
	if (isOurs) {
		log.nameSecret(mine);
		return undefined;
	}
	const Kind = config.upstream ? WrongCopy : ConfigError;
	if (found !== undefined)
		throw new Kind(
			`${config.secret ? "PLUME_SECRET" : join(config.data, "secret")} is another secret (${mine}) than this log was written with (${found}). ${LOST}: restore it from a backup, or start with --accept-secret.`,
		);
	return (event) => {
		if (event.type !== "login.requested") return;
		const owner = names.get(event.nameKey);
		if (owner?.identity === event.identity) log.nameSecret(mine);
	};
}

async function makeSecret(folder: string): Promise<string> {
	await realDisk.makeFolder(folder);
	const secret = randomBytes(32).toString("base64url");
	await replaceFile(realDisk, folder, "secret", `${secret}\n`);
	return secret;
}

/** A secret in a file; undefined if there is no file. Throws `ConfigError` if it can't be read, so that it is not taken for missing. */
export function readCredential(path: string): string | undefined {
	try {
		return readFileSync(path, "utf8").trim() || undefined;
	} catch (error) {
		const { code } = Object(error);
		if (code === "ENOENT") return undefined;
		throw new ConfigError(
			`${path} cannot be read (${code}): make it a file that this user may read.`,
		);
	}
}

const hasFiles = async (data: string, folder: string) =>
	(await namesIn(realDisk, join(data, folder))).length > 0;
