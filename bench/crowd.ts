/**
 * Clients who talk at a pace that is fixed beforehand, and count what they
 * hear. Each speaks at even intervals, but they do not speak in step. Each
 * message carries its number; the number tells when it was due, so its latency
 * includes the time it had to wait to be sent. Each client keeps a running
 * hash of the numbers: equal counts and hashes mean that all got everything
 * once, in one order.
 */
import { Histogram } from "./histogram.ts";
import type { RawClient } from "./raw-client.ts";
import type { Loadable } from "./server-process.ts";
import type { Speaker } from "./speaker.ts";

/** How many enter at once. */
const WAVE = 100;
const TICK_MS = 1;
const DIGITS = 8;
const MARK = "#".charCodeAt(0);
/** What a dialect may put behind a text: `"}]` or `","n":123456}`. */
const LONGEST_END = 24;
const WORDS = "What people say to each other is about this long, mostly.";

interface Listener {
	count: number;
	order: number;
}

export class Crowd {
	readonly clients: RawClient[] = [];
	/** Deliveries so far. */
	heard = 0;
	/** Messages so far. */
	said = 0;
	latency = new Histogram();
	readonly #speaker: Speaker;
	readonly #listeners: Listener[] = [];
	#now = 0;
	#start = 0;
	#periodMs = 0;
	#since = 0;
	/** Since when latency counts, and where. */
	#from = 0;
	#into: (dueMs: number) => Histogram = () => this.latency;
	/** Where in its period each speaker speaks, from 0 to 1, the earliest first. */
	#phases: readonly number[] = [];

	/** Lets so many in, a wave at a time. */
	static async enter(
		speaker: Speaker,
		server: Loadable,
		size: number,
	): Promise<Crowd> {
		const crowd = new Crowd(speaker);
		while (crowd.clients.length < size) {
			const from = crowd.clients.length;
			const wave = Array.from(
				{ length: Math.min(WAVE, size - from) },
				(_, index) => speaker.enter(server, from + index),
			);
			for (const client of await Promise.all(wave)) crowd.#listen(client);
		}
		return crowd;
	}

	private constructor(speaker: Speaker) {
		this.#speaker = speaker;
	}

	/** The first `speakers` say `perSecond` messages a second for so long. Resolves when the last was said. */
	talk(
		perSecond: number,
		seconds: number,
		speakers = this.clients.length,
	): Promise<void> {
		this.#phases = scatter(speakers);
		const total = Math.round(perSecond * seconds);
		this.#periodMs = (1000 * this.#phases.length) / perSecond;
		this.#start = performance.now();
		return new Promise((resolve) => {
			const timer = setInterval(() => {
				const now = performance.now();
				while (this.said < total && this.#due(this.said) <= now)
					this.#say(this.said++);
				if (this.said < total) return;
				clearInterval(timer);
				resolve();
			}, TICK_MS);
		});
	}

	/** From here on latency counts, for messages that are due from now on; `into` tells where, by how many milliseconds later that is. */
	measure(into?: (dueMs: number) => Histogram): void {
		this.latency = new Histogram();
		if (into) this.#into = into;
		this.#since = this.said;
		this.#from = this.#due(this.said);
	}

	/** Whether the first so many clients got all that was said, alike. */
	isComplete(of: number): boolean {
		const [first, ...others] = this.#listeners.slice(0, of);
		return (
			first?.count === this.said &&
			others.every(
				({ count, order }) => count === first.count && order === first.order,
			)
		);
	}

	leave(): void {
		for (const client of this.clients) client.drop();
	}

	/** When a message should be said. */
	#due(number: number): number {
		const size = this.#phases.length;
		const phase = this.#phases[number % size] ?? 0;
		return this.#start + (Math.floor(number / size) + phase) * this.#periodMs;
	}

	#say(number: number): void {
		const text = `${WORDS} #${String(number).padStart(DIGITS, "0")}`;
		const payload = Buffer.from(this.#speaker.frame(text));
		this.clients[number % this.#phases.length]?.sendFrame(1, payload);
	}

	#listen(client: RawClient): void {
		const listener = { count: 0, order: 0 };
		this.#listeners.push(listener);
		this.clients.push(client);
		client.ear = {
			chunk: () => {
				this.#now = performance.now();
			},
			frame: (bytes, from, to) => {
				const number = numberIn(bytes, from, to);
				if (number >= 0) this.#hear(listener, number);
				else {
					const answer = this.#speaker.answer(bytes.subarray(from, to));
					if (answer) client.sendFrame(1, Buffer.from(answer));
				}
			},
		};
	}

	#hear(listener: Listener, number: number): void {
		listener.count++;
		listener.order = (Math.imul(listener.order, 31) + number) | 0;
		this.heard++;
		if (number < this.#since) return;
		const due = this.#due(number);
		this.#into(due - this.#from).add((this.#now - due) * 1000);
	}
}

/** So many numbers from 0 to 1, the same in every run, sorted (Park and Miller's generator). */
function scatter(count: number): readonly number[] {
	let seed = 4884;
	const numbers = Array.from({ length: count }, () => {
		seed = (seed * 48_271) % 2_147_483_647;
		return seed / 2_147_483_647;
	});
	return numbers.sort((a, b) => a - b);
}

/** The number at the end of a text, or -1 in a frame that is not one of ours. */
function numberIn(bytes: Buffer, from: number, to: number): number {
	const earliest = Math.max(from, to - LONGEST_END);
	let at = to - DIGITS - 1;
	while (at >= earliest && bytes[at] !== MARK) at--;
	if (at < earliest) return -1;
	let number = 0;
	for (let i = at + 1; i <= at + DIGITS; i++)
		number = number * 10 + (bytes[i] ?? 0) - 48;
	return number;
}
