/**
 * When each event of a log was, in which room, and of which client. That is a
 * number and two references for each event, so that a million events are
 * searched quickly.
 */

import type { Moment } from "../../machines/frame.ts";
import { isPublic } from "../../machines/message.ts";
import type { Scope } from "../../machines/travel.ts";
import type { State } from "../engine/state.ts";
import type { Stored } from "../log/log.ts";

/** A room, or a client under its latest name. All of its events refer to this one object. */
interface Named {
	name: string;
}

export class EventIndex {
	/** The seq of the event before the first one in the index. */
	readonly #before: number;
	/** Milliseconds since 1970, of each event. */
	readonly #times: number[] = [];
	readonly #roomOf: (Named | undefined)[] = [];
	readonly #clientOf: (Named | undefined)[] = [];
	/** The clients of the few events that move many, by the event's position. */
	readonly #clientsOf = new Map<number, readonly Named[]>();
	readonly #rooms = new Map<string, Named>();
	readonly #clients = new Map<string, Named>();

	/** Begins after event `seq`. `state` is the state after that event. */
	constructor(seq: number, { parts }: State) {
		this.#before = seq;
		for (const name of parts.rooms.keys()) named(this.#rooms, name);
		for (const [id, { context }] of parts.clients)
			named(this.#clients, id).name = context.name;
	}

	add({ event }: Stored, { frames }: Moment, before: State): void {
		if (event.type === "clients.detached") {
			const clients = frames.filter(({ actor }) => before.client(actor));
			const moved = clients.map(({ actor }) => named(this.#clients, actor));
			this.#clientsOf.set(this.#times.length, moved);
		}
		const client =
			"client" in event ? named(this.#clients, event.client) : undefined;
		if (client && "name" in event) client.name = event.name;
		// A login request names a room, but does nothing to it.
		const isOfRoom = "room" in event && event.type !== "login.requested";
		const room = isOfRoom ? named(this.#rooms, event.room) : undefined;
		this.#times.push(event.time);
		this.#roomOf.push(room);
		this.#clientOf.push(client);
	}

	get roomNames(): readonly string[] {
		return [...this.#rooms.keys()].filter(isPublic).sort();
	}

	/** Milliseconds since 1970; 0 if there is no such event. */
	timeOf(seq: number): number {
		return this.#times[seq - this.#before - 1] ?? 0;
	}

	/** The seq of the last event up to a time, in milliseconds since 1970. */
	seqAt(time: number): number {
		let [low, high] = [0, this.#times.length];
		while (low < high) {
			const middle = (low + high) >>> 1;
			if ((this.#times[middle] ?? 0) <= time) low = middle + 1;
			else high = middle;
		}
		return this.#before + low;
	}

	/** The seq of the nearest event in scope after event `from`, or before it. */
	next(scope: Scope, from: number, back: boolean): number | undefined {
		const isInScope = this.#test(scope);
		const { length } = this.#times;
		const step = back ? -1 : 1;
		let position = from - this.#before - 1 + step;
		for (; position >= 0 && position < length; position += step)
			if (isInScope(position)) return this.#before + 1 + position;
		return undefined;
	}

	/** How many events in scope there were in each of so many equally long parts of the time. */
	marks(scope: Scope, parts: number): number[] {
		const isInScope = this.#test(scope);
		const counts = new Array<number>(parts).fill(0);
		const begin = this.#times[0] ?? 0;
		const share = parts / ((this.#times.at(-1) ?? 0) - begin + 1);
		this.#times.forEach((time, position) => {
			if (!isInScope(position)) return;
			const part = Math.floor((time - begin) * share);
			if (part in counts) counts[part] = (counts[part] ?? 0) + 1;
		});
		return counts;
	}

	/** Whether the event at a position is in scope. */
	#test({ room, client }: Scope): (position: number) => boolean {
		const sought = room && isPublic(room) && this.#rooms.get(room);
		const isInRoom = (position: number) =>
			sought !== undefined && this.#roomOf[position] === sought;
		if (!client) return room ? isInRoom : () => true;
		const clients = this.#clientsCalled(client);
		const isOfClient = (position: number) =>
			clients.has(this.#clientOf[position]) ||
			this.#clientsOf.get(position)?.some((each) => clients.has(each)) === true;
		if (!room) return isOfClient;
		return (position) => isInRoom(position) && isOfClient(position);
	}

	/** The clients with this name, or with an id that begins so. */
	#clientsCalled(text: string): ReadonlySet<Named | undefined> {
		const wanted = text.toLowerCase();
		const found = [...this.#clients].filter(
			([id, { name }]) => id.startsWith(text) || name.toLowerCase() === wanted,
		);
		return new Set(found.map(([, client]) => client));
	}
}

/** The object of a key; a new key gets one with no name yet. */
function named(all: Map<string, Named>, key: string): Named {
	const known = all.get(key) ?? { name: "" };
	all.set(key, known);
	return known;
}
