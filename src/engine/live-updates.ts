/**
 * Updates that are never logged: who is typing, who is away, how far other
 * rooms have come. Durable events and the tabs' own signals change them, and
 * each room publishes its changes at most once a second.
 */
import type { ClientContext } from "../../machines/client.ts";
import type {
	ClientId,
	Identity,
	PlumeEvent,
	RoomName,
} from "../../machines/events.ts";
import { isPublic } from "../../machines/message.ts";
import type { ServerFrame } from "../../machines/protocol.ts";
import type { Member } from "../../machines/room.ts";
import type { Mailbox } from "../chat/mailbox.ts";
import { UnreadSubscriptions } from "../chat/unread-subscriptions.ts";
import { throttled } from "../rate-limit.ts";
import type { Command, LiveUpdate } from "./command.ts";
import { mayEnter } from "./commands/decision.ts";
import { personUnder, spelled } from "./commands/names-held.ts";
import type { Connection } from "./connection.ts";
import { lostWith } from "./evolve.ts";
import type { Activity, RunningParts } from "./parts.ts";
import type { State } from "./state.ts";

const THROTTLE_MS = 1000;
/** How long a tab counts as typing after it said so. While somebody types, it says so more often. */
const TYPING_MS = 5000;

export class LiveUpdates {
	readonly #parts: RunningParts;
	readonly #unread: UnreadSubscriptions;
	readonly #publishSoon: (room: RoomName) => void;
	/** Rooms with messages that their subscribers were not told of yet. */
	readonly #unpublished = new Set<RoomName>();

