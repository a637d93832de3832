/** The search index in this process, which can be made to fail as a worker does. */
import { SearchDatabase } from "../../src/search/database.ts";
import type { Batch, SearchStore, Wanted } from "../../src/search/store.ts";

export class FakeSearchStore implements SearchStore {
	readonly #folder: string | undefined;
	#database: SearchDatabase | undefined;
	/** Counts calls, by their name. */
	readonly calls: string[] = [];
	/** How many rows each batch had. */
	readonly batches: number[] = [];
	/** Is asked before and after each call whether it fails, and may throw. */
	onCall: (name: string, isDone: boolean) => void = () => {};
	#isDead = false;
	/** Calls are not answered, until it is closed or recovers. */
	isHanging = false;
	/** It can't be deleted. */
	isStuck = false;
	#unanswered = 0;
	#abandon = (_: Error) => {};

	constructor(folder?: string) {
		this.#folder = folder;
	}

	begin(log: string) {
		return this.#call("begin", (database) => database.begin(log));
	}

	apply(batch: Batch) {
		this.batches.push(batch.rows.length);
		return this.#call("apply", (database) => database.apply(batch));
	}

	find(wanted: Wanted) {
		return this.#call("find", (database) => database.find(wanted));
	}

	async reset() {
		if (this.#isDead) return;
		this.calls.push("reset");
		if (this.#unanswered > 0) throw new Error("a call is not answered yet");
		if (this.isStuck) throw new Error("the folder can't be deleted");
		this.#database ??= new SearchDatabase(this.#folder);
		this.#database.reset();
		this.#database = undefined;
	}

	recover() {
		this.isHanging = false;
		this.#abandon(new Error("the worker was silent"));
	}

	/** The process is gone: nothing is answered any more. */
	kill() {
		this.#isDead = true;
		this.#database?.close();
		this.#database = undefined;
	}

	async close() {
		this.#abandon(new Error("the index is closed"));
		this.#database?.close();
		this.#database = undefined;
	}

	async #call<Value>(name: string, use: (database: SearchDatabase) => Value) {
		if (this.#isDead) return new Promise<never>(() => {});
		this.calls.push(name);
		if (this.isHanging) {
			this.#unanswered++;
			return new Promise<never>((_, reject) => {
				this.#abandon = reject;
			}).finally(() => this.#unanswered--);
		}
		this.onCall(name, false);
		this.#database ??= new SearchDatabase(this.#folder);
		const answer = use(this.#database);
		this.onCall(name, true);
		return answer;
	}
}
