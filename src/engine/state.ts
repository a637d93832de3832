/**
 * The state of the whole server: one live actor for each machine, moved by
 * logged events and by nothing else. The running server, start-up and replay
 * all use this same fold, so they cannot disagree.
 *
 * It promises that an event either moves every machine concerned or throws
 * `IllegalEvent` before moving any: in a log with a single writer an illegal
 * event is a determinism error, and the only right answer is to stop.
 */
import {
	type Actor,
	type AnyActor,
	type AnyActorLogic,
	createActor,
} from "xstate";
import { clientMachine } from "../../machines/client.ts";
import type {
	Claim,
	ClientId,
	ClientLeft,
	Identity,
	MessagePosted,
	PlumeEvent,
	RoomFact,
	RoomName,
} from "../../machines/events.ts";
import type { Item, Place } from "../../machines/message.ts";
import { type Member, roomMachine } from "../../machines/room.ts";
import { serverMachine } from "../../machines/server.ts";
import { canonical } from "./canonical.ts";
import { sha256 } from "./secrets.ts";

export type RoomSnapshot = ReturnType<Actor<typeof roomMachine>["getSnapshot"]>;
export type ClientSnapshot = ReturnType<
	Actor<typeof clientMachine>["getSnapshot"]
>;

/** What the fold reads: an entry as it comes from any log. */
interface Recorded {
	readonly event: PlumeEvent;
	readonly erasable?: { readonly text: string };
}

export class IllegalEvent extends Error {
	override readonly name = "IllegalEvent";
	constructor(event: PlumeEvent, machine: string) {
		super(`${event.type} is not legal in the state of the ${machine} machine`);
	}
}

export class State {
	readonly #log: { readonly id: string };
	readonly #server: Actor<typeof serverMachine>;
	readonly #rooms = new Map<RoomName, Actor<typeof roomMachine>>();
	readonly #clients = new Map<ClientId, Actor<typeof clientMachine>>();
	readonly #pending = new Map<string, ClientId>();
	readonly #tabs = new Map<Identity, number>();

	/** The log's id is part of every epoch; `bot` owns its name from the start. */
	constructor(log: { readonly id: string }, bot: Claim) {
		this.#log = log;
		this.#server = start(createActor(serverMachine, { input: { bot } }));
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

	/** How many tabs of one identity are in rooms. */
	tabs(identity: Identity): number {
		return this.#tabs.get(identity) ?? 0;
	}

	/** Moves the machines; answers what becomes visible in a room, if anything does. */
	apply({ event, erasable }: Recorded): Item | undefined {
		switch (event.type) {
			case "server.started":
			case "server.stopped":
			case "name.released":
			case "session.opened":
			case "session.renewed":
			case "session.closed":
				move(event, this.#server);
				return;
			case "login.requested":
				this.#begin(event.client);
				move(event, this.#client(event));
				this.#pending.set(event.pending, event.client);
				return;
			case "login.resent":
			case "login.failed":
			case "login.expired": {
				const pending = this.client(event.client)?.context.pending ?? "";
				move(event, this.#client(event));
				this.#forgetIfLeft(event.client);
				if (!this.client(event.client)) this.#pending.delete(pending);
				return;
			}
			case "login.succeeded":
				this.#pending.delete(this.client(event.client)?.context.pending ?? "");
				move(event, this.#server, this.#client(event));
				return;
			case "room.opened":
				if (!this.#rooms.has(event.room))
					this.#rooms.set(event.room, start(createActor(roomMachine)));
				move(event, this.#room(event));
				return;
			case "client.detached":
			case "client.resumed":
				move(event, this.#room(event), this.#client(event));
				return;
			case "clients.detached": {
				const members = this.room(event.room)?.context.members ?? [];
				const clients = Array.from(members, ([client, { session }]) =>
					session ? [this.#client({ client })] : [],
				);
				move(event, this.#room(event), ...clients.flat());
				return;
			}
			case "session.forgotten":
				move(event, this.#room(event));
				return;
			case "client.entered": {
				if (event.session) this.#begin(event.client);
				move(event, this.#room(event), this.#client(event));
				this.#countTab(event.identity, 1);
				const { client, name } = event;
				return { kind: "entered", ...this.#place(event), client, name };
			}
			case "client.left": {
				const { client } = event;
				const { name, identity } = this.#member(event);
				move(event, this.#room(event), this.#client(event));
				this.#forgetIfLeft(client);
				this.#countTab(identity, -1);
				return { kind: "left", ...this.#place(event), client, name };
			}
			case "message.posted": {
				const { client, n } = event;
				const { name } = this.#member(event);
				move(event, this.#room(event));
				const text = erasable?.text ?? "";
				const said = { ...this.#place(event), client, name, text };
				return { kind: "said", ...said, ...(n === undefined ? {} : { n }) };
			}
			default:
				throw new IllegalEvent(event, "any");
		}
	}

	/** SHA-256 of the canonical state: equal states, equal hashes, in any process. */
	hash(): string {
		const faces = (actors: ReadonlyMap<string, AnyActor>) =>
			Object.fromEntries(
				Array.from(actors, ([key, actor]) => [key, face(actor)]),
			);
		const rooms = faces(this.#rooms);
		const clients = faces(this.#clients);
		return sha256(canonical({ server: face(this.#server), rooms, clients }));
	}

	#place({ room, time }: RoomFact): Place {
		const { incarnation, offset } = this.#room({ room }).getSnapshot().context;
		const epoch = `${this.#log.id.slice(0, 6)}.${incarnation.slice(0, 6)}`;
		return { room, epoch, offset, time };
	}

	#room({ room }: { readonly room: RoomName }): Actor<typeof roomMachine> {
		return this.#rooms.get(room) ?? createActor(roomMachine).start();
	}

	#client({ client }: { readonly client: ClientId }) {
		return this.#clients.get(client) ?? createActor(clientMachine).start();
	}

	#member(event: ClientLeft | MessagePosted): Member {
		const member = this.room(event.room)?.context.members.get(event.client);
		if (!member) throw new IllegalEvent(event, "room");
		return member;
	}

	#begin(client: ClientId): void {
		if (!this.#clients.has(client))
			this.#clients.set(client, start(createActor(clientMachine)));
	}

	#forgetIfLeft(client: ClientId): void {
		if (this.client(client)?.status === "done") this.#clients.delete(client);
	}

	#countTab(identity: Identity, by: 1 | -1): void {
		const tabs = this.tabs(identity) + by;
		if (tabs > 0) this.#tabs.set(identity, tabs);
		else this.#tabs.delete(identity);
	}
}

/** Sends the event to all machines it concerns, or to none. */
function move(event: PlumeEvent, ...actors: readonly AnyActor[]): void {
	for (const actor of actors)
		if (!actor.getSnapshot().can(event))
			throw new IllegalEvent(event, actor.logic.id);
	for (const actor of actors) actor.send(event);
}

/** A guard or action that throws puts an actor in `error` for good: never let that pass unseen. */
function start<Logic extends AnyActorLogic>(actor: Actor<Logic>): Actor<Logic> {
	actor.subscribe({
		error: (error) => {
			throw error;
		},
	});
	return actor.start();
}

/** The part of an actor that is state. */
function face(actor: AnyActor) {
	const { value, context } = actor.getSnapshot();
	return { value, context };
}
