/**
 * Tells people of their own rooms that are not for all: with which title, who
 * else is a member, and to which they are invited. A tab that has asked once
 * is told again when that changes.
 */
import type { ClientContext } from "../../machines/client.ts";
import type { Identity, PlumeEvent, RoomName } from "../../machines/events.ts";
import type { ServerFrame } from "../../machines/protocol.ts";
import type { Room } from "../chat/room.ts";
import type { Archive } from "../history/archive.ts";
import { messageOf } from "../log/disk.ts";
import { throttled } from "../rate-limit.ts";
import { nameOf, personOf, personUnder } from "./commands/names-held.ts";
import type { Connection } from "./connection.ts";
import type { Step } from "./fold.ts";
import type { RunningParts } from "./parts.ts";
import type { State } from "./state.ts";

/** A list may be long, and much may change at once. */
const THROTTLE_MS = 1000;

/** Events by which somebody's own rooms are others, or have another title. */
const changes: ReadonlySet<string> = new Set<PlumeEvent["type"]>([
	...(["member.added", "member.removed", "room.titled"] as const),
	...(["room.handedOver", "room.closed", "message.erased"] as const),
	...(["invitation.made", "invitation.spent", "invitation.ended"] as const),
]);

type OwnRoom = ServerFrame<"ownRooms">["rooms"][number];

interface Subscriber {
	readonly person: Identity;
	/** Changes while its answer is being made. */
	isStale: boolean;
	isBusy: boolean;
}

/** The access and topic of a room, for a welcome. */
export function aboutRoom(state: State, { name, topic: text }: Room) {
	const { access, isClosed, topic: offset } = state.room(name)?.context ?? {};
	return {
		...{ ...(access && { access }), ...(isClosed && { closed: isClosed }) },
		...(text && offset !== undefined && { topic: { text, offset } }),
	};
}

/** The rooms of a person who is called otherwise since an event. */
function roomsRenamed({ stored: { event }, before, after }: Step) {
	const then = before.server.context.names;
	const now = after.server.context.names;
	if (then === now || !("nameKey" in event)) return [];
	const owner = then.get(event.nameKey) ?? now.get(event.nameKey);
	const person = owner ? personOf(owner) : "";
	const rooms = after.roomsOf(person);
	const isSame =
		rooms.length === 0 || nameOf(then, person) === nameOf(now, person);
	return isSame ? [] : rooms;
}

export class OwnRooms {
	readonly #parts: RunningParts;
	readonly #subscribers = new Map<Connection, Subscriber>();
	readonly #sendSoon: (connection: Connection) => void;
	readonly #reading = new Map<string, ReturnType<Archive["find"]>>();

