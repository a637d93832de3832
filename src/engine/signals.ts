/**
 * What is told and never logged: who is typing, who is away, how far other
 * rooms have come. It brings a room's roster the durable events and what
 * tabs say, and tells what came of it, at most once a second for each room.
 */
import type { ClientContext } from "../../machines/client.ts";
import type { PlumeEvent, RoomName } from "../../machines/events.ts";
import type { Item } from "../../machines/message.ts";
import type { Mailbox } from "../chat/mailbox.ts";
import { Watchers } from "../chat/watchers.ts";
import { Pace } from "../pace.ts";
import type { Command } from "./command.ts";
import type { EngineParts } from "./parts.ts";
import type { Pipeline } from "./pipeline.ts";
import type { Visit } from "./visit.ts";

const PACE_MS = 1000;
/** A tab that composes says so more often than that. */
const TYPING_MS = 5000;

export class Signals {
	readonly #pipeline: Pipeline;
	readonly #parts: EngineParts;
	readonly #watchers: Watchers;
	readonly #pace: Pace<RoomName>;
	/** Watched rooms where something was said that was not told yet. */
	readonly #ahead = new Set<RoomName>();

	constructor(pipeline: Pipeline, parts: EngineParts) {
		this.#pipeline = pipeline;
		this.#parts = parts;
		this.#watchers = new Watchers(parts.server);
		this.#pace = new Pace(parts.clock, PACE_MS, (room) =>
			pipeline.guarded(() => this.#tell(room)),
		);
	}

	/** Answers false to who is not in a room. It waits like a reply, so that it comes after their welcome. */
	take(visit: Visit, hint: Command<"signal">): boolean {
		const { login, mailbox } = visit;
		const snapshot = login && this.#parts.states.ordered.client(login.client);
		if (!snapshot?.matches("inRoom")) return false;
		const { context } = snapshot;
		this.#pipeline.tell(visit, () => this.#heed(mailbox, context, hint));
		return true;
	}

	/** Someone in a room is told from now on what is said there: soon also who is in. */
	introduce(room: RoomName): void {
		this.#pace.ask(room);
	}

	/** A visit is over. */
	forget({ mailbox }: Visit): void {
		this.#watchers.forget(mailbox);
	}

	/** An event is durable, and those it let in have been let in. */
	onDurable(event: PlumeEvent, item: Item | undefined): void {
		const { server } = this.#parts;
		switch (event.type) {
			case "client.entered":
				server.room(event.room).roster.enter(event.client, event.name);
				this.#pace.ask(event.room);
				break;
			case "client.left":
				server.room(event.room).roster.leave(event.client);
				break;
			case "client.detached":
			case "client.resumed": {
				const { roster } = server.room(event.room);
				roster.connect(event.client, event.type === "client.resumed");
				this.#pace.ask(event.room);
				break;
			}
			case "message.posted":
				server.room(event.room).roster.stopTyping(event.client);
				if (item?.kind !== "said") break;
				if (!this.#watchers.hear(event.room, item.text)) break;
				this.#ahead.add(event.room);
				this.#pace.ask(event.room);
		}
	}

	#heed(mailbox: Mailbox, from: ClientContext, hint: Command<"signal">): void {
		if (hint.kind === "heads") {
			this.#watchers.watch(mailbox, from.name, hint.rooms);
			if (hint.rooms.length === 0 || hint.id !== undefined)
				mailbox.put({ kind: "headsDone", id: hint.id });
			return;
		}
		const { members, roster } = this.#parts.server.room(from.room);
		// It may have gone on meanwhile.
		if (!members.has(from.id)) return;
		if (hint.kind === "presence") roster.hide(from.id, hint.away);
		else roster.type(from.id, this.#parts.clock.now() + TYPING_MS);
		this.#pace.ask(from.room);
	}

	#tell(name: RoomName): void {
		const room = this.#parts.server.find(name);
		room?.gossip(this.#parts.clock.now());
		if (room?.roster.isRestless) this.#pace.ask(name);
		if (this.#ahead.delete(name)) this.#watchers.tell(name);
		this.#parts.server.dispatch();
	}
}