	constructor(parts: RunningParts) {
		this.#parts = parts;
		this.#unread = new UnreadSubscriptions(parts.server, {
			hasBlocked: (reader, writer) =>
				this.#context.blocks?.get(reader)?.includes(writer) === true,
			mayRead: (reader, room) => this.mayRead(reader, room),
			namesOf: (person) => spelled(this.#context.names, person),
			personOf: (room, client) => this.#personOf(room, client),
		});
		this.#publishSoon = throttled(parts.clock, THROTTLE_MS, (room) =>
			parts.pipeline.guarded(() => this.#publish(room)),
		);
	}

	get #context() {
		return this.#parts.states.committed.server.context;
	}

	/** Whether a person may read a room, as far as is committed. */
	mayRead(person: Identity, room: RoomName): boolean {
		return mayEnter(this.#parts.states.committed, room, person);
	}

	/** A client that has left is looked for among those of each session that was there. */
	#personOf(room: RoomName, client: ClientId): Identity | undefined {
		const { members, known } =
			this.#parts.states.committed.room(room)?.context ?? {};
		const { names, sessions } = this.#context;
		const session = () =>
			known?.findKey((clients) => clients.includes(client)) ?? "";
		const who = members?.get(client) ?? sessions.get(session());
		return who && personUnder(names, who);
	}

	/** Returns false if the client is in no room. Its signal is applied after everything before it is durable, such as its own entry. */
	receive(connection: Connection, update: Command<LiveUpdate>): boolean {
		const { login, mailbox } = connection;
		const snapshot = login && this.#parts.states.ordered.client(login.client);
		if (!snapshot?.matches("inRoom")) return false;
		const { context } = snapshot;
		this.#parts.pipeline.tell(connection, () =>
			this.#apply(mailbox, context, update),
		);
		return true;
	}

	/** Call when a client entered a room, or begins to get its stream: soon it gets the list of members too. */
	onJoined(room: RoomName): void {
		this.#publishSoon(room);
	}

	/** Ends the subscription of a connection that is over. */
	forget({ mailbox }: Connection): void {
		this.#unread.forget(mailbox);
	}

	/** Call once it is durable that clients were detached, or one resumed. */
	reattach(
		event: PlumeEvent<
			"client.detached" | "client.resumed" | "clients.detached"
		>,
		before: State,
	): void {
		const { room } = event;
		const members = before.room(room)?.context.members;
		const { presence } = this.#parts.server.room(room);
		const clients =
			event.type === "clients.detached"
				? lostWith(before, event)
				: [event.client];
		for (const client of clients) {
			presence.reattach(client, members?.get(client)?.deadline !== undefined);
			this.move(client, room, before);
		}
		this.#publishSoon(room);
	}

	/** Call when a client enters or leaves a room, or its tab is shown or hidden: its person may be away from other rooms. `state` must still, or already, have the client in the room. */
	move(client: ClientId, room: RoomName, state: State): void {
		const one = state.room(room)?.context.members.get(client);
		if (!one || !isPublic(room)) return;
		for (const id of state.clientsOf(one.identity)) {
			const { room: other = room } = state.client(id)?.context ?? {};
			if (other === room) continue;
			const member = state.room(other)?.context.members.get(id);
			const isLost = member?.deadline !== undefined;
			this.#parts.server.find(other)?.presence.willChange(id, isLost);
			this.#publishSoon(other);
		}
	}

	/** Another room, and a public one, that a person looks at. Never a private one. */
	#elsewhere({ identity }: Member, here: RoomName): RoomName | undefined {
		const { server, states } = this.#parts;
		for (const id of states.committed.clientsOf(identity)) {
			const { room = here } = states.committed.client(id)?.context ?? {};
			if (room === here || !isPublic(room)) continue;
			const member = states.committed.room(room)?.context.members.get(id);
			const isHidden = server.find(room)?.presence.isHidden(id);
			if (member?.deadline === undefined && !isHidden) return room;
		}
		return undefined;
	}

	/** Call once a message is durable. */
	hear(said: ServerFrame<"said">): void {
		if (!this.#unread.hear(said)) return;
		this.#unpublished.add(said.room);
		this.#publishSoon(said.room);
	}

	#apply(
		mailbox: Mailbox,
		from: ClientContext,
		update: Command<LiveUpdate>,
	): void {
		if (update.kind === "heads") {
			const { name } = from;
			const person = personUnder(this.#context.names, from);
			this.#unread.watch(mailbox, { name, person }, update.rooms);
			if (update.rooms.length === 0 || update.id !== undefined)
				mailbox.put({ kind: "headsDone", id: update.id });
			return;
		}
		const { id: client, room } = from;
		// The client may have gone to another room meanwhile.
		if (!this.#parts.server.room(room).attached.has(client)) return;
		const away = update.kind === "presence" ? update.away : undefined;
		this.apply({ room, client, away });
		this.#parts.cluster?.signal({ room, client, away });
	}

	/** Applies a signal of a client, on this node or on another. */
	apply({ room, client, away }: Activity): void {
		const { members, isClosed } =
			this.#parts.states.committed.room(room)?.context ?? {};
		if (!members?.has(client)) return;
		const { presence } = this.#parts.server.room(room);
		if (away !== undefined) {
			presence.hide(client, away);
			this.move(client, room, this.#parts.states.committed);
		} else if (!isClosed)
			presence.type(client, this.#parts.clock.now() + TYPING_MS);
		this.#publishSoon(room);
	}

	/** Who is away on this node or, as far as it has heard, on others. */
	get away(): readonly Activity[] {
		const { states, server } = this.#parts;
		return [...states.committed.rooms.keys()].flatMap((room) =>
			[...(server.find(room)?.presence.hidden ?? [])].map((client) => ({
				...{ room, client, away: true },
			})),
		);
	}

	#publish(name: RoomName): void {
		const { server, states, clock } = this.#parts;
		const room = server.find(name);
		const state = states.committed.room(name);
		if (room && state)
			room.publishPresence(state.context.members, clock.now(), (member) =>
				this.#elsewhere(member, name),
			);
		if (room?.presence.isRestless) this.#publishSoon(name);
		if (this.#unpublished.delete(name)) this.#unread.tell(name);
		server.dispatch();
	}
}
