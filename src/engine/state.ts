/**
 * The state of the whole server, as a value: snapshots of the machines, in
 * maps that share their structure from one state to the next. Only `evolve`
 * makes one from another: in the running server, at start and in replay.
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
	/** The log whose events made it. Its id is part of every epoch, and may become known late: with the log's first line. */
	readonly log: { readonly id: string };
	/** When the latest event was, in milliseconds since 1970; not hashed. */
	readonly time: number;
	readonly server: ServerSnapshot;
	readonly rooms: PersistentMap<RoomName, RoomSnapshot>;
	readonly clients: PersistentMap<ClientId, ClientSnapshot>;
	/** Index: whose login has a pending id with this hash. Not hashed. */
	readonly logins: PersistentMap<string, ClientId>;
	/** Index: the clients of each identity that are in rooms, detached ones too. Not hashed. */
	readonly inside: PersistentMap<Identity, readonly ClientId[]>;
	/**
	 * Clients that came in by a code and were not heard of since, with the hash
	 * of the login's id: perhaps the answer was lost. No snapshot has it; not hashed.
	 */
	readonly unheard: PersistentMap<ClientId, string>;
}

/** Each machine's value and context. No text that anyone typed is in it: none is in any state. */
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

	/** Before the first event of a log; only `plumebot` owns a name. */
	static initial(
		log: { readonly id: string },
		server = machinesAtHand.server.initial,
	): State {
		const none = PersistentMap<string, never>();
		const empty = { rooms: none, clients: none, logins: none, inside: none };
		return new State({ log, time: 0, server, ...empty, unheard: none });
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

	/** Whose login has a pending id with this hash. */
	pending(hash: string): ClientId | undefined {
		return this.parts.logins.get(hash);
	}

	/** Who came in by the login with this hash, and was not heard of since. */
	unheard(hash: string): ClientId | undefined {
		return this.parts.unheard.findKey((pending) => pending === hash);
	}

	get roomNames(): Iterable<RoomName> {
		return this.parts.rooms.keys();
	}

	get clientIds(): Iterable<ClientId> {
		return this.parts.clients.keys();
	}

	/** The clients of one identity that are in rooms, detached ones too. */
	places(identity: Identity): readonly ClientId[] {
		return this.parts.inside.get(identity) ?? [];
	}

	/** How far a room has come; a room that does not exist has no epoch. */
	head(name: RoomName): Head {
		const context = this.room(name)?.context;
		if (!context) return { epoch: "", offset: 0, said: 0, restored: undefined };
		const { incarnation, offset, said, restored } = context;
		const epoch = epochOf(this.parts.log.id, incarnation);
		return { epoch, offset, said, restored };
	}

	/** What snapshots hold, and hashes are taken of: no indexes. */
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
