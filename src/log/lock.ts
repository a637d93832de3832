/**
 * Ensures that one server uses a data folder, or one command that writes it.
 * The `lock` file names its process; a second one refuses and names the first.
 *
 * If there is a `flock` program, the kernel holds the lock: the program locks
 * our open file and exits, and the lock lasts until we close the file or die.
 * That works across containers.
 *
 * Without `flock` the file itself is the lock. A dead process's file is
 * replaced, and if several processes try that at once, exactly one succeeds.
 * Only processes of the same machine and container see that lock.
 */
import { spawnSync } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import {
	closeSync,
	constants,
	ftruncateSync,
	openSync,
	readFileSync,
	writeSync,
} from "node:fs";
import {
	link,
	readFile,
	rm,
	stat as statOf,
	writeFile,
} from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { codeOf, isSameFile, messageOf, notOurs, realDisk } from "./disk.ts";

/** The fields of a lock's content that other processes read. Old locks name no folder. */
const HOLDER =
	/^\{"pid":([1-9]\d*),"started":"([^"/]*)\/?([^"]*)"(?:.*"folder":"([^"]*)")?/;
const BY_KERNEL = `"by":"flock"`;
const FLAGS = constants.O_RDWR | constants.O_CREAT;

/** A running process holds the folder's lock. */
export class Locked extends Error {
	readonly pid: number;

	constructor(folder: string, content: string) {
		const pid = Number(HOLDER.exec(content)?.[1] ?? 0);
		const holder = pid
			? `process ${pid}`
			: `another process; its lock says: ${content}`;
		const suggestion = content.includes(BY_KERNEL)
			? "Stop it first, or choose another folder."
			: `If it has ended, remove ${join(folder, "lock")}.`;
		super(`${folder} is in use by ${holder}. ${suggestion}`);
		this.name = "Locked";
		this.pid = pid;
	}
}

export class Lock {
	readonly #path: string;
	readonly #fd: number;

	/** Locks a data folder, made if it does not exist. Rejects with `Locked` if it is in use. */
	static async acquire(folder: string): Promise<Lock> {
		await realDisk.makeFolder(folder);
		const path = join(folder, "lock");
		const owner = {
			pid: process.pid,
			started: await startOf(process.pid),
			nonce: randomUUID(),
			host: hostname(),
			folder: await idOf(folder),
		};
		for (;;) {
			const fd = openSync(path, FLAGS, 0o600);
			try {
				const isLocked = lockedByKernel(fd);
				const content = readFileSync(path, "utf8");
				// Another process released and removed it in the meantime.
				if (isLocked !== undefined && !isSameFile(path, fd)) {
					closeSync(fd);
					continue;
				}
				if (isLocked !== undefined) await assertFree(folder, content, isLocked);
				if (isLocked) {
					ftruncateSync(fd);
					writeSync(fd, JSON.stringify({ ...owner, by: "flock" }), 0);
					return new Lock(path, fd);
				}
			} catch (error) {
				closeSync(fd);
				if (codeOf(error) === "ENOENT") continue;
				throw error;
			}
			closeSync(fd);
			return new Lock(path, await linkLock(path, folder, owner));
		}
	}

	constructor(path: string, fd: number) {
		this.#path = path;
		this.#fd = fd;
	}

	/** Throws if the folder or its lock file was replaced. */
	check(): void {
		if (!isSameFile(this.#path, this.#fd)) throw notOurs(this.#path);
	}

	async release(): Promise<void> {
		if (isSameFile(this.#path, this.#fd)) await rm(this.#path);
		closeSync(this.#fd);
	}
}

/** Rejects with `Locked` if a folder is in use. The kernel's lock is acquired and released at once. */
export async function checkUnlocked(folder: string): Promise<void> {
	const path = join(folder, "lock");
	const content = await contentOf(path);
	if (content === undefined) return;
	const fd = openSync(path, constants.O_RDONLY);
	const isLocked = lockedByKernel(fd);
	closeSync(fd);
	await assertFree(folder, content, isLocked);
}

/** `isLocked` is the kernel's answer. If the kernel gave us the lock or cannot be asked, the file's content may still name a running server that does not use `flock`. */
async function assertFree(
	folder: string,
	content: string,
	isLocked: boolean | undefined,
): Promise<void> {
	if (isLocked && content.includes(BY_KERNEL)) return;
	if (isLocked === false || (await isLive(content, await idOf(folder))))
		throw new Locked(folder, content);
}

async function idOf(folder: string): Promise<string> {
	const { dev, ino } = await statOf(folder);
	return `${dev}:${ino}`;
}

/** Whether the kernel gave us the lock on an open file; undefined if there is no `flock` program. */
function lockedByKernel(fd: number): boolean | undefined {
	const { status } = spawnSync("flock", ["-n", "3"], {
		stdio: ["ignore", "ignore", "ignore", fd],
	});
	if (status === 0) return true;
	return status === 1 ? false : undefined;
}

/** Locks without the kernel: the file is written under another name and linked, so that no process ever reads half a lock. */
async function linkLock(
	path: string,
	folder: string,
	owner: { readonly nonce: string; readonly folder: string },
): Promise<number> {
	const draft = `${path}-${owner.nonce}`;
	/**
	 * Makes `lock` a link to the draft. A dead process's lock is removed only
	 * under a second lock, named after the first one's content: so one process
	 * at a time removes it, and a later one sees that the content has changed.
	 * A dead process's second lock is removed in the same way.
	 */
	async function claim(lock: string): Promise<void> {
		for (;;) {
			try {
				return await link(draft, lock);
			} catch (error) {
				if (codeOf(error) !== "EEXIST") throw error;
			}
			const found = await contentOf(lock);
			if (found === undefined) continue;
			if (await isLive(found, owner.folder)) throw new Locked(folder, found);
			const name = createHash("sha256").update(found).digest("hex");
			const removal = `${lock}-${name.slice(0, 16)}`;
			await claim(removal);
			try {
				if ((await contentOf(lock)) === found) await rm(lock);
			} finally {
				await rm(removal);
			}
		}
	}
	await writeFile(draft, JSON.stringify(owner), { mode: 0o600 });
	try {
		await claim(path);
		return openSync(draft, constants.O_RDONLY);
	} catch (error) {
		if (!codeOf(error)) throw error;
		throw new Error(
			`PLUME_DATA: the folder ${folder} cannot be locked: ${messageOf(error)}. Choose another; where its file system has no hard links, install the program flock (util-linux).`,
			{ cause: error },
		);
	} finally {
		await rm(draft, { force: true });
	}
}

/** Whether a lock of this folder names a running process. A lock that a power cut emptied names none; a copied one names another folder. */
async function isLive(content: string, folder: string): Promise<boolean> {
	const [, digits, boot, ticks, of = folder] = HOLDER.exec(content) ?? [];
	const pid = Number(digits);
	if (!digits || of !== folder || !isRunning(pid)) return false;
	const [nowBoot, nowTicks] = (await startOf(pid)).split("/");
	// Without start times only the pid is known; our own pid then belonged to a dead process.
	if (!nowTicks || !ticks) return nowBoot !== "ended" && pid !== process.pid;
	return nowTicks === ticks && (!boot || !nowBoot || nowBoot === boot);
}

function isRunning(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return codeOf(error) === "EPERM";
	}
}

/** The boot id and start time of a process, as far as the system shows them: pids are reused. */
async function startOf(pid: number): Promise<string> {
	const readOrEmpty = (path: string) => readFile(path, "utf8").catch(() => "");
	const stat = await readOrEmpty(`/proc/${pid}/stat`);
	// Missing if /proc is mounted with `subset=pid`.
	const boot = await readOrEmpty("/proc/sys/kernel/random/boot_id");
	if (!stat) return "";
	// The second field, a name, may contain anything. State is the third field, start time the 22nd.
	const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
	return fields[0] === "Z" ? "ended" : `${boot.trim()}/${fields[19]}`;
}

async function contentOf(path: string): Promise<string | undefined> {
	try {
		return await readFile(path, "utf8");
	} catch (error) {
		if (codeOf(error) === "ENOENT") return undefined;
		throw error;
	}
}
