/**
 * How a server comes to its state: from a snapshot and what the log holds
 * behind it, if the two fit each other; otherwise from the whole log, which
 * alone is the truth. Whatever goes wrong on the way from a snapshot, all is
 * read instead: what is wrong with the log itself shows then, with its place.
 */
import { botClaim } from "../chat/bot.ts";
import { Server } from "../chat/server.ts";
import type { Limits } from "../limits.ts";
import type { Log } from "../log/log.ts";
import type { Snapshot, Snapshots } from "../log/snapshots.ts";
import { type Folded, fold } from "./fold.ts";
import { thaw } from "./frozen.ts";
import { State } from "./state.ts";

export interface Awake {
	readonly state: State;
	/** Its rooms remember the latest of what was said. */
	readonly server: Server;
	readonly last: Folded;
	/** What was erased lately: perhaps not to the end. */
	readonly erased: readonly number[];
}

export async function wake(
	log: Log,
	limits: Limits,
	snapshots: Snapshots | undefined,
): Promise<Awake> {
	const snapshot = await snapshots?.load();
	let awake: Awake | undefined;
	if (snapshot)
		try {
			awake = await wakeFrom(log, limits, snapshot);
		} catch (error) {
			snapshots?.discard(error);
		}
	awake ??= await wakeFrom(log, limits);
	await snapshots?.tidy();
	return awake;
}

async function wakeFrom(
	log: Log,
	limits: Limits,
	snapshot?: Snapshot,
): Promise<Awake> {
	const saved = snapshot && thaw(snapshot.state);
	const state = new State(log, botClaim, saved);
	state.time = snapshot?.time ?? 0;
	const server = new Server(limits);
	const stored = log.read(snapshot?.mark);
	const erased: number[] = [];
	const last = await fold(state, stored, (event, item) => {
		if (item) server.room(item.room).remember(item);
		if (event.type === "message.erased")
			for (const seq of event.seqs) erased.push(seq);
		if (event.type === "room.forgotten") server.forget(event.room);
	});
	for (const name of state.roomNames) {
		const room = server.room(name);
		room.goOn(state.head(name));
		for (const [client, member] of state.room(name)?.context.members ?? [])
			room.roster.enter(client, member.name, true);
	}
	return { state, server, last: { ...last, time: state.time }, erased };
}
