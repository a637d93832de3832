/** Processes that are started again when they end, until one of them can't start, or all are to end. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { messageOf, realDisk } from "../log/disk.ts";

/** A process that ended is started again after so long. */
const AGAIN_MS = 500;
/** One that ends by itself sooner than this can't start. */
const STARTED_MS = 5000;
/** Its copy of the log is of no use. */
const WRONG_COPY = 3;

/** What the one that decides is called. */
export const SEQUENCER = "the sequencer";

export class Children {
	/** Resolves with the exit code, when all have ended. */
	readonly ended: Promise<number>;
	readonly #warn: (line: string) => void;
	readonly #running = new Map<string, ChildProcess>();
	#code: number | undefined;
	#onEnded: (code: number) => void = () => {};

	constructor(warn: (line: string) => void) {
		this.#warn = warn;
		this.ended = new Promise((resolve) => {
			this.#onEnded = resolve;
		});
	}

	/** Starts a process. `copy` is the folder of its copy of the log, which is made anew if it is of no use, but not if it was just made. */
	keep(
		name: string,
		start: () => ChildProcess,
		copy?: string,
		isAnew = false,
	): void {
		const startedAt = Date.now();
		const child = start();
		this.#running.set(name, child);
		child.once("exit", (status, signal) => {
			this.#running.delete(name);
			if (this.#code !== undefined) return;
			const isWrong = !signal && Date.now() - startedAt < STARTED_MS;
			// It may take long until all of it is read.
			const isOld = copy !== undefined && !(isAnew && isWrong);
			const isOther = status === WRONG_COPY && isOld;
			if (isWrong && !isOther) return void this.stop(status ?? 1);
			const why = isOther ? ", and its copy of the log is made anew" : "";
			this.#warn(
				`plume: ${name} ended (${signal ?? status}): starting it again${why}`,
			);
			const removed = isOther ? this.#remove(copy) : undefined;
			const again = () => this.#code ?? this.keep(name, start, copy, isOther);
			setTimeout(() => void Promise.resolve(removed).then(again), AGAIN_MS);
		});
	}

	async #remove(copy: string): Promise<void> {
		await realDisk
			.removeFolder(copy)
			.catch((error: unknown) => this.#warn(`plume: ${messageOf(error)}`));
	}

	/** Those who serve people end first. */
	async stop(status: number): Promise<void> {
		this.#code ??= status;
		const others = [...this.#running].filter(([name]) => name !== SEQUENCER);
		await Promise.all(others.map(([, child]) => ended(child)));
		await ended(this.#running.get(SEQUENCER));
		this.#onEnded(this.#code);
	}
}

async function ended(child: ChildProcess | undefined): Promise<void> {
	if (!child || child.exitCode !== null || child.signalCode !== null) return;
	// The service manager may have sent each of us a SIGTERM: a second one would kill.
	child.kill("SIGINT");
	await once(child, "exit");
}
