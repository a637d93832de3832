/**
 * Who in a room is away and who is typing. None of it is logged. Who is in
 * the room is asked of the room machine's committed state, so presence never
 * runs ahead of what is durable. Changes wait until they are published, in
 * lists that are bounded; a change that was undone by then is not published.
 */
import type { ClientId, RoomName } from "../../machines/events.ts";
import type { Member, RoomContext } from "../../machines/room.ts";
import type { Attendee, PresenceMessage } from "./server-message.ts";

const MOST_LISTED = 500;
const MOST_TYPING = 10;

export type Members = RoomContext["members"];

/** The public room in which a person who is away from this one looks now. */
export type Elsewhere = (member: Member) => RoomName | undefined;

export class Presence {
	readonly #room: RoomName;
	/** Clients whose tab is in the background, on whatever node. */
	readonly #hidden = new Set<ClientId>();
	/** Clients whose connection is lost, while the event that says so is not durable. */
	readonly #losing = new Set<ClientId>();
	/** Clients that may have changed, and whether they were last published as away. */
	readonly #changed = new Map<ClientId, boolean>();
	/** The room last published as `in`, for each client. */
	readonly #elsewhere = new Map<ClientId, RoomName>();
	/** The time until which each client is taken to be typing. */
	readonly #typing = new Map<ClientId, number>();
	#publishedTyping: readonly ClientId[] = [];
	/** Something may have changed, or the last list was full. */
	#hasMore = false;

	constructor(room: RoomName) {
		this.#room = room;
	}

	get hidden(): Iterable<ClientId> {
		return this.#hidden;
	}

	hide(client: ClientId, isHidden: boolean): void {
		this.willChange(client);
		if (isHidden) this.#hidden.add(client);
		else this.#hidden.delete(client);
	}

	/** Whether nobody looks at a client's tab. */
	isHidden(client: ClientId): boolean {
		return this.#hidden.has(client);
	}

	/** Call before anything of a client may change, as which room its person looks at; `wasLost`: its connection was. */
	willChange(client: ClientId, wasLost = false): void {
		this.#hasMore = true;
		if (!this.#changed.has(client))
			this.#changed.set(client, wasLost || this.#hidden.has(client));
	}

	/** Call when a client's connection is lost, here. */
	lose(client: ClientId): void {
		this.willChange(client);
		this.#losing.add(client);
		this.#forget(client);
	}

	/** Call when it is durable that a client was detached or resumed; `wasLost`: its connection was lost before that. */
	reattach(client: ClientId, wasLost: boolean): void {
		this.willChange(client, wasLost);
		this.settle(client);
	}

	/** Call when a client is attached here. */
	settle(client: ClientId): void {
		this.#losing.delete(client);
		this.#forget(client);
	}

	leave(client: ClientId): void {
		this.#changed.delete(client);
		this.#elsewhere.delete(client);
		this.settle(client);
	}

	type(client: ClientId, until: number): void {
		this.#typing.set(client, until);
	}

	stopTyping(client: ClientId): void {
		this.#typing.delete(client);
	}

	/** Call when nobody can say anything any more. */
	close(): void {
		this.#typing.clear();
	}

	/** Whether there will be something to publish even if nobody does anything: a full list goes on, typing ends. */
	get isRestless(): boolean {
		const typing = this.#typing.size + this.#publishedTyping.length;
		return this.#hasMore || typing > 0;
	}

	/** The list of members, for newcomers. Call it right after the changes were published. */
	list(members: Members): PresenceMessage {
		const listed: Attendee[] = [];
		for (const [client, member] of members) {
			const away = this.#changed.get(client) ?? this.#isAway(client, member);
			if (listed.push(this.#attendee(client, member, away)) === MOST_LISTED)
				break;
		}
		const total = members.size;
		return { kind: "members", room: this.#room, total, members: listed };
	}

	/** What has changed since the last call, for everyone in the room. */
	changes(
		members: Members,
		now: number,
		elsewhere: Elsewhere = () => undefined,
	): readonly PresenceMessage[] {
		return [...this.#away(members, elsewhere), ...this.#typists(members, now)];
	}

	#attendee(client: ClientId, { name }: Member, away: boolean): Attendee {
		const where = this.#elsewhere.get(client);
		return { client, name, away, ...(where && { in: where }) };
	}

	#forget(client: ClientId): void {
		this.#hidden.delete(client);
		this.#typing.delete(client);
	}

	/** Whether nobody looks at the tab, or its connection is lost. */
	#isAway(client: ClientId, { deadline }: Member): boolean {
		return deadline !== undefined || this.#hidden.has(client);
	}

	#away(members: Members, elsewhere: Elsewhere): readonly PresenceMessage[] {
		const changed: Attendee[] = [];
		for (const [client, wasAway] of this.#changed) {
			const member = members.get(client);
			const isLosing = this.#losing.has(client);
			if (member && member.deadline === undefined && isLosing) continue;
			this.#changed.delete(client);
			if (!member) continue;
			const away = this.#isAway(client, member);
			const where = away ? elsewhere(member) : undefined;
			if (away === wasAway && where === this.#elsewhere.get(client)) continue;
			if (where) this.#elsewhere.set(client, where);
			else this.#elsewhere.delete(client);
			if (changed.push(this.#attendee(client, member, away)) === MOST_LISTED)
				break;
		}
		this.#hasMore = changed.length === MOST_LISTED;
		if (changed.length === 0) return [];
		return [{ kind: "presence", room: this.#room, members: changed }];
	}

	#typists(members: Members, now: number): readonly PresenceMessage[] {
		for (const [client, until] of this.#typing)
			if (until <= now) this.#typing.delete(client);
		const typing = [...this.#typing.keys()].slice(0, MOST_TYPING);
		if (typing.join() === this.#publishedTyping.join()) return [];
		this.#publishedTyping = typing;
		const clients = typing.map((client) => ({
			client,
			name: members.get(client)?.name ?? "",
		}));
		return [{ kind: "typing", room: this.#room, clients }];
	}
}
