/**
 * The server's secret, in a file that only its owner may read. It keys every
 * MAC: whoever loses it orphans every name, so it is synced before it is used.
 */
import { randomBytes } from "node:crypto";
import { mkdir, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { ConfigError } from "./config.ts";

const LEAST_LENGTH = 16;

/** Reads the secret, or makes it at the first start. Throws `ConfigError` if it is too short to be one. */
export async function readSecret(folder: string): Promise<string> {
	const path = join(folder, "secret");
	const found = await readFile(path, "utf8").catch(whenMissing);
	if (found === undefined) return makeSecret(folder, path);
	const secret = found.trim();
	if (secret.length >= LEAST_LENGTH) return secret;
	throw new ConfigError(
		`The file ${path} is too short to be a secret. Restore it from a backup: without it nobody can log in under their name again.`,
	);
}

async function makeSecret(folder: string, path: string): Promise<string> {
	await mkdir(folder, { recursive: true, mode: 0o700 });
	const secret = randomBytes(32).toString("base64url");
	const file = await open(path, "wx", 0o600);
	await file.writeFile(`${secret}\n`);
	await file.sync();
	await file.close();
	const parent = await open(folder);
	await parent.sync();
	await parent.close();
	return secret;
}

function whenMissing(error: NodeJS.ErrnoException): undefined {
	if (error.code !== "ENOENT") throw error;
	return undefined;
}
