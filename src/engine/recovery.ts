/**
 * How a server comes to its state: from a snapshot and what the log holds
 * behind it, if the two fit each other; otherwise from the whole log, which
 * alone is the truth. Whatever goes wrong on the way from a snapshot, all is
 * read instead: what is wrong with the log itself shows then, with its place.
 */
import { Server } from "../chat/server.ts";
import type { Limits } from "../limits.ts";
import type { Log } from "../log/log.ts";
import type { Snapshot, Snapshots } from "../log/snapshots.ts";
import { visibleItem } from "./evolve.ts";
import { fold } from "./fold.ts";
import { deserialize } from "./saved-state.ts";
import { State } from "./state.ts";

export interface Recovered {
	readonly state: State;
	/** Its rooms remember the latest of what was said. */
	readonly server: Server;
	/** What was erased lately: perhaps not to the end. */
	readonly erased: readonly number[];
}

export async function recoverState(
	log: Log,
	limits: Limits,
	snapshots: Snapshots | undefined,
): Promise<Recovered> {
	const snapshot = await snapshots?.load();
	let recovered: Recovered | undefined;
	if (snapshot)
		try {
			recovered = await recoverFrom(log, limits, snapshot);
		} catch (error) {
			snapshots?.discard(error);
		}
	recovered ??= await recoverFrom(log, limits);
	await snapshots?.tidy();
	return recovered;
}

async function recoverFrom(
	log: Log,
	limits: Limits,
	snapshot?: Snapshot,
): Promise<Recovered> {
	const saved = snapshot && deserialize(snapshot.state, log, snapshot.time);
	const server = new Server(limits);
	const erased: number[] = [];
	const { state } = await fold(
		saved ?? State.initial(log),
		log.read(snapshot?.position),
		({ stored, before, after }) => {
			const { event } = stored;
			const item = visibleItem(before, after, stored);
			if (item) server.room(item.room).remember(item);
			if (event.type === "message.erased")
				for (const seq of event.seqs) erased.push(seq);
			if (event.type === "room.forgotten") server.forget(event.room);
		},
	);
	for (const name of state.roomNames) server.room(name).goOn(state.head(name));
	return { state, server, erased };
}
