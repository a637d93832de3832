/**
 * A stream on three servers, on a clock that the test moves. By a seeded
 * random it does what JetStream was seen to do: it loses acknowledgements,
 * stores late what timed out, answers nothing while it elects, stops readers
 * in silence, and shows holes.
 */

import type { Clock } from "../../src/clock.ts";
import type {
	NewMessage,
	StreamMessage,
	StreamPort,
} from "../../src/cluster/stream.ts";
import { WrongSequence } from "../../src/cluster/stream.ts";
import type { Random } from "../fakes/disk.ts";

const SERVERS = 3;
const TIMEOUT_MS = 2000;
const HEARTBEAT_MS = 1000;

interface Reader {
	readonly server: number;
	/** It neither delivers nor beats any more, and says nothing. */
	isDead: boolean;
	/** It beats, but delivers nothing. */
	isStuck: boolean;
	/** There may be something to deliver. */
	notify(): void;
}

export class SimulatedStream implements StreamPort {
	/** The original at each seq - 1. */
	readonly messages: (StreamMessage | undefined)[] = [];
	readonly erased = new Map<number, { copy: StreamMessage; term: number }>();
	/** Which servers lack a message that the others have. */
	readonly holes = new Map<number, ReadonlySet<number>>();
	/** How many requests were made of it, by name. */
	readonly asked: Record<string, number> = {};
	readonly #clock: Clock;
	readonly #random: Random;
	readonly #readers = new Set<Reader>();
	#leader = 0;
	#silentUntil = 0;
	/** Percent of requests that meet trouble. */
	trouble: number;

	constructor(clock: Clock, random: Random, trouble = 0) {
		this.#clock = clock;
		this.#random = random;
		this.trouble = trouble;
	}

	#isUnlucky(): boolean {
		return this.#random(100) < this.trouble;
	}

	/** For so long, no server answers or stores anything; then another one leads. */
	elect(ms: number): void {
		this.#silentUntil = this.#clock.now() + ms;
		this.#leader = this.#random(SERVERS);
	}

	/** A server dies: those who read from it hear nothing any more. */
	killReaders(server: number | "all" = "all"): void {
		for (const reader of this.#readers)
			if (server === "all" || reader.server === server) reader.isDead = true;
	}

	/** Readers go on hearing signs of life, but no messages, or hear them again. */
	stickReaders(isStuck: boolean): void {
		for (const reader of this.#readers) {
			reader.isStuck = isStuck;
			if (!isStuck) reader.notify();
		}
	}

	publish(message: NewMessage, expected: number): Promise<number> {
		const fate = this.#isUnlucky() ? this.#random(3) : undefined;
		return new Promise((resolve, reject) => {
			const timer = this.#later(TIMEOUT_MS, () => reject(new Error("timeout")));
			const arrive = () => {
				if (this.#isSilent) return;
				const refused = this.messages.length !== expected;
				if (!refused) this.#store(message);
				// Its acknowledgement is lost.
				if (fate === 0) return;
				this.#later(this.#random(5), () => {
					timer();
					if (refused) reject(new WrongSequence("wrong last sequence"));
					else resolve(expected + 1);
				});
			};
			// Fate 1: a paused server stores it late. Fate 2: it never arrives.
			const lateMs = fate === 1 ? TIMEOUT_MS + this.#random(4000) : 0;
			if (fate !== 2) this.#later(lateMs + this.#random(5), arrive);
		});
	}

	last(): Promise<number> {
		return this.#ask("last", () => this.messages.length);
	}

	leader(): Promise<string> {
		return this.#ask("leader", () => `server ${this.#leader}`);
	}

	get(seq: number, from: "leader" | "any"): Promise<StreamMessage | undefined> {
		return this.#ask(`get ${from}`, () => {
			const server = from === "leader" ? this.#leader : this.#random(SERVERS);
			return this.#seen(seq, server);
		});
	}

	getErased(seq: number): Promise<StreamMessage | undefined> {
		return this.#ask("getErased", () => this.erased.get(seq)?.copy);
	}

	async erase(seq: number, copy: StreamMessage, term: number): Promise<void> {
		await this.#ask("erase", () => {
			const { term: before = 0 } = this.erased.get(seq) ?? {};
			if (term >= before) this.erased.set(seq, { copy, term });
			this.messages[seq - 1] = undefined;
		});
	}

	async *read(after: number): AsyncGenerator<StreamMessage | "alive", void> {
		const server = this.#random(SERVERS);
		const state = { isDead: this.#isSilent, isStuck: false, notify() {} };
		const reader: Reader = { server, ...state };
		this.#readers.add(reader);
		try {
			for (let at = after; ; ) {
				if (reader.isDead) await new Promise(() => {});
				if (at < this.messages.length && !reader.isStuck) {
					const message = this.#seen(++at, server);
					if (message) yield message;
				} else if (!(await this.#notified(reader)) && !reader.isDead)
					yield "alive";
			}
		} finally {
			this.#readers.delete(reader);
		}
	}

	/** Whether there may be something to deliver within a second. */
	#notified(reader: Reader): Promise<boolean> {
		return new Promise((resolve) => {
			const cancel = this.#later(HEARTBEAT_MS, () => resolve(false));
			reader.notify = () => {
				cancel();
				resolve(true);
			};
		});
	}

	async close(): Promise<void> {
		this.killReaders();
	}

	get #isSilent(): boolean {
		return this.#clock.now() < this.#silentUntil;
	}

	#later(ms: number, task: () => void): () => void {
		return this.#clock.after(ms, task);
	}

	#seen(seq: number, server: number): StreamMessage | undefined {
		if (this.holes.get(seq)?.has(server)) return undefined;
		return this.messages[seq - 1];
	}

	#ask<Answer>(name: string, answer: () => Answer): Promise<Answer> {
		this.asked[name] = (this.asked[name] ?? 0) + 1;
		const isLost = this.#isUnlucky();
		return new Promise((resolve, reject) => {
			this.#later(this.#random(5), () => {
				if (!isLost && !this.#isSilent) resolve(answer());
				else
					this.#later(TIMEOUT_MS, () => reject(new Error("nobody answered")));
			});
		});
	}

	#store(message: NewMessage): void {
		const seq = this.messages.push({
			...message,
			seq: this.messages.length + 1,
		});
		// A damaged block on one server that has been started again.
		if (this.#isUnlucky())
			this.holes.set(seq, new Set([this.#random(SERVERS)]));
		for (const reader of this.#readers) {
			if (this.#isUnlucky() && this.#random(10) === 0) reader.isDead = true;
			this.#later(this.#random(8), () => {
				if (!reader.isStuck) reader.notify();
			});
		}
	}
}
