/**
 * One server for each data folder. The `lock` file names the process that
 * holds the folder; a second server refuses to start and names the first.
 *
 * Where there is a `flock` program, the kernel holds the lock: the program
 * locks our own open file and ends, and the lock lasts until we close the
 * file or die, however we die and whatever container we run in.
 *
 * Elsewhere the file itself is the lock. A dead process's file is taken over,
 * and of several that try it at once exactly one succeeds. That lock is only
 * seen by processes of the same machine and container.
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
	mkdir,
	readFile,
	rm,
	stat as statOf,
	writeFile,
} from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { codeOf, isSameFile, messageOf, notOurs } from "./disk.ts";

/** What a lock says, as far as others read it. Older ones name no folder. */
const HOLDER =
	/^\{"pid":([1-9]\d*),"started":"([^"/]*)\/?([^"]*)"(?:.*"folder":"([^"]*)")?/;
const BY_KERNEL = `"by":"flock"`;
const FLAGS = constants.O_RDWR | constants.O_CREAT;

/** A running process holds the folder. */
export class Locked extends Error {
	readonly pid: number;

	constructor(folder: string, content: string) {
		const pid = Number(HOLDER.exec(content)?.[1] ?? 0);
		const holder = pid ? `the server with process id ${pid}` : "a server";
		const hint = content.includes(BY_KERNEL)
			? ""
			: ` If no server runs there, remove ${join(folder, "lock")}.`;
		super(
			`${folder} is in use by ${holder}. Its lock says: ${content}.${hint}`,
		);
		this.name = "Locked";
		this.pid = pid;
	}
}

export class Lock {
	readonly #path: string;
	readonly #fd: number;

	/** Locks a data folder, making it if need be. Rejects with `Locked` if it is in use. */
	static async take(folder: string): Promise<Lock> {
		await mkdir(folder, { recursive: true, mode: 0o700 });
		const path = join(folder, "lock");
		const says = {
			pid: process.pid,
			started: await startOf(process.pid),
			nonce: randomUUID(),
			host: hostname(),
			folder: await idOf(folder),
		};
		for (;;) {
			const fd = openSync(path, FLAGS, 0o600);
			try {
				const isHeld = lockedByKernel(fd);
				const content = readFileSync(path, "utf8");
				// Who released it meanwhile has removed it, too.
				if (isHeld !== undefined && !isSameFile(path, fd)) {
					closeSync(fd);
					continue;
				}
				if (isHeld !== undefined) await assertFree(folder, content, isHeld);
				if (isHeld) {
					ftruncateSync(fd);
					writeSync(fd, JSON.stringify({ ...says, by: "flock" }), 0);
					return new Lock(path, fd);
				}
			} catch (error) {
				closeSync(fd);
				if (codeOf(error) === "ENOENT") continue;
				throw error;
			}
			closeSync(fd);
			return new Lock(path, await linked(path, folder, says));
		}
	}

	constructor(path: string, fd: number) {
		this.#path = path;
		this.#fd = fd;
	}

	/** Throws if the folder, or the lock in it, is no longer the one that was locked. */
	check(): void {
		if (!isSameFile(this.#path, this.#fd)) throw notOurs(this.#path);
	}

	async release(): Promise<void> {
		if (isSameFile(this.#path, this.#fd)) await rm(this.#path);
		closeSync(this.#fd);
	}
}

/** Throws `Locked` if a folder is in use. The kernel's lock is asked for and let go at once. */
export async function checkUnlocked(folder: string): Promise<void> {
	const path = join(folder, "lock");
	const content = await contentOf(path);
	if (content === undefined) return;
	const fd = openSync(path, constants.O_RDONLY);
	const isHeld = lockedByKernel(fd);
	closeSync(fd);
	await assertFree(folder, content, isHeld);
}

/** Where the kernel gave us the lock, an older server may still go by what the file says; where it is not to be asked, everyone does. */
async function assertFree(
	folder: string,
	content: string,
	isHeld: boolean | undefined,
): Promise<void> {
	if (isHeld && content.includes(BY_KERNEL)) return;
	if (isHeld === false || (await isLive(content, await idOf(folder))))
		throw new Locked(folder, content);
}

async function idOf(folder: string): Promise<string> {
	const { dev, ino } = await statOf(folder);
	return `${dev}:${ino}`;
}

/** Whether the kernel gave us the lock on an open file; undefined where it is not to be asked. */
function lockedByKernel(fd: number): boolean | undefined {
	const { status } = spawnSync("flock", ["-n", "3"], {
		stdio: ["ignore", "ignore", "ignore", fd],
	});
	if (status === 0) return true;
	return status === 1 ? false : undefined;
}

/** Without the kernel: the file is written aside and linked, so that nobody ever reads half a lock. */
async function linked(
	path: string,
	folder: string,
	says: { readonly nonce: string; readonly folder: string },
): Promise<number> {
	const draft = `${path}-${says.nonce}`;
	await writeFile(draft, JSON.stringify(says), { mode: 0o600 });
	try {
		await claim(path, { draft, folder, id: says.folder });
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

interface Claim {
	readonly draft: string;
	readonly folder: string;
	/** The folder's device and number. */
	readonly id: string;
}

/**
 * Makes `path` a link to the draft. What a dead holder left is removed only
 * under a second lock, named after what it says: so one process at a time
 * removes it, and who comes late finds that `path` says something else by
 * now. A dead process's second lock is removed in the same way.
 */
async function claim(path: string, wanted: Claim): Promise<void> {
	for (;;) {
		try {
			return await link(wanted.draft, path);
		} catch (error) {
			if (codeOf(error) !== "EEXIST") throw error;
		}
		const found = await contentOf(path);
		if (found === undefined) continue;
		if (await isLive(found, wanted.id)) throw new Locked(wanted.folder, found);
		const name = createHash("sha256").update(found).digest("hex");
		const removal = `${path}-${name.slice(0, 16)}`;
		await claim(removal, wanted);
		try {
			if ((await contentOf(path)) === found) await rm(path);
		} finally {
			await rm(removal);
		}
	}
}

/** Whether the process that a lock of this folder names runs. A lock that a power cut emptied names none, and a copied one another folder. */
async function isLive(content: string, folder: string): Promise<boolean> {
	const [, digits, boot, ticks, of = folder] = HOLDER.exec(content) ?? [];
	const pid = Number(digits);
	if (!digits || of !== folder || !isRunning(pid)) return false;
	const [nowBoot, nowTicks] = (await startOf(pid)).split("/");
	// A system that does not tell leaves only the number to go by, and ours was a dead process's.
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

/** In which boot and when in it a process started, as far as the system tells: numbers are used again. */
async function startOf(pid: number): Promise<string> {
	// Whatever the reason, a system that does not tell leaves only the pid to go by.
	const tell = (path: string) => readFile(path, "utf8").catch(() => "");
	const stat = await tell(`/proc/${pid}/stat`);
	// Not told where /proc is mounted with `subset=pid`.
	const boot = await tell("/proc/sys/kernel/random/boot_id");
	if (!stat) return "";
	// After the name, which may hold anything: the state is the third field, the start the 22nd.
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
