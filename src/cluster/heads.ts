/**
 * Each node tells the others, twice a second, that it is there and whether it
 * decides. None of it is stored. Silence of the sequencer is a reason to try
 * to become it, and never more than that.
 */
import type { Clock } from "../clock.ts";
import { messageOf } from "../log/disk.ts";
import type { Seal } from "./seal.ts";

const HEAD_MS = 500;
/** A sequencer that was not heard of for so long is gone. */
const SILENT_MS = 2000;
/** Each node waits a little longer than some other. */
const MOST_LATER_MS = 600;

export interface Head {
	readonly node: string;
	readonly label: string;
	readonly term: number;
	readonly isSequencer: boolean;
	/** The wall clock, in milliseconds since 1970. */
	readonly time: number;
	readonly settings: string;
}

export interface HeadsParts {
	readonly publish: (bytes: Uint8Array) => void;
	readonly seal: Seal;
	readonly clock: Clock;
	/** From 0 to 1. */
	readonly random: () => number;
	readonly own: () => Head;
	readonly onHead: (head: Head) => void;
	/** The sequencer is silent, or heard of again. `isLong`: for so long that another should decide. */
	readonly onSilence: (isSilent: boolean, isLong: boolean) => void;
	readonly warn: (fields: object, message: string) => void;
}

export class Heads {
	readonly #parts: HeadsParts;
	readonly #laterMs: number;
	#heardAt: number;
	#cancel = () => {};

	constructor(parts: HeadsParts) {
		this.#parts = parts;
		this.#laterMs = parts.random() * MOST_LATER_MS;
		this.#heardAt = parts.clock.now();
	}

	start(): void {
		const { clock } = this.#parts;
		this.#heardAt = clock.now();
		const beat = () => {
			this.tell();
			const silentMs = clock.now() - this.#heardAt;
			const isLong = silentMs > SILENT_MS + this.#laterMs;
			this.#parts.onSilence(silentMs > SILENT_MS, isLong);
			this.#cancel = clock.after(HEAD_MS, beat);
		};
		beat();
	}

	stop(): void {
		this.#cancel();
	}

	/** The sequencer has done something. */
	heard(): void {
		this.#heardAt = this.#parts.clock.now();
	}

	/** The sequencer hands its office over. */
	forget(): void {
		this.#heardAt = 0;
	}

	tell(): void {
		const head = Buffer.from(JSON.stringify(this.#parts.own()));
		this.#parts.publish(this.#parts.seal.seal(head, "head"));
	}

	hear(bytes: Uint8Array): void {
		try {
			const plain = this.#parts.seal.open(Buffer.from(bytes), "head");
			this.#parts.onHead(JSON.parse(plain.toString()));
		} catch (error) {
			this.#parts.warn(
				{ error: messageOf(error) },
				"a node can't be understood: has it another PLUME_SECRET?",
			);
		}
	}
}
