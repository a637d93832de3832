/**
 * Who in a room is away and who is typing. None of it is logged. Who is in
 * the room is asked of the room machine's committed state, so presence never
 * runs ahead of what is durable. Changes wait until they are published, in
 * lists that are bounded; a change that was undone by then is not published.
 */
import type { ClientId, RoomName } from "../../machines/events.ts";
import type { Member, RoomContext } from "../../machines/room.ts";
import type { Client } from "./client.ts";
import type { Attendee, PresenceMessage } from "./server-message.ts";

const MOST_LISTED = 500;
const MOST_TYPING = 10;

export type Members = RoomContext["members"];
type Attached = ReadonlyMap<ClientId, Pick<Client, "isHidden">>;

export class Presence {
	readonly #room: RoomName;
	readonly #attached: Attached;
	/** Clients that may have changed, and whether they were last published as away. */
	readonly #changed = new Map<ClientId, boolean>();
	/** The time until which each client is taken to be typing. */
	readonly #typing = new Map<ClientId, number>();
	#publishedTyping: readonly ClientId[] = [];
	/** Something may have changed, or the last list was full. */
	#hasMore = false;

	constructor(room: RoomName, attached: Attached) {
		this.#room = room;
		this.#attached = attached;
	}

	/** Call before a client is hidden, shown, detached or resumed. `isLost`: its connection was lost before that. */
	willChange(client: ClientId, isLost = false): void {
		this.#hasMore = true;
		if (!this.#changed.has(client))
			this.#changed.set(client, isLost || this.#isHidden(client));
	}

	leave(client: ClientId): void {
		this.#changed.delete(client);
		this.#typing.delete(client);
	}

	type(client: ClientId, until: number): void {
		this.#typing.set(client, until);
	}

	stopTyping(client: ClientId): void {
		this.#typing.delete(client);
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
			const { name } = member;
			const away = this.#changed.get(client) ?? this.#isAway(client, member);
			if (listed.push({ client, name, away }) === MOST_LISTED) break;
		}
		const total = members.size;
		return { kind: "members", room: this.#room, total, members: listed };
	}

	/** What has changed since the last call, for everyone in the room. */
	changes(members: Members, now: number): readonly PresenceMessage[] {
		return [...this.#away(members), ...this.#typists(members, now)];
	}

	#isHidden(client: ClientId): boolean {
		return this.#attached.get(client)?.isHidden === true;
	}

	/** Whether nobody looks at the tab, or its connection is lost. */
	#isAway(client: ClientId, { deadline }: Member): boolean {
		return deadline !== undefined || this.#isHidden(client);
	}

	#away(members: Members): readonly PresenceMessage[] {
		const changed: Attendee[] = [];
		for (const [client, wasAway] of this.#changed) {
			const member = members.get(client);
			// The event that detaches it is not durable yet, and is published once it is.
			const isAttached = this.#attached.has(client);
			if (member && member.deadline === undefined && !isAttached) continue;
			this.#changed.delete(client);
			if (!member || this.#isAway(client, member) === wasAway) continue;
			const one = { client, name: member.name, away: !wasAway };
			if (changed.push(one) === MOST_LISTED) break;
		}
		this.#hasMore = changed.length === MOST_LISTED;
		const room = this.#room;
		return changed.length > 0
			? [{ kind: "presence", room, members: changed }]
			: [];
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
