/**
 * Notices when the event loop can't keep up, so that newcomers are refused
 * while those who are in go on. A loop is overloaded when most of the latest
 * timers fired late: a long collection of garbage, or a pause of the whole
 * process, delays only one of them.
 */
import type { Clock } from "../clock.ts";

const SAMPLE_MS = 100;
/** Odd, so that there is a median: more than half of them must be late. */
const SAMPLES = 9;

export interface LoadShedderParts {
	readonly clock: Clock;
	/** Delay of the event loop, in milliseconds, above which it is overloaded. It recovers below half of that. */
	readonly limitMs: number;
	/** Hears each change. */
	readonly onChange: (isOverloaded: boolean) => void;
}

export class LoadShedder {
	isOverloaded = false;
	/** Hears how late each timer fired, in milliseconds. */
	onSample: ((delayMs: number) => void) | undefined;
	readonly #parts: LoadShedderParts;
	#samples: readonly number[] = Array(SAMPLES).fill(0);
	#cancel: () => void;

	constructor(parts: LoadShedderParts) {
		this.#parts = parts;
		this.#cancel = this.#sample();
	}

	close(): void {
		this.#cancel();
	}

	#sample(): () => void {
		const { clock } = this.#parts;
		const due = clock.now() + SAMPLE_MS;
		return clock.after(SAMPLE_MS, () => {
			this.#judge(clock.now() - due);
			this.#cancel = this.#sample();
		});
	}

	#judge(delayMs: number): void {
		this.onSample?.(delayMs);
		this.#samples = [...this.#samples.slice(1), delayMs];
		const { limitMs, onChange } = this.#parts;
		const bound = this.isOverloaded ? limitMs / 2 : limitMs;
		const late = this.#samples.filter((ms) => ms > bound).length;
		const isOverloaded = late > SAMPLES / 2;
		if (isOverloaded === this.isOverloaded) return;
		this.isOverloaded = isOverloaded;
		onChange(isOverloaded);
	}
}
