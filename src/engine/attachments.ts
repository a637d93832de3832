/**
 * Which connection is attached to which Client: how a Client enters, resumes,
 * is taken over by another connection, loses its own, goes to another room,
 * and leaves. With a session it may resume for a while; without, it leaves as
 * soon as its connection is lost.
 */
import type {
	ClientId,
	ClientLeft,
	Identity,
	RoomName,
} from "../../machines/events.ts";
import {
	BOT_NAME,
	type CloseReason,
	type Item,
	type SystemLine,
} from "../../machines/message.ts";
import type { Owner } from "../../machines/server.ts";
import type { Room } from "../chat/room.ts";
import type { ServerMessage } from "../chat/server-message.ts";
import { type Say, sayIn } from "../languages/words.ts";
import { CatchUp, type CatchUpParts } from "./catch-up.ts";
import { actorOf } from "./commands/actor.ts";
import { identitiesOf, personOf, spelled } from "./commands/names-held.ts";
import { decideLost } from "./commands/sessions.ts";
import { type Connection, type Login, sameAsNow } from "./connection.ts";
import { aboutRoom, type OwnRooms } from "./own-rooms.ts";
import { ownFrame } from "./own-state.ts";
import { leads, viewOf } from "./parts.ts";

/** How the connection of a client that left is closed; of the others nobody is there. */
const closing: Partial<Record<ClientLeft["why"], CloseReason>> = {
	loggedOut: "loggedOut",
	renamed: "restart",
	uninvited: "banned",
	banned: "banned",
	kicked: "kicked",
	removed: "removed",
};

interface AttachmentsParts extends CatchUpParts {
	readonly ownRooms: OwnRooms;
}

export class Attachments {
	readonly #parts: AttachmentsParts;
	readonly #catchUp: CatchUp;
	/** The connection of each Client, from its login on. */
	readonly #attached = new Map<ClientId, Connection>();
	/** The logins that were let in, or are as soon as the room has read what it shows them. */
	readonly #admitted = new WeakSet<Login>();
	/** Those who were shown what is theirs. */
	readonly #welcomed = new WeakSet<Login>();
	/** What those are told who leave because of a moderator, in their language. */
	#parting: ((say: Say) => string) | undefined;

	constructor(parts: AttachmentsParts) {
		this.#parts = parts;
		this.#catchUp = new CatchUp(parts);
	}

	/** Attaches a connection to the client of a login, instead of the client that it had. Another connection of the new client is closed as replaced. */
	attach(connection: Connection, login: Login): void {
		const own = connection.login?.client;
		if (own && own !== login.client && this.#attached.get(own) === connection) {
			this.#attached.delete(own);
			this.#detach(own);
		}
		const before = this.#attached.get(login.client);
		const isSame = sameAsNow(connection);
		connection.login = login;
		if (!isSame()) {
			this.#parts.liveUpdates.forget(connection);
			this.#parts.ownRooms.forget(connection);
		}
		this.#attached.set(login.client, connection);
		if (!before || before === connection || before.gone) return;
		before.gone = true;
		before.transport.onEnd("replaced");
	}

	/** The connection that is, or was last, attached to a client. */
	connectionOf(client: ClientId): Connection | undefined {
		return this.#attached.get(client);
	}

