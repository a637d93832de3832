/** Whose log a data folder has: a server's own, or an edge's or a node's copy of another. */
import { type Config, ConfigError } from "./config.ts";
import type { Disk } from "./log/disk.ts";
import { isMarkedCopy } from "./log/evidence.ts";
import { Lock } from "./log/lock.ts";
import { segmentsOf } from "./log/reader.ts";
import { findSecret } from "./secret-file.ts";

type Owner = Pick<Config, "data" | "upstream" | "nats">;

/** Whether a server with these settings has a copy of another log. */
export const hasCopy = ({ upstream, nats }: Owner) =>
	upstream !== undefined || nats !== undefined;

/** Two servers must not go on with one log, nor one with the copy of another. Throws `ConfigError`. */
export async function checkOwner(
	disk: Disk,
	config: Owner,
	{ restored }: { readonly restored: boolean },
): Promise<void> {
	const { data: folder } = config;
	if ((await segmentsOf(disk, folder)).length === 0) return;
	const isCopy = await isMarkedCopy(disk, folder);
	if (!isCopy && hasCopy(config))
		throw new ConfigError(
			`PLUME_DATA: ${folder} has a server's own log, and an edge or a node needs a folder for its copy of another. Name an empty one.`,
		);
	if (isCopy && !hasCopy(config) && !restored)
		throw new ConfigError(
			`${folder} has a copy of a log with which an edge, a node or a stream on NATS goes on: is PLUME_UPSTREAM or PLUME_LOG missing? If that log is gone for good, start once with --restored, and this server takes its place.`,
		);
}

/**
 * Locks the data folder of a server that may go on with its log. Rejects like
 * `checkOwner` and `findSecret`: before the lock, so that nothing is made in the
 * folder, and a restore that holds the lock is named. A migrate that held it
 * may have marked the log meanwhile, so that is looked at once more.
 */
export async function lockOwned(
	disk: Disk,
	config: Owner & Pick<Config, "secret">,
	asked: { readonly restored: boolean },
): Promise<Lock> {
	await checkOwner(disk, config, asked);
	await findSecret(config, () => {});
	const lock = await Lock.acquire(config.data);
	try {
		await checkOwner(disk, config, asked);
		return lock;
	} catch (error) {
		await lock.release();
		throw error;
	}
}
