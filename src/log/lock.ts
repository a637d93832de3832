/**
 * One server for each data folder. The `lock` file names the process that
 * holds the folder; a second server refuses to start and names the first.
 * What a dead process left behind is taken over, and of several that try it
 * at once exactly one succeeds. It sees only processes of its own machine and
 * container: a folder must not be shared beyond those.
 */
import { createHash, randomUUID } from "node:crypto";
import { link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** What a lock says, as far as others read it. */
const HOLDER = /^\{"pid":([1-9]\d*),"started":"([^"]*)"/;

/** A running process holds the folder. */
export class Locked extends Error {
	readonly pid: number;

	constructor(folder: string, pid: number) {
		super(`${folder} is in use by the server with process id ${pid}`);
		this.name = "Locked";
		this.pid = pid;
	}
}

export class Lock {
	readonly #path: string;
	readonly #content: string;

	/** Locks a data folder, making it if need be. Rejects with `Locked` if it is in use. */
	static async take(folder: string): Promise<Lock> {
		await mkdir(folder, { recursive: true, mode: 0o700 });
		const path = join(folder, "lock");
		const { pid } = process;
		const nonce = randomUUID();
		const started = await startOf(pid);
		const content = JSON.stringify({ pid, started, nonce });
		// Written aside and linked, so that nobody ever reads half a lock.
		const draft = `${path}-${nonce}`;
		await writeFile(draft, content, { mode: 0o600 });
		try {
			await claim(path, draft, folder);
		} finally {
			await rm(draft, { force: true });
		}
		return new Lock(path, content);
	}

	private constructor(path: string, content: string) {
		this.#path = path;
		this.#content = content;
	}

	async release(): Promise<void> {
		if ((await contentOf(this.#path)) === this.#content) await rm(this.#path);
	}
}

/**
 * Makes `path` a link to `draft`. What a dead holder left is removed only
 * under a second lock, named after what it says: so one process at a time
 * removes it, and who comes late finds that `path` says something else by
 * now. A dead process's second lock is removed in the same way.
 */
async function claim(
	path: string,
	draft: string,
	folder: string,
): Promise<void> {
	for (;;) {
		try {
			return await link(draft, path);
		} catch (error) {
			if (codeOf(error) !== "EEXIST") throw error;
		}
		const found = await contentOf(path);
		if (found === undefined) continue;
		const pid = await livingHolder(found);
		if (pid !== undefined) throw new Locked(folder, pid);
		const name = createHash("sha256").update(found).digest("hex");
		const removal = `${path}-${name.slice(0, 16)}`;
		await claim(removal, draft, folder);
		try {
			if ((await contentOf(path)) === found) await rm(path);
		} finally {
			await rm(removal);
		}
	}
}

/** The process that a lock names, if it runs. A lock that a power cut emptied names none. */
async function livingHolder(content: string): Promise<number | undefined> {
	const [, pid, started] = HOLDER.exec(content) ?? [];
	if (pid === undefined || !isRunning(Number(pid))) return undefined;
	const now = await startOf(Number(pid));
	return now === "" || now === started ? Number(pid) : undefined;
}

function isRunning(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return codeOf(error) === "EPERM";
	}
}

/** When a process started, and in which boot, where the system tells: pids are used again. */
async function startOf(pid: number): Promise<string> {
	// Whatever the reason, a system that does not tell leaves only the pid to go by.
	const tell = (path: string) => readFile(path, "utf8").catch(() => "");
	const stat = await tell(`/proc/${pid}/stat`);
	const boot = await tell("/proc/sys/kernel/random/boot_id");
	if (!stat || !boot) return "";
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

const codeOf = (error: unknown) =>
	error instanceof Error && "code" in error ? error.code : undefined;
