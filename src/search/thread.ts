/**
 * The index in a worker, so that neither its commits nor a long query hold up
 * the people who talk. A worker that is silent for too long is ended; the next
 * question starts another.
 */
import { rm } from "node:fs/promises";
import { Worker } from "node:worker_threads";
import type { Clock } from "../clock.ts";
import type { Batch, SearchStore, Wanted } from "./store.ts";

/** How long a worker may take for a search. */
const SILENT_MS = 2000;
/** How long it may take to open the index or to store rows: a disk may stall. */
const STALLED_MS = 30_000;

type Method = "begin" | "apply" | "find" | "close";

export interface Question {
	readonly id: number;
	readonly method: Method;
	readonly args: readonly unknown[];
}

interface Answer {
	readonly id: number;
	/** What the method answered: only its caller knows of what type that is. */
	readonly value: never;
	/** Why it failed, if it did. */
	readonly error?: string;
}

interface SearchThreadParts {
	/** Undefined for an index in memory. */
	readonly folder: string | undefined;
	readonly clock: Clock;
}

interface Waiting {
	readonly resolve: (value: Answer["value"]) => void;
	readonly reject: (error: Error) => void;
}

export class SearchThread implements SearchStore {
	readonly #parts: SearchThreadParts;
	readonly #waiting = new Map<number, Waiting>();
	#worker: Worker | undefined;
	#asked = 0;
	#stopWatching = () => {};

	constructor(parts: SearchThreadParts) {
		this.#parts = parts;
	}

	async begin(log: string) {
		return this.#ask("begin", log);
	}

	async apply(batch: Batch) {
		return this.#ask("apply", batch);
	}

	async find(wanted: Wanted) {
		return this.#ask("find", wanted);
	}

	async reset(): Promise<void> {
		await this.#end("the index is made anew");
		const { folder } = this.#parts;
		if (folder !== undefined)
			await rm(folder, { recursive: true, force: true });
	}

	async close(): Promise<void> {
		if (this.#worker) await this.#ask("close").catch(() => {});
		await this.#end("the index is closed");
	}

	#ask<M extends Method>(method: M, ...args: Parameters<SearchStore[M]>) {
		const id = ++this.#asked;
		this.#worker ??= this.#start();
		this.#worker.postMessage({ id, method, args } satisfies Question);
		const answer = new Promise<Awaited<ReturnType<SearchStore[M]>>>(
			(resolve, reject) => this.#waiting.set(id, { resolve, reject }),
		);
		const isStore = method === "apply" || method === "begin";
		this.#watch(isStore ? STALLED_MS : SILENT_MS);
		return answer;
	}

	#start(): Worker {
		const { folder } = this.#parts;
		const worker = new Worker(new URL("../search/worker.js", import.meta.url), {
			workerData: { folder },
			resourceLimits: {
				maxOldGenerationSizeMb: 64,
				maxYoungGenerationSizeMb: 4,
			},
		});
		worker.on("message", ({ id, value, error }: Answer) => {
			const waiting = this.#waiting.get(id);
			this.#waiting.delete(id);
			if (this.#waiting.size === 0) this.#stopWatching();
			if (error === undefined) waiting?.resolve(value);
			else waiting?.reject(new Error(error));
		});
		const lost = (error: unknown) => {
			if (worker === this.#worker) void this.#end(`the worker ended: ${error}`);
		};
		worker.on("error", lost);
		worker.on("exit", lost);
		return worker;
	}

	/** Counts the silence of the worker from the latest question on. */
	#watch(ms: number): void {
		this.#stopWatching();
		const words = `the worker was silent for ${ms} ms`;
		this.#stopWatching = this.#parts.clock.after(
			ms,
			() => void this.#end(words),
		);
	}

	async #end(why: string): Promise<void> {
		this.#stopWatching();
		const worker = this.#worker;
		this.#worker = undefined;
		const all = [...this.#waiting.values()];
		this.#waiting.clear();
		await worker?.terminate();
		for (const { reject } of all) reject(new Error(why));
	}
}
