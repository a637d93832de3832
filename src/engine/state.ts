/**
 * The state of the whole server, as a value: snapshots of the machines, in
 * persistent maps that share their structure from one state to the next. Only
 * `evolve` makes one from another, in the running server, at start and in
 * replay.
 */
import { Map as PersistentMap } from "immutable";
import type { ClientContext } from "../../machines/client.ts";
import type { ClientId, Identity, RoomName } from "../../machines/events.ts";
import { epochOf } from "../../machines/item.ts";
import type { Head } from "../../machines/message.ts";
import type { RoomContext } from "../../machines/room.ts";
import type { ServerContext } from "../../machines/server.ts";
import { canonical } from "./canonical.ts";
import {
	type ClientSnapshot,
	machinesAtHand,
	type RoomSnapshot,
	type Saved,
	type ServerSnapshot,
} from "./machines.ts";
import { sha256 } from "./secrets.ts";

export interface StateParts {
	/** The log's id is part of every epoch. It becomes known with the log's first line, perhaps after this object is made. */
	readonly log: { readonly id: string };
	/** The time of the latest event, in milliseconds since 1970. Not hashed. */
	readonly time: number;
	readonly server: ServerSnapshot;
	readonly rooms: PersistentMap<RoomName, RoomSnapshot>;
	readonly clients: PersistentMap<ClientId, ClientSnapshot>;
	/**
	 * Index: the hash of the id of each login that a browser may come back with.
	 * Such a login is pending; or its client entered by it and sent nothing
	 * since, so the answer may be lost. No snapshot has the latter. Not hashed.
	 */
	readonly logins: PersistentMap<ClientId, string>;
	/** Index: the clients in rooms, detached ones too, by their identity. Not hashed. */
	readonly inside: PersistentMap<Identity, readonly ClientId[]>;
	/** Index: the rooms of each person that are not for all. Not hashed. */
	readonly memberships: PersistentMap<Identity, readonly RoomName[]>;
}

/** Each machine's value and context. No state has any text that somebody typed. */
export interface SavedState {
	readonly server: Saved<ServerContext>;
	readonly rooms: { readonly [name: string]: Saved<RoomContext> };
	readonly clients: { readonly [id: string]: Saved<ClientContext> };
}

const savedOf = <Context>({ value, context }: Saved<Context>) => ({
	value,
	context,
});

export class State {
	readonly parts: StateParts;

	constructor(parts: StateParts) {
		this.parts = parts;
	}

	/** Before the first event of a log: only `plumebot` owns a name. */
	static initial(
		log: { readonly id: string },
		server = machinesAtHand.server.initial,
	): State {
		const none = PersistentMap<string, never>();
		const people = { logins: none, inside: none, memberships: none };
		const parts = { server, rooms: none, clients: none, ...people };
		return new State({ log, time: 0, ...parts });
	}

	get time(): number {
		return this.parts.time;
	}

	get server(): ServerSnapshot {
		return this.parts.server;
	}

	room(name: RoomName): RoomSnapshot | undefined {
		return this.parts.rooms.get(name);
	}

	client(id: ClientId): ClientSnapshot | undefined {
		return this.parts.clients.get(id);
	}

	/** The client that waits for the code of the login whose id has this hash, or entered by it and sent nothing since. */
	clientOfLogin(hash: string): ClientSnapshot | undefined {
		const client = this.parts.logins.findKey((pending) => pending === hash);
		return client === undefined ? undefined : this.client(client);
	}

	get rooms(): StateParts["rooms"] {
		return this.parts.rooms;
	}

	get clients(): StateParts["clients"] {
		return this.parts.clients;
	}

	/** The clients of a person that are in rooms, detached ones too. */
	clientsOf(identity: Identity): readonly ClientId[] {
		return this.parts.inside.get(identity) ?? [];
	}

	/** The rooms that a person is a member of. */
	roomsOf(person: Identity): readonly RoomName[] {
		return this.parts.memberships.get(person) ?? [];
	}

	/** How far a room has come. The epoch of a room that does not exist is empty. */
	head(name: RoomName): Head {
		const context = this.room(name)?.context;
		if (!context) return { epoch: "", offset: 0, said: 0, restored: undefined };
		const { incarnation, offset, said, restored } = context;
		const epoch = epochOf(this.parts.log.id, incarnation);
		return { epoch, offset, said, restored };
	}

	/** What snapshots contain and hashes are computed from: no indexes. */
	serialize(): SavedState {
		const { server, rooms, clients } = this.parts;
		return {
			server: savedOf(server),
			rooms: rooms.map(savedOf).toObject(),
			clients: clients.map(savedOf).toObject(),
		};
	}

	/** SHA-256 of the canonical state: equal states, equal hashes, in any process. */
	hash(): string {
		return sha256(canonical(this.serialize()));
	}
}