	/** Call once it is durable that a client resumed. It gets what it missed, unless its connection is lost, or serves another client by now. */
	resume(connection: Connection, login: Login, roomName: RoomName): void {
		if (connection.gone || connection.login !== login) return;
		if (this.#admitted.has(login)) return;
		const room = this.#parts.server.room(roomName);
		room.detach(login.client);
		this.#admit(login.client, room, room.recent.head.epoch);
	}

	/** The sequencer let a client in, or back in, or began its login, and this node has the events that it logged: perhaps also later ones, by which the client has left. */
	admit(connection: Connection, login: Login): void {
		const snapshot = this.#parts.states.committed.client(login.client);
		// The event let it in already, unless that came before the login.
		if (snapshot?.matches("inRoom"))
			this.resume(connection, login, snapshot.context.room);
		const hasLeft = !snapshot && (login.session || !login.pending);
		// When they come again they are told why.
		if (hasLeft && connection.login === login)
			connection.transport.onEnd("restart");
	}

	/** Whether a connection of this node has no client, or one that may stay on it. */
	isAdmitted({ login, mailbox, node }: Connection): boolean {
		if (!login || node) return true;
		const client = this.#parts.states.committed.client(login.client);
		if (!client?.matches("inRoom")) return client !== undefined;
		const { attached } = this.#parts.server.room(client.context.room);
		return attached.get(login.client)?.mailbox === mailbox;
	}

	/** Call when a connection is lost. Its client leaves, or has some time to resume. */
	lose(connection: Connection, why: ClientLeft["why"]): void {
		const id = connection.login?.client;
		if (!id || this.#attached.get(id) !== connection) return;
		if (leads(this.#parts)) {
			const view = viewOf(this.#parts, connection.login, connection.node);
			this.#parts.pipeline.append(decideLost(view, why));
		}
		this.#detach(id);
		this.forgetIfGone(id);
	}

	/** Forgets the connection of a client that is no more, if that connection is closed: nobody can be answered there. */
	forgetIfGone(client: ClientId): void {
		const isOver = !this.#parts.states.ordered.client(client);
		if (isOver && this.#attached.get(client)?.gone)
			this.#attached.delete(client);
	}

	/** Tells every tab of a person whom they have blocked. */
	tellBlocks(person: Identity): void {
		this.tellAll(person, { kind: "blocks", names: this.#blocked(person) });
	}

	/** Tells every tab of a person on this node. What one is told that is still to be welcomed comes with its welcome. */
	tellAll(person: Identity, message: ServerMessage): void {
		for (const { id } of this.#clientsOf(person)) {
			const login = this.#attached.get(id)?.login;
			if (login && this.#welcomed.has(login)) this.#put(id, message);
		}
	}

	/** Tells a person's tabs, in one room or wherever they are, something that nobody else sees. */
	tell(
		{ identity, room: only }: { identity: Identity; room?: RoomName },
		words: (say: Say, room: RoomName) => string,
	): void {
		for (const { id, room } of this.#clientsOf(identity)) {
			if (only !== undefined && room !== only) continue;
			const say = sayIn(this.#attached.get(id)?.login?.user.language);
			const text = words(say, room);
			this.#put(id, { kind: "aside", name: BOT_NAME, text });
		}
	}

	#put(client: ClientId, message: ServerMessage): void {
		const to = this.#attached.get(client);
		if (to && !to.gone && !to.node) to.mailbox.put(message);
	}

	/** Call when someone's names are others now: tells those who have blocked them. */
	tellBlockers(owner: Pick<Owner, "identity" | "person">): void {
		const { blocks } = this.#parts.states.committed.server.context;
		for (const [by, blocked] of blocks ?? [])
			if (blocked.includes(personOf(owner))) this.tellBlocks(by);
	}

	/** The names of the people whom a person has blocked, and how their tabs spell them. */
	#blocked(person: Identity): readonly string[] {
		const { names, blocks } = this.#parts.states.committed.server.context;
		const all = (blocks?.get(person) ?? []).flatMap((other) => [
			...spelled(names, other),
			...this.#clientsOf(other).map(({ name }) => name),
		]);
		return [...new Set(all)];
	}

	/** The clients of a person in all rooms. */
	#clientsOf(person: Identity) {
		const state = this.#parts.states.committed;
		return [...identitiesOf(state.server.context.names, person)]
			.flatMap((identity) => state.clientsOf(identity))
			.flatMap((client) => state.client(client)?.context ?? []);
	}

	#detach(client: ClientId): void {
		const snapshot = this.#parts.states.ordered.client(client);
		if (snapshot?.matches("inRoom"))
			this.#parts.server.room(snapshot.context.room).detach(client);
	}

	/** Call once it is durable that a client entered. It is put into its room. */
	enter(item: SystemLine, room: Room): void {
		const { client, epoch } = item;
		// It lost its connection and resumed before its entry was durable: `resume` admits it.
		if (this.connectionOf(client)?.login?.resumed) return;
		this.#admit(client, room, epoch, item);
	}

	/** The next to leave are told so. */
	explain(words: (say: Say) => string): void {
		this.#parting = words;
	}

	/** Call once it is durable that a client left. */
	leave({ client, why }: ClientLeft, room: Room): void {
		if (why !== "banned" && why !== "kicked") this.#parting = undefined;
		room.detach(client);
		room.presence.leave(client);
		// It has entered again meanwhile.
		if (this.#parts.states.ordered.client(client)) return;
		const connection = this.#attached.get(client);
		this.#attached.delete(client);
		const reason = closing[why];
		if (!reason || !connection || connection.gone) return;
		connection.gone = true;
		const words = this.#parting?.(sayIn(connection.login?.user.language));
		if (!connection.node) connection.transport.onEnd(reason, words);
	}

	/** Welcomes a client once its room has read the items to show. A classic client is shown none, so it need not wait. */
	#admit(client: ClientId, room: Room, epoch: string, entered?: Item) {
		const connection = this.#attached.get(client);
		if (!connection?.login || connection.gone) return;
		const { login } = connection;
		this.#rememberNetwork(connection, client);
		if (connection.node) return;
		this.#admitted.add(login);
		const isClassic = login.pending && !login.session;
		const topic = this.#parts.ownRooms.recallTopic(room);
		if ((room.recent.lacks === undefined && !topic) || isClassic)
			return this.#welcome(connection, login, room, epoch);
		void Promise.all([this.#parts.pages.recall(room), topic]).then(() =>
			this.#parts.pipeline.tell(connection, () => {
				if (connection.login !== login) return;
				this.#welcome(connection, login, room, room.recent.head.epoch);
				if (entered) room.tellHost(entered);
			}),
		);
	}

	/** What the page may offer. An admin who came in long ago is told at the act to log in anew. */
	#roleOf(client: ClientId, room: RoomName): "admin" | "maker" | undefined {
		const view = viewOf(this.#parts);
		const context = view.state.client(client)?.context;
		const { role } = context
			? actorOf(view, context, room)
			: { role: "member" };
		if (role === "lateAdmin") return "admin";
		return role === "admin" || role === "maker" ? role : undefined;
	}

	#ownerOf(client: ClientId): Owner | undefined {
		const { ordered } = this.#parts.states;
		const { nameKey = "" } = ordered.client(client)?.context ?? {};
		return ordered.server.context.names.get(nameKey);
	}

	#rememberNetwork({ networks }: Connection, client: ClientId): void {
		const owner = this.#ownerOf(client);
		if (owner) this.#parts.mail.known.add(networks[0] ?? "", personOf(owner));
	}

	#welcome(
		connection: Connection,
		login: Login,
		room: Room,
		epoch: string,
	): void {
		const { mailbox } = connection;
		const { client, request: id } = login;
		const owner = this.#ownerOf(client);
		const { name } = login.user;
		if (login.pending) mailbox.put({ kind: "authenticated", name, id });
		if (login.session) mailbox.put({ kind: "session", ...login.session });
		const last = login.last ?? 0;
		const head = { room: room.name, ...room.recent.head, epoch };
		const person = owner ? personOf(owner) : "";
		const role = this.#roleOf(client, room.name);
		const { names: owners } = this.#parts.states.committed.server.context;
		const all = spelled(owners, person, owner?.identity);
		const others = all.filter((one) => one !== name);
		const { retentionHours } = room;
		const { cluster } = this.#parts;
		mailbox.put({
			...{ kind: "welcome", client, name, ...head, last, role },
			...(others.length > 0 && { names: others }),
			...aboutRoom(this.#parts.states.committed, room),
			...{ retentionHours, node: cluster?.labels.get(cluster.node), id },
		});
		const names = this.#blocked(person);
		if (names.length > 0) mailbox.put({ kind: "blocks", names });
		const own = ownFrame(this.#parts, person);
		if (own) mailbox.put(own);
		this.#welcomed.add(login);
		this.#catchUp.begin(connection, login, room, epoch);
	}
}
