/**
 * Folds a log: every stored event moves the machines, in order. The server
 * does it at start and `plume replay` at any time; there are no other ways to
 * a state.
 */
import type { PlumeEvent } from "../../machines/events.ts";
import type { Item } from "../../machines/message.ts";
import type { Stored } from "../log/log.ts";
import { isNewer } from "../version.ts";
import { IllegalEvent, UnknownEvent } from "./live.ts";
import type { State } from "./state.ts";

/** An event that no machine should have let into the log. */
export class DeterminismError extends Error {
	override readonly name = "DeterminismError";
	readonly seq: number;
	constructor(seq: number, { type }: PlumeEvent, why: IllegalEvent) {
		super(
			why instanceof UnknownEvent
				? `event ${seq} (${type}) ${isNewer}`
				: `event ${seq} is illegal at its place: ${why.message}`,
		);
		this.seq = seq;
	}
}

export interface Folded {
	/** The last event's; 0 and 0 of an empty log. */
	readonly seq: number;
	readonly time: number;
}

/**
 * Moves `state` through `stored`, up to the first event that `until` wants no
 * more; `onEvent` hears each, what became visible by it, and its entry. Throws
 * `DeterminismError`.
 */
export async function fold(
	state: State,
	stored: AsyncIterable<readonly Stored[]>,
	onEvent: (
		event: PlumeEvent,
		item: Item | undefined,
		entry: Stored,
	) => void = () => {},
	until: (stored: Stored) => boolean = () => false,
): Promise<Folded> {
	let [seq, time] = [0, 0];
	for await (const entries of stored)
		for (const entry of entries) {
			if (until(entry)) return { seq, time };
			try {
				onEvent(entry.event, state.apply(entry, true), entry);
				state.onlooker?.onMoved(entry)();
			} catch (error) {
				if (!(error instanceof IllegalEvent)) throw error;
				throw new DeterminismError(entry.seq, entry.event, error);
			}
			seq = entry.seq;
			time = Math.max(time, entry.event.time);
		}
	return { seq, time };
}
