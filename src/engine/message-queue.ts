/** Lets the changes of one message happen one after the other: each is decided on what the one before made of it. */
import type { ItemPosition } from "../history/found.ts";

export class MessageQueue {
	/** The last task about each message. */
	readonly #last = new Map<string, Promise<void>>();

	readonly #tasks = new Set<object>();

	/** How many tasks run or wait. */
	get size(): number {
		return this.#tasks.size;
	}

	/** Runs a task once all earlier ones about the same message are done. Settles as it does. */
	run(
		{ room, epoch, offset }: ItemPosition,
		task: () => Promise<void>,
	): Promise<void> {
		const key = JSON.stringify([room, epoch, offset]);
		const before = this.#last.get(key) ?? Promise.resolve();
		this.#tasks.add(task);
		const running = before.then(task).finally(() => this.#tasks.delete(task));
		const done = running
			.catch(() => {})
			.finally(() => {
				if (this.#last.get(key) === done) this.#last.delete(key);
			});
		this.#last.set(key, done);
		return running;
	}

	/** Lets nothing wait any more for what was begun. */
	clear(): void {
		this.#last.clear();
		this.#tasks.clear();
	}
}
