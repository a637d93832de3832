/**
 * The state of the whole server: actors of the machines, moved by logged
 * events and by nothing else. The running server, start-up and replay all use
 * this same fold, so they cannot disagree.
 *
 * It promises that an event either moves every machine concerned or throws
 * `IllegalEvent` before moving any: in a log with a single writer an illegal
 * event is a determinism error, and the only right answer is to stop.
 */
import { type Actor, createActor } from "xstate";
import type { clientMachine } from "../../machines/client.ts";
import type {
	Claim,
	ClientId,
	ClientLeft,
	Identity,
	MessagePosted,
	PlumeEvent,
	RoomFact,
	RoomName,
	RoomOpened,
} from "../../machines/events.ts";
import { itemOf } from "../../machines/item.ts";
import type { Head, Item } from "../../machines/message.ts";
import type { Member, roomMachine } from "../../machines/room.ts";
import type { serverMachine } from "../../machines/server.ts";
import { canonical } from "./canonical.ts";
import { type Frozen, faceOf } from "./frozen.ts";
import { Lately } from "./lately.ts";
import {
	always,
	IllegalEvent,
	type Live,
	LiveClient,
	LiveRoom,
	type Machines,
	machinesAtHand,
	move,
	start,
	UnknownEvent,
} from "./live.ts";
import type { Onlooker } from "./onlooker.ts";
import { sha256 } from "./secrets.ts";

export type RoomSnapshot = ReturnType<Actor<typeof roomMachine>["getSnapshot"]>;
type LiveServer = ReturnType<typeof always<typeof serverMachine>>;
export type ClientSnapshot = ReturnType<
	Actor<typeof clientMachine>["getSnapshot"]
>;

/** What the fold reads: an entry as it comes from any log. */
interface Recorded {
	readonly event: PlumeEvent;
	readonly erasable?: { readonly text: string };
}

export class State {
	/** Of the latest event, in milliseconds since 1970; no part of what is hashed. */
	time = 0;
	readonly #log: { readonly id: string };
	readonly #machines: Machines;
	readonly #server: LiveServer;
	readonly #rooms = new Map<RoomName, LiveRoom>();
	readonly #clients = new Map<ClientId, LiveClient>();
	readonly #pending = new Map<string, ClientId>();
	readonly lately = new Lately();
	readonly #places = new Map<Identity, readonly ClientId[]>();
	#onlooker: Onlooker | undefined;

	/** The log's id is part of every epoch; `bot` owns its name from the start. It goes on from `saved`. */
	constructor(
		log: { readonly id: string },
		bot: Claim,
		saved?: Frozen,
		machines = machinesAtHand,
	) {
		this.#log = log;
		this.#machines = machines;
		const input = { bot };
		const snapshot = saved && machines.server.resolveState(saved.server);
		const options = snapshot ? { input, snapshot } : { input };
		this.#server = always(start(createActor(machines.server, options)));
		for (const [name, face] of Object.entries(saved?.rooms ?? {})) {
			this.#rooms.set(name, new LiveRoom(machines.room, face));
			for (const [client, { identity }] of face.context.members)
				this.#takePlace(identity, client);
		}
		for (const [id, face] of Object.entries(saved?.clients ?? {})) {
			this.#clients.set(id, new LiveClient(machines.client, face));
			if (face.value === "awaitingCode")
				this.#pending.set(face.context.pending, id);
		}
	}

	/** Told of actors that come, move and go; while there is one, none comes to rest. */
	get onlooker(): Onlooker | undefined {
		return this.#onlooker;
	}

