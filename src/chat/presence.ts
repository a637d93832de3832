/**
 * Who is in a room, who of them is away, and who is typing: what is told of
 * the moment and never logged. It follows what is durable, so it never runs
 * ahead of that. What it has to tell waits until it is asked for, in lists
 * that are bounded; what came to nothing meanwhile is not told at all.
 */
import type { ClientId, RoomName } from "../../machines/events.ts";
import type { Attendee, PresenceMessage } from "./server-message.ts";

const MOST_LISTED = 500;
const MOST_TYPING = 10;

interface Seat {
	readonly name: string;
	/** It has no connection; its place is kept. */
	lost: boolean;
	/** Nobody looks at it. */
	hidden: boolean;
	/** Whether all were told that it is away. */
	told: boolean;
}

export class Presence {
	readonly #room: RoomName;
	readonly #seats = new Map<ClientId, Seat>();
	/** Those of whom something else is true than was told. */
	readonly #changed = new Set<ClientId>();
	/** Until when each is taken to be typing. */
	readonly #typing = new Map<ClientId, number>();
	#toldTyping: readonly ClientId[] = [];

	constructor(room: RoomName) {
		this.#room = room;
	}

	enter(client: ClientId, name: string, lost = false): void {
		this.#seats.set(client, { name, lost, hidden: false, told: lost });
	}

	leave(client: ClientId): void {
		this.#seats.delete(client);
		this.#changed.delete(client);
		this.#typing.delete(client);
	}

	/** Its connection is gone, or there again, and looked at until it says otherwise. */
	connect(client: ClientId, isThere: boolean): void {
		this.#typing.delete(client);
		this.#change(client, { lost: !isThere, hidden: false });
	}

	hide(client: ClientId, hidden: boolean): void {
		this.#change(client, { hidden });
	}

	type(client: ClientId, until: number): void {
		if (this.#seats.has(client)) this.#typing.set(client, until);
	}

	stopTyping(client: ClientId): void {
		this.#typing.delete(client);
	}

	/** Whether there will be something to tell although nobody does anything. */
	get isRestless(): boolean {
		const typing = this.#typing.size + this.#toldTyping.length;
		return this.#changed.size + typing > 0;
	}

	/** Who is in, as all were told it. */
	get members(): PresenceMessage {
		const members: Attendee[] = [];
		for (const [client, { name, told: away }] of this.#seats)
			if (members.push({ client, name, away }) === MOST_LISTED) break;
		const total = this.#seats.size;
		return { kind: "members", room: this.#room, total, members };
	}

	/** What is to be told to all who are in. */
	news(now: number): readonly PresenceMessage[] {
		return [...this.#presence(), ...this.#typists(now)];
	}

	#change(client: ClientId, change: Partial<Pick<Seat, "lost" | "hidden">>) {
		const seat = this.#seats.get(client);
		if (!seat) return;
		Object.assign(seat, change);
		if ((seat.lost || seat.hidden) === seat.told) this.#changed.delete(client);
		else this.#changed.add(client);
	}

	#presence(): readonly PresenceMessage[] {
		const members: Attendee[] = [];
		for (const client of this.#changed) {
			const seat = this.#seats.get(client);
			this.#changed.delete(client);
			if (!seat) continue;
			const away = !seat.told;
			seat.told = away;
			if (members.push({ client, name: seat.name, away }) === MOST_LISTED)
				break;
		}
		const room = this.#room;
		return members.length > 0 ? [{ kind: "presence", room, members }] : [];
	}

	#typists(now: number): readonly PresenceMessage[] {
		for (const [client, until] of this.#typing)
			if (until <= now) this.#typing.delete(client);
		const typing = [...this.#typing.keys()].slice(0, MOST_TYPING);
		if (typing.join() === this.#toldTyping.join()) return [];
		this.#toldTyping = typing;
		const clients = typing.map((client) => ({
			client,
			name: this.#seats.get(client)?.name ?? "",
		}));
		return [{ kind: "typing", room: this.#room, clients }];
	}
}
