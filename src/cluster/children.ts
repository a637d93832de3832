/** Processes that are started again when they end, until one of them can't start, or all are to end. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";

/** A process that ended is started again after so long. */
const AGAIN_MS = 500;
/** One that ends by itself sooner than this can't start. */
const STARTED_MS = 5000;

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

	keep(name: string, start: () => ChildProcess): void {
		const startedAt = Date.now();
		const child = start();
		this.#running.set(name, child);
		child.once("exit", (status, signal) => {
			this.#running.delete(name);
			if (this.#code !== undefined) return;
			const isWrong = !signal && Date.now() - startedAt < STARTED_MS;
			if (isWrong) return void this.stop(status ?? 1);
			this.#warn(
				`plume: ${name} ended (${signal ?? status}): starting it again`,
			);
			setTimeout(() => this.#code ?? this.keep(name, start), AGAIN_MS);
		});
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