	set onlooker(onlooker: Onlooker | undefined) {
		this.#onlooker = onlooker;
		if (!onlooker) for (const client of this.#clients.values()) client.rest();
	}

	get server() {
		return this.#server.getSnapshot();
	}

	room(name: RoomName): RoomSnapshot | undefined {
		return this.#rooms.get(name)?.getSnapshot();
	}

	client(id: ClientId): ClientSnapshot | undefined {
		return this.#clients.get(id)?.getSnapshot();
	}

	/** Whose login has a pending id with this hash. */
	pending(hash: string): ClientId | undefined {
		return this.#pending.get(hash);
	}

	get roomNames(): Iterable<RoomName> {
		return this.#rooms.keys();
	}

	get clientIds(): Iterable<ClientId> {
		return this.#clients.keys();
	}

	/** The clients of one identity that are in rooms, or whose place is kept. */
	places(identity: Identity): readonly ClientId[] {
		return this.#places.get(identity) ?? [];
	}

	/** How far a room has come; a room that does not exist has no epoch. */
	head(name: RoomName): Head {
		const room = this.#room({ room: name });
		const { offset, said, restored } = room.context;
		return { epoch: room.epoch(this.#log.id), offset, said, restored };
	}

	/** Everything that has an actor, by an id that says nothing. */
	*all(): Iterable<readonly [string, Live]> {
		yield ["server", this.#server];
		for (const room of this.#rooms.values())
			yield [room.context.incarnation, room];
		yield* this.#clients;
	}

	/** Moves the machines; answers what becomes visible in a room, if anything does. A replay may be quick about it. */
	apply({ event, erasable }: Recorded, replaying = false): Item | undefined {
		this.time = Math.max(this.time, event.time);
		switch (event.type) {
			case "server.started":
			case "server.stopped":
			case "checkpoint":
			case "log.restored":
			case "name.released":
			case "session.opened":
			case "session.renewed":
			case "session.closed":
				this.#move(event, this.#server);
				return;
			case "login.requested":
				this.#begin(event.client);
				this.#move(event, this.#client(event));
				this.#pending.set(event.pending, event.client);
				return;
			case "login.resent":
			case "login.failed":
			case "login.expired": {
				const pending = this.client(event.client)?.context.pending ?? "";
				this.#move(event, this.#client(event));
				this.#forgetIfLeft(event.client);
				if (!this.client(event.client)) this.#pending.delete(pending);
				return;
			}
			case "login.succeeded":
				this.lately.note(event, this.client(event.client)?.context.pending);
				this.#pending.delete(this.client(event.client)?.context.pending ?? "");
				this.#move(event, this.#server, this.#client(event));
				return;
			case "room.opened":
				if (!this.#rooms.has(event.room)) this.#open(event);
				this.#move(event, this.#room(event));
				return;
			case "room.forgotten":
				this.#move(event, this.#room(event));
				this.onlooker?.onGone(this.#room(event));
				this.#rooms.delete(event.room);
				return;
			case "client.detached":
			case "client.resumed":
				if (event.type === "client.resumed") this.lately.note(event);
				this.#move(event, this.#room(event), this.#client(event));
				return;
			case "clients.detached": {
				const members = this.room(event.room)?.context.members ?? [];
				const clients = Array.from(members, ([client, { session }]) =>
					session ? [this.#client({ client })] : [],
				);
				this.#move(event, this.#room(event), ...clients.flat());
				return;
			}
			case "session.forgotten":
			case "room.restored":
				this.#move(event, this.#room(event));
				return;
			case "client.entered": {
				if (event.session) this.#begin(event.client);
				this.#move(event, this.#room(event), this.#client(event));
				this.#takePlace(event.identity, event.client);
				return itemOf(event, this.#place(event), event.name);
			}
			case "client.left": {
				const { client } = event;
				const { name, identity } = this.#member(event);
				this.#move(event, this.#room(event), this.#client(event));
				this.#forgetIfLeft(client);
				this.#leavePlace(identity, client);
				this.lately.note(event);
				return itemOf(event, this.#place(event), name);
			}
			case "message.posted": {
				const { name } = this.#member(event);
				const room = this.#room(event);
				if (replaying && !this.onlooker) room.replayMessage(event);
				else this.#move(event, room);
				return itemOf(event, this.#place(event), name, erasable?.text);
			}
			case "message.erased":
				this.#move(event, this.#room(event));
				return itemOf(event, this.#place(event), event.name);
			default:
				throw new UnknownEvent(event);
		}
	}

	/** SHA-256 of the canonical state: equal states, equal hashes, in any process. */
	hash(): string {
		return sha256(canonical(this.freeze()));
	}

	freeze(): Frozen {
		const rooms = Array.from(this.#rooms, ([id, it]) => [id, faceOf(it)]);
		const clients = Array.from(this.#clients, ([id, it]) => [id, faceOf(it)]);
		return {
			server: faceOf(this.#server),
			rooms: Object.fromEntries(rooms),
			clients: Object.fromEntries(clients),
		};
	}

	#move(event: PlumeEvent, ...all: readonly Live[]): void {
		for (const each of all) this.onlooker?.onMoving(each);
		move(event, all);
		if (!this.onlooker) for (const each of all) each.rest?.();
	}

	#place(event: RoomFact) {
		const room = this.#room(event);
		return { epoch: room.epoch(this.#log.id), offset: room.context.offset };
	}

	#room({ room }: { readonly room: RoomName }): LiveRoom {
		return this.#rooms.get(room) ?? new LiveRoom(this.#machines.room);
	}

	#client({ client }: { readonly client: ClientId }) {
		return this.#clients.get(client) ?? new LiveClient(this.#machines.client);
	}

	#member(event: ClientLeft | MessagePosted): Member {
		const member = this.#room(event).context.members.get(event.client);
		if (!member) throw new IllegalEvent(event, "room");
		return member;
	}

	#open({ room, incarnation }: RoomOpened): void {
		const opened = new LiveRoom(this.#machines.room);
		this.#rooms.set(room, opened);
		this.onlooker?.onActor(incarnation, opened);
	}

	#begin(client: ClientId): void {
		if (this.#clients.has(client)) return;
		const begun = new LiveClient(this.#machines.client);
		this.#clients.set(client, begun);
		this.onlooker?.onActor(client, begun);
	}

	#forgetIfLeft(client: ClientId): void {
		const live = this.#clients.get(client);
		if (live?.getSnapshot().status !== "done") return;
		this.#clients.delete(client);
		this.onlooker?.onGone(live);
	}

	#takePlace(identity: Identity, client: ClientId): void {
		this.#places.set(identity, [...this.places(identity), client]);
	}

	#leavePlace(identity: Identity, client: ClientId): void {
		const places = this.places(identity).filter((other) => other !== client);
		if (places.length > 0) this.#places.set(identity, places);
		else this.#places.delete(identity);
	}
}
