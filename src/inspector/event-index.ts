/**
 * When each event of a log was, in which room, and whose it was: a few numbers
 * for each, so that a million of them are looked through at once.
 */
import type { PlumeEvent } from "../../machines/events.ts";
import type { Moment } from "../../machines/frame.ts";
import type { Scope } from "../../machines/travel.ts";
import type { State } from "../engine/state.ts";
import type { Stored } from "../log/log.ts";

type IsMeant = (index: number) => boolean;

export class EventIndex {
	/** The event before the first one here. */
	readonly #first: number;
	/** Milliseconds since 1970, of each event. */
	readonly #times: number[] = [];
	/** The number of each event's room, and of its client; 0 is nobody. */
	readonly #roomOf: number[] = [];
	readonly #clientOf: number[] = [];
	/** The clients of those few events that concern many. */
	readonly #crowds = new Map<number, ReadonlySet<number>>();
	readonly #rooms = new Map<string, number>();
	/** The number of each client, and its latest name. */
	readonly #clients = new Map<string, { number: number; name: string }>();

	constructor(first: number, { parts }: State) {
		this.#first = first;
		for (const name of parts.rooms.keys()) this.#room(name);
		for (const [id, { context }] of parts.clients)
			this.#client(id, context.name);
	}

	add({ event }: Stored, { frames }: Moment, before: State): void {
		this.#times.push(event.time);
		this.#roomOf.push(isOfRoom(event) ? this.#room(event.room) : 0);
		const name = "name" in event ? event.name : undefined;
		this.#clientOf.push(
			"client" in event ? this.#client(event.client, name) : 0,
		);
		if (event.type !== "clients.detached") return;
		const crowd = frames.flatMap((frame) =>
			before.client(frame.actor) ? this.#client(frame.actor) : [],
		);
		this.#crowds.set(this.#times.length - 1, new Set(crowd));
	}

	get roomNames(): readonly string[] {
		return [...this.#rooms.keys()].sort();
	}

	/** Milliseconds since 1970; 0 where no event is. */
	timeOf(seq: number): number {
		return this.#times[seq - this.#first - 1] ?? 0;
	}

	/** The last event up to a time. */
	seqAt(time: number): number {
		let [low, high] = [0, this.#times.length];
		while (low < high) {
			const middle = (low + high) >>> 1;
			if ((this.#times[middle] ?? 0) <= time) low = middle + 1;
			else high = middle;
		}
		return this.#first + low;
	}

	/** The nearest event in scope behind `from`, or before it. */
	next(scope: Scope, from: number, back: boolean): number | undefined {
		const isMeant = this.#meant(scope);
		const step = back ? -1 : 1;
		for (
			let at = from - this.#first - 1 + step;
			at >= 0 && at < this.#times.length;
			at += step
		)
			if (isMeant(at)) return this.#first + 1 + at;
		return undefined;
	}

	/** How many events in scope there were in so many equally long parts of the time. */
	marks(scope: Scope, parts: number): number[] {
		const isMeant = this.#meant(scope);
		const counts = new Array<number>(parts).fill(0);
		const begin = this.#times[0] ?? 0;
		const share = parts / ((this.#times.at(-1) ?? 0) - begin + 1);
		for (const [at, time] of this.#times.entries()) {
			if (!isMeant(at)) continue;
			const part = Math.floor((time - begin) * share);
			if (part in counts) counts[part] = (counts[part] ?? 0) + 1;
		}
		return counts;
	}

	#meant({ room, client }: Scope): IsMeant {
		const number = this.#rooms.get(room ?? "");
		const isInRoom: IsMeant = room
			? (at) => this.#roomOf[at] === number
			: () => true;
		if (!client) return isInRoom;
		const wanted = this.#clientsCalled(client);
		return (at) =>
			isInRoom(at) &&
			(wanted.has(this.#clientOf[at] ?? 0) ||
				[...(this.#crowds.get(at) ?? [])].some((each) => wanted.has(each)));
	}

	/** The clients who are called so, or whose id begins so. */
	#clientsCalled(text: string): ReadonlySet<number> {
		const called = text.toLowerCase();
		const wanted = new Set<number>();
		for (const [id, { number, name }] of this.#clients)
			if (id.startsWith(text) || name.toLowerCase() === called)
				wanted.add(number);
		return wanted;
	}

	#room(name: string): number {
		const number = this.#rooms.get(name) ?? this.#rooms.size + 1;
		this.#rooms.set(name, number);
		return number;
	}

	#client(id: string, name?: string): number {
		const known = this.#clients.get(id);
		const number = known?.number ?? this.#clients.size + 1;
		if (!known || (name !== undefined && name !== known.name))
			this.#clients.set(id, { number, name: name ?? "" });
		return number;
	}
}

/** A request to log in names a room, but does nothing to it. */
const isOfRoom = (
	event: PlumeEvent,
): event is Extract<PlumeEvent, { room: string }> =>
	"room" in event && event.type !== "login.requested";
