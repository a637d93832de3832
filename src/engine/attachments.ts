/**
 * Who is there: which visit carries which Client, how a Client enters, comes
 * back, is taken over, loses its connection, goes on to another room, and
 * leaves. A tab with a session keeps its place for a while; any other leaves
 * at once.
 */
import type {
	ClientId,
	ClientLeft,
	PlumeEvent,
	RoomName,
} from "../../machines/events.ts";
import type { Item, SystemLine } from "../../machines/message.ts";
import type { Room } from "../chat/room.ts";
import type { Entry } from "../log/log.ts";
import { CatchUp } from "./catch-up.ts";
import { decideLost } from "./commands/lost.ts";
import { personOf } from "./commands/names-held.ts";
import type { Connection, Login } from "./connection.ts";
import type { Pages } from "./pages.ts";
import type { EngineParts } from "./parts.ts";
import type { Pipeline } from "./pipeline.ts";

export class Attachments {
	readonly #pipeline: Pipeline;
	readonly #parts: EngineParts;
	readonly #pages: Pages;
	readonly #catchUp: CatchUp;
	/** Who carries each Client, from its login on. */
	readonly #attached = new Map<ClientId, Connection>();

	constructor(
		pipeline: Pipeline,
		parts: EngineParts,
		pages: Pages,
		onJoined: (room: RoomName) => void,
	) {
		this.#pipeline = pipeline;
		this.#parts = parts;
		this.#pages = pages;
		this.#catchUp = new CatchUp(pipeline, pages, onJoined);
	}

	/** From now on this visit speaks for that client, and for no other; who did so before is told to stay away. */
	attach(connection: Connection, login: Login): void {
		const own = connection.login?.client;
		if (own && own !== login.client && this.#attached.get(own) === connection) {
			this.#attached.delete(own);
			this.#vacate(own);
		}
		const before = this.#attached.get(login.client);
		connection.login = login;
		this.#attached.set(login.client, connection);
		if (!before || before === connection || before.gone) return;
		before.gone = true;
		before.transport.onEnd("replaced");
	}

	/** The visit that carries, or carried, a client. */
	connectionOf(client: ClientId): Connection | undefined {
		return this.#attached.get(client);
	}

	/** An event is durable: who entered is put into their room, and all there see it. */
	onDurable(event: PlumeEvent, item: Item | undefined): void {
		if (event.type === "room.forgotten") this.#parts.server.forget(event.room);
		if (event.type === "room.restored") {
			const room = this.#parts.server.room(event.room);
			const { epoch, restored } = this.#parts.states.ordered.head(event.room);
			room.goOn({ ...room.head, epoch, restored });
		}
		if (!item) return;
		const room = this.#parts.server.room(item.room);
		if (item.kind === "entered") this.#enter(item, room);
		if (event.type === "client.left") {
			room.leave(event.client);
			this.#left(event.client, event.why);
		}
		room.broadcast(item);
	}

	/** A client is back in its place: it gets what it missed, unless its visit went on meanwhile. */
	resume(connection: Connection, login: Login, roomName: RoomName): void {
		if (connection.login !== login) return;
		const room = this.#parts.server.room(roomName);
		room.leave(login.client);
		this.#admit(login.client, room, room.head.epoch);
	}

	/** A connection is gone: its client leaves, or is kept a place for a while. */
	lose(connection: Connection, why: ClientLeft["why"]): void {
		const id = connection.login?.client;
		if (!id || this.#attached.get(id) !== connection) return;
		const { states, clock, policy } = this.#parts;
		const state = states.ordered;
		const now = clock.now();
		const view = { ...policy, state, client: state.client(id), now };
		this.#pipeline.append(...decideLost(view, why));
		this.#vacate(id);
	}

	/** A client whose connection is gone hears nothing more, and leaves unless it comes back. */
	#vacate(client: ClientId): void {
		const snapshot = this.#parts.states.ordered.client(client);
		if (!snapshot?.matches("inRoom")) return;
		this.#parts.server.room(snapshot.context.room).leave(client);
	}

	/** A client entered: it is made, and put into its room. */
	#enter(item: SystemLine, room: Room): void {
		const { client, epoch } = item;
		// It entered, was lost and came back before any of that was durable.
		if (this.connectionOf(client)?.login?.resumed) return;
		this.#admit(client, room, epoch, item);
	}

	/** A client left, and that is durable. */
	#left(client: ClientId, why: ClientLeft["why"]): void {
		// It has entered again before that was durable.
		if (this.#parts.states.ordered.client(client)) return;
		const connection = this.#attached.get(client);
		this.#attached.delete(client);
		if (why !== "loggedOut" || !connection || connection.gone) return;
		connection.gone = true;
		connection.transport.onEnd("loggedOut");
	}

	/** Lets go of whoever is nobody any more and gone; who is still there must yet be told. */
	sweep(): void {
		for (const [client, { gone }] of this.#attached)
			if (gone && !this.#parts.states.ordered.client(client))
				this.#attached.delete(client);
	}

	/** What to log at start: whoever was inside has lost the connection. */
	atStart(node: string): readonly Entry[] {
		const { states, clock, policy } = this.#parts;
		const state = states.ordered;
		const time = clock.now();
		const deadline = time + policy.limits.graceSeconds * 1000;
		const entries: Entry[] = [];
		for (const room of state.roomNames) {
			const members = state.room(room)?.context.members ?? [];
			let kept = 0;
			for (const [client, { session }] of members) {
				const why = "restart";
				const type = "client.left";
				if (session) kept++;
				else entries.push({ event: { type, time, room, client, why } });
			}
			const type = "clients.detached";
			if (kept > 0)
				entries.push({ event: { type, time, room, node, deadline } });
		}
		return entries;
	}

	/** Welcomes a client, as soon as its room knows what to show; one without a session is shown nothing, so it need not wait. */
	#admit(client: ClientId, room: Room, epoch: string, entered?: Item): void {
		const connection = this.#attached.get(client);
		if (!connection?.login || connection.gone) return;
		const { login } = connection;
		const isClassic = login.pending && !login.session;
		if (room.lacks === undefined || isClassic) {
			this.#welcome(connection, login, room, epoch);
			return;
		}
		void this.#pages.recall(room).then(() =>
			this.#pipeline.tell(connection, () => {
				if (connection.login !== login) return;
				this.#welcome(connection, login, room, room.head.epoch);
				if (entered) room.tellHost(entered);
			}),
		);
	}

	#welcome(
		connection: Connection,
		login: Login,
		room: Room,
		epoch: string,
	): void {
		const { mailbox, networks } = connection;
		const { client, request: id } = login;
		const { nameKey = "" } =
			this.#parts.states.ordered.client(client)?.context ?? {};
		const owner = this.#parts.states.ordered.server.context.names.get(nameKey);
		if (owner) this.#parts.mail.known.add(networks[0] ?? "", personOf(owner));
		const { name } = login.user;
		if (login.pending) mailbox.put({ kind: "authenticated", name, id });
		if (login.session) mailbox.put({ kind: "session", ...login.session });
		const last = login.last ?? 0;
		const place = { room: room.name, ...room.head, epoch };
		mailbox.put({ kind: "welcome", client, name, ...place, last, id });
		this.#catchUp.begin(connection, login, room, epoch);
	}
}
