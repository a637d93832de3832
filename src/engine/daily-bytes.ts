/**
 * How many bytes of the log each person took up in the last 24 hours. It is
 * no state: after a start it is counted from the end of the log.
 */
import type { Identity } from "../../machines/events.ts";

const HOUR_MS = 3_600_000;
const HOURS = 24;
/** What a line takes up beside its text. */
const LINE_BYTES = 350;

/** What the line of a text takes up in the log, where a control character is six bytes. */
export const lineBytes = (text: string): number =>
	LINE_BYTES + Buffer.byteLength(JSON.stringify(text));

export class DailyBytes {
	readonly #most: number;
	/** Of each person, by hours since 1970. */
	readonly #people = new Map<Identity, Map<number, number>>();

	constructor(most: number) {
		this.#most = most;
	}

	add(identity: Identity, time: number, bytes: number): void {
		const hours = this.#people.get(identity) ?? new Map<number, number>();
		const hour = Math.floor(time / HOUR_MS);
		hours.set(hour, (hours.get(hour) ?? 0) + bytes);
		this.#people.set(identity, hours);
	}

	/** Milliseconds until there is room for more; 0 if there is. */
	waitMs(identity: Identity, now: number): number {
		const first = Math.floor(now / HOUR_MS) - HOURS;
		const counted = [...(this.#people.get(identity) ?? [])];
		const hours = counted.filter(([hour]) => hour > first);
		const bytes = hours.reduce((sum, [, some]) => sum + some, 0);
		const oldest = Math.min(...hours.map(([hour]) => hour));
		return bytes < this.#most ? 0 : (oldest + HOURS) * HOUR_MS - now;
	}

	/** Forgets what is a day old. */
	sweep(now: number): void {
		const first = Math.floor(now / HOUR_MS) - HOURS;
		for (const [identity, hours] of this.#people) {
			for (const hour of hours.keys()) if (hour <= first) hours.delete(hour);
			if (hours.size === 0) this.#people.delete(identity);
		}
	}
}
