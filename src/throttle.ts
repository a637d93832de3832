/**
 * Does a task for a key as soon as it is asked, but at most once in so long,
 * however often it is asked meanwhile. While nothing is asked, nothing is
 * scheduled.
 */
import type { Clock } from "./clock.ts";

export class Throttle<Key> {
	readonly #clock: Clock;
	readonly #everyMs: number;
	readonly #task: (key: Key) => void;
	readonly #asked = new Set<Key>();
	/** Keys with a timer set. */
	readonly #throttled = new Set<Key>();

	constructor(clock: Clock, everyMs: number, task: (key: Key) => void) {
		this.#clock = clock;
		this.#everyMs = everyMs;
		this.#task = task;
	}

	ask(key: Key): void {
		this.#asked.add(key);
		if (this.#throttled.has(key)) return;
		this.#throttled.add(key);
		this.#clock.after(0, () => this.#run(key));
	}

	#run(key: Key): void {
		if (!this.#asked.delete(key)) {
			this.#throttled.delete(key);
			return;
		}
		this.#clock.after(this.#everyMs, () => this.#run(key));
		this.#task(key);
	}
}
