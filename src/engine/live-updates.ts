/**
 * What is told and never logged: who is typing, who is away, how far other
 * rooms have come. It brings a room's roster the durable events and what
 * tabs say, and tells what came of it, at most once a second for each room.
 */
import type { ClientContext } from "../../machines/client.ts";
import type { RoomName } from "../../machines/events.ts";
import type { Item } from "../../machines/message.ts";
import type { Mailbox } from "../chat/mailbox.ts";
import { UnreadSubscriptions } from "../chat/unread-subscriptions.ts";
import { Throttle } from "../rate-limit.ts";
import type { Command, Signal } from "./command.ts";
import type { Connection } from "./connection.ts";
import type { Step } from "./fold.ts";
import type { EngineParts } from "./parts.ts";
import type { Pipeline } from "./pipeline.ts";

const THROTTLE_MS = 1000;
/** A tab that composes says so more often than that. */
const TYPING_MS = 5000;

export class LiveUpdates {
	readonly #pipeline: Pipeline;
	readonly #parts: EngineParts;
	readonly #unread: UnreadSubscriptions;
	readonly #throttle: Throttle<RoomName>;
	/** Watched rooms where something was said that was not told yet. */
	readonly #ahead = new Set<RoomName>();

	constructor(pipeline: Pipeline, parts: EngineParts) {
		this.#pipeline = pipeline;
		this.#parts = parts;
		this.#unread = new UnreadSubscriptions(parts.server);
		this.#throttle = new Throttle(parts.clock, THROTTLE_MS, (room) =>
			pipeline.guarded(() => this.#tell(room)),
		);
	}

	/** Answers false to who is not in a room. It waits like a reply, so that it comes after their welcome. */
	take(connection: Connection, update: Command<Signal>): boolean {
		const { login, mailbox } = connection;
		const snapshot = login && this.#parts.states.ordered.client(login.client);
		if (!snapshot?.matches("inRoom")) return false;
		const { context } = snapshot;
		this.#pipeline.tell(connection, () =>
			this.#apply(mailbox, context, update),
		);
		return true;
	}

	/** Someone in a room is told from now on what is said there: soon also who is in. */
	introduce(room: RoomName): void {
		this.#throttle.ask(room);
	}

	/** A visit is over. */
	forget({ mailbox }: Connection): void {
		this.#unread.forget(mailbox);
	}

	/** An event is durable, and those it let in have been let in. */
	onDurable({ stored: { event }, before }: Step, item: Item | undefined): void {
		const { server } = this.#parts;
		switch (event.type) {
			case "client.entered":
				this.#throttle.ask(event.room);
				break;
			case "client.left":
				server.room(event.room).presence.leave(event.client);
				break;
			case "client.detached":
			case "client.resumed": {
				const { client, room } = event;
				const member = before.room(room)?.context.members.get(client);
				const isLost = member?.deadline !== undefined;
				server.room(room).presence.willChange(client, isLost);
				this.#throttle.ask(room);
				break;
			}
			case "message.posted":
				server.room(event.room).presence.stopTyping(event.client);
				if (item?.kind !== "said") break;
				if (!this.#unread.hear(event.room, item.text)) break;
				this.#ahead.add(event.room);
				this.#throttle.ask(event.room);
		}
	}

	#apply(mailbox: Mailbox, from: ClientContext, update: Command<Signal>): void {
		if (update.kind === "heads") {
			this.#unread.watch(mailbox, from.name, update.rooms);
			if (update.rooms.length === 0 || update.id !== undefined)
				mailbox.put({ kind: "headsDone", id: update.id });
			return;
		}
		const room = this.#parts.server.room(from.room);
		// The client may have gone to another room meanwhile.
		if (!room.members.has(from.id)) return;
		if (update.kind === "presence") room.hide(from.id, update.away);
		else room.presence.type(from.id, this.#parts.clock.now() + TYPING_MS);
		this.#throttle.ask(from.room);
	}

	#tell(name: RoomName): void {
		const { server, states, clock } = this.#parts;
		const room = server.find(name);
		const state = states.committed.room(name);
		if (room && state) room.publishPresence(state.context.members, clock.now());
		if (room?.presence.isRestless) this.#throttle.ask(name);
		if (this.#ahead.delete(name)) this.#unread.tell(name);
		server.dispatch();
	}
}
