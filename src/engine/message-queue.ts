/** Lets the changes of one message happen one after the other: each is decided on what the one before made of it. */
import type { ItemPosition } from "../history/found.ts";
import type { Rule } from "./refusals.ts";

/** Is called with the rule that was broken, if one was. */
export type Answer = (broken: Rule | undefined) => void;

export class MessageQueue {
	/** The last task about each message. */
	readonly #last = new Map<string, Promise<void>>();

	readonly #tasks = new Set<object>();
	readonly #answers = new Set<Answer>();

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

	/** An answer that comes once, also if the queue is cleared before. */
	answeringOnce(onAnswer: Answer): Answer {
		const answer: Answer = (broken) => {
			if (this.#answers.delete(answer)) onAnswer(broken);
		};
		this.#answers.add(answer);
		return answer;
	}

	/** Lets nothing wait any more for what was begun, and answers all with this rule. */
	clear(rule: Rule): void {
		for (const answer of [...this.#answers]) answer(rule);
		this.#last.clear();
		this.#tasks.clear();
	}
}