	constructor(parts: RunningParts) {
		this.#parts = parts;
		this.#sendSoon = throttled(parts.clock, THROTTLE_MS, (connection) => {
			const subscriber = this.#subscribers.get(connection);
			if (subscriber) this.#send(connection, subscriber);
		});
	}

	/** Answers once what was decided so far is durable. */
	ask(
		connection: Connection,
		{ identity, nameKey }: Pick<ClientContext, "identity" | "nameKey">,
		id: string | undefined,
	): void {
		const { pipeline, states } = this.#parts;
		pipeline.tell(connection, () => {
			const { names } = states.committed.server.context;
			const person = personUnder(names, { identity, nameKey });
			const subscriber = { person, isStale: false, isBusy: false };
			this.#subscribers.set(connection, subscriber);
			this.#send(connection, subscriber, id);
		});
	}

	/** Call when a connection is over. */
	forget(connection: Connection): void {
		this.#subscribers.delete(connection);
	}

	/** Call once an event is committed: whom it may concern are told. */
	onCommitted(step: Step): void {
		const { event } = step.stored;
		const renamed = roomsRenamed(step);
		if (!changes.has(event.type) && renamed.length === 0) return;
		const { invitations } = step.before.server.context;
		const ended =
			event.type === "invitation.ended"
				? invitations?.get(event.invitation)
				: undefined;
		const { room = "", identity: one } = { ...ended, ...event };
		const people = step.after.room(room)?.context.people;
		const isRenamed = (own: RoomName) => renamed.includes(own);
		for (const [connection, { person }] of this.#subscribers) {
			const isAmong =
				people?.has(person) ||
				(renamed.length > 0 && step.after.roomsOf(person).some(isRenamed));
			if (isAmong || person === one) this.#sendSoon(connection);
		}
	}

	#send(connection: Connection, subscriber: Subscriber, id?: string): void {
		if (subscriber.isBusy && id === undefined) {
			subscriber.isStale = true;
			return;
		}
		const { pipeline } = this.#parts;
		subscriber.isBusy = true;
		const { person } = subscriber;
		const isAsked = () => this.#subscribers.get(connection)?.person === person;
		void this.#roomsOf(person)
			.then((rooms) =>
				pipeline.tell(connection, () => {
					if (isAsked())
						connection.mailbox.put({ kind: "ownRooms", rooms, id });
				}),
			)
			.finally(() => {
				subscriber.isBusy = false;
				const isStale = subscriber.isStale && isAsked();
				subscriber.isStale = false;
				if (isStale) this.#send(connection, subscriber);
			});
	}

	async #roomsOf(person: Identity): Promise<readonly OwnRoom[]> {
		const { committed } = this.#parts.states;
		const rooms: OwnRoom[] = [];
		for (const room of committed.roomsOf(person)) {
			const own = await this.#describe(room, person);
			if (own) rooms.push(own);
		}
		const { invitations, names } = committed.server.context;
		for (const [invitation, facts] of invitations ?? []) {
			const { room, identity, by, expires } = facts;
			if (identity !== person || room === undefined) continue;
			// Those that are over go at the next look.
			if (expires <= this.#parts.clock.now()) continue;
			const access = committed.room(room)?.context.access ?? "private";
			const title = await this.titleOrNone(room);
			const others = [nameOf(names, by)];
			rooms.push({ room, access, title, names: others, invitation });
		}
		return rooms;
	}

	async #describe(room: RoomName, person: Identity) {
		const title = await this.titleOrNone(room);
		// It may have changed while its title was read.
		const { committed } = this.#parts.states;
		const context = committed.room(room)?.context;
		if (!context?.access || !context.people?.has(person)) return undefined;
		const { names } = committed.server.context;
		const others = [...context.people.keys()].filter((one) => one !== person);
		const { maker, access, isClosed } = context;
		return {
			...{ room, access, title },
			names: others.map((one) => nameOf(names, one)).sort(),
			...(maker !== undefined && { owner: nameOf(names, maker) }),
			...(maker === person && ({ mine: true } as const)),
			...(isClosed && { closed: isClosed }),
		};
	}

	/** A title that can't be read takes no other room off the list. */
	titleOrNone(room: RoomName): Promise<string> {
		const { report } = this.#parts;
		return this.titleOf(room).catch((error: unknown) => {
			report.warn({ error: messageOf(error) }, "a title could not be read");
			return "";
		});
	}

	/** Reads the topic of a room for a welcome, which leaves it out if it can't be read. Undefined if it is known. */
	recallTopic({ name, topic }: Room): Promise<unknown> | undefined {
		const about = this.#parts.states.committed.room(name)?.context;
		if (topic !== undefined || about?.topic === undefined) return undefined;
		return this.titleOf(name, "topic").catch(() => {});
	}

	/** The title of a room, or its topic: remembered, or read from the log; empty if there is none, or it is erased. All who ask meanwhile share one reading. */
	async titleOf(
		key: RoomName,
		which: "titled" | "topic" = "titled",
	): Promise<string> {
		const { server, states, archive } = this.#parts;
		const offset = states.committed.room(key)?.context[which];
		if (offset === undefined) return "";
		const room = server.room(key);
		if (room[which] !== undefined) return room[which];
		const { epoch } = states.committed.head(key);
		const at = `${key} ${epoch} ${offset}`;
		const reading =
			this.#reading.get(at) ??
			archive
				.find({ room: key, epoch, offset })
				.finally(() => this.#reading.delete(at));
		this.#reading.set(at, reading);
		const found = await reading;
		// An event that changed it meanwhile has set it already.
		room[which] ??= found?.text ?? "";
		return room[which];
	}
}
