/**
 * Each node tells the others, twice a second, that it is there and whether it
 * decides. None of it is stored. Silence of the sequencer is a reason to try
 * to become it, and never more than that.
 */
import { messageOf } from "../log/disk.ts";
import { eachBeat } from "./beats.ts";
import type { EdgeParts } from "./edge-parts.ts";
import type { NodeFacts } from "./messages.ts";

/** A sequencer that was not heard of for so long is gone. */
const SILENT_MS = 2000;
/** Each node waits a little longer than some other. */
const MOST_LATER_MS = 600;
/** A node counts as present for so long after its last head. */
const PRESENT_MS = 5000;
/** Clocks may differ by so much. */
const MOST_SKEW_MS = 2000;

export interface Head extends NodeFacts {
	readonly term: number;
	readonly isSequencer: boolean;
	/** The sequencer can't store anything for now. */
	readonly isStuck: boolean;
	/** The clock that it would date events by, in milliseconds since 1970. */
	readonly time: number;
}

/** One that does not name the events that it understands is taken to understand them all. */
export const lacks = ({ events }: Pick<NodeFacts, "events">, type: string) =>
	events !== undefined && !events.includes(type);

export interface HeadsParts extends Pick<EdgeParts, "seal" | "clock"> {
	readonly publish: (bytes: Uint8Array) => void;
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
	#stopBeating = () => {};
	/** The latest head of each other node, by how much its clock is ahead, and when it was heard. */
	readonly #others = new Map<
		string,
		{ readonly head: Head; readonly skew: number; readonly at: number }
	>();

	constructor(parts: HeadsParts) {
		this.#parts = parts;
		this.#laterMs = parts.random() * MOST_LATER_MS;
		this.#heardAt = parts.clock.now();
	}

	start(): void {
		this.heard();
		this.#stopBeating = eachBeat(this.#parts.clock, () => this.#beat());
		this.#beat();
	}

	stop(): void {
		this.#stopBeating();
	}

	#beat(): void {
		const { clock, onSilence } = this.#parts;
		this.tell();
		const silentMs = clock.now() - this.#heardAt;
		const isLong = silentMs > SILENT_MS + this.#laterMs;
		onSilence(silentMs > SILENT_MS, isLong);
	}

	get #present() {
		const before = this.#parts.clock.now() - PRESENT_MS;
		return [...this.#others.values()].filter(({ at }) => at > before);
	}

	/** Whether a node that is there does not understand this type of event. */
	isForeign(type: string): boolean {
		return this.#present.some(({ head }) => lacks(head, type));
	}

	/** Why this node should not decide, though another must: its clock or its settings are not those of the others. */
	get objection(): string | undefined {
		const others = this.#present;
		const { settings } = this.#parts.own();
		const count = (like: string) =>
			others.filter(({ head }) => head.settings === like).length;
		// Its own counts, too.
		if (others.some(({ head }) => count(head.settings) > count(settings) + 1))
			return "its limits, PLUME_ALLOW, PLUME_ADMINS, PLUME_RETENTION, PLUME_LANG or PLUME_PUSH_CONTACT are not those of the other nodes";
		const skews = [0, ...others.map(({ skew }) => skew)].sort((a, b) => a - b);
		const median = skews[Math.floor(skews.length / 2)] ?? 0;
		const isOdd =
			skews.length > 2
				? Math.abs(median) > MOST_SKEW_MS
				: skews.some((skew) => Math.abs(skew) > MOST_SKEW_MS);
		return isOdd
			? `its clock is ${Math.round(Math.abs(median || (skews[0] ?? 0)) / 1000)} seconds from that of the other nodes`
			: undefined;
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
			const head: Head = JSON.parse(plain.toString());
			const { clock, own } = this.#parts;
			const { node, time } = own();
			const skew = head.time - time;
			if (head.node !== node)
				this.#others.set(head.node, { head, skew, at: clock.now() });
			this.#parts.onHead(head);
		} catch (error) {
			this.#parts.warn(
				{ error: messageOf(error) },
				"a node can't be understood: has it another PLUME_SECRET?",
			);
		}
	}
}
