/**
 * Recovers the state at start: from a snapshot and the log behind it, or from
 * the whole log, which alone is the truth. If anything goes wrong with the
 * snapshot, the whole log is read: an error that is the log's own shows then,
 * with its position.
 */
import { Server } from "../chat/server.ts";
import type { Limits } from "../limits.ts";
import { Damage } from "../log/damage.ts";
import { WrongCopy } from "../log/evidence.ts";
import type { Log } from "../log/log.ts";
import type { Snapshot, Snapshots } from "../log/snapshots.ts";
import { visibleItem } from "./evolve.ts";
import { DeterminismError, fold } from "./fold.ts";
import { deserialize } from "./saved-state.ts";
import { State } from "./state.ts";
import { UnfinishedErasures } from "./unfinished-erasures.ts";

export interface Recovered {
	readonly state: State;
	/** The rooms, which remember their latest items again. */
	readonly server: Server;
	readonly unfinished: UnfinishedErasures;
}

/** Throws `DeterminismError`, and `WrongCopy` if the log is another one's copy. */
export async function recoverState(
	log: Log,
	limits: Limits,
	snapshots: Snapshots | undefined,
	isCopy = false,
): Promise<Recovered> {
	const snapshot = await snapshots?.load();
	let recovered: Recovered | undefined;
	if (snapshot)
		try {
			recovered = await recoverFrom(log, limits, snapshot);
		} catch (error) {
			// If the log is damaged, reading all of it says so.
			const why = "the log does not go on from the newest one";
			snapshots?.discard(error instanceof Damage ? why : error);
		}
	recovered ??= await recoverFrom(log, limits).catch((error: unknown) => {
		if (!isCopy || !(error instanceof DeterminismError)) throw error;
		throw WrongCopy.because(error, true);
	});
	return recovered;
}

async function recoverFrom(
	log: Log,
	limits: Limits,
	snapshot?: Snapshot,
): Promise<Recovered> {
	const saved = snapshot && deserialize(snapshot.state, log, snapshot.time);
	const server = new Server(limits);
	const unfinished = new UnfinishedErasures(log, snapshot?.position.seq);
	const { state } = await fold(
		saved ?? State.initial(log),
		log.read(snapshot?.position),
		({ stored, before, after }) => {
			const { event } = stored;
			const item = visibleItem(before, after, stored);
			if (item) server.room(item.room).recent.remember(item);
			unfinished.onRead(stored);
			if (event.type === "room.forgotten") server.forget(event.room);
			if (event.type === "room.restored")
				server.room(event.room).recent.continueFrom(after.head(event.room));
		},
	);
	for (const [name, { context }] of state.rooms) {
		const room = server.room(name);
		room.recent.continueFrom(state.head(name));
		room.retentionHours = context.retention?.hours;
	}
	return { state, server, unfinished };
}
