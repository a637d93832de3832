/**
 * Brings whoever comes back to where their room is: what they missed, in
 * order, a portion at a time, each when the network has taken the one before.
 * Until nothing is left they are in the room but not in its stream: what is
 * said meanwhile is read later, like the rest, so that nothing waits for them
 * but one portion. What a room remembers no more is read from the archive.
 *
 * Where what was missed can't be told exactly, or is too much, it is an
 * explicit gap and the latest history; that may also turn out on the way.
 */
import type { RoomName } from "../../machines/events.ts";
import type { Item } from "../../machines/message.ts";
import type { Client } from "../chat/client.ts";
import type { Room } from "../chat/room.ts";
import type { Connection, LastSeen, Login } from "./connection.ts";
import type { Pages } from "./pages.ts";
import type { Pipeline } from "./pipeline.ts";

/** Someone who is in a room, and not in its stream yet. */
interface Behind {
	readonly connection: Connection;
	readonly client: Client;
	readonly room: Room;
	readonly epoch: string;
}

export class CatchUp {
	readonly #pipeline: Pipeline;
	readonly #pages: Pages;
	readonly #onJoined: (room: RoomName) => void;

	constructor(
		pipeline: Pipeline,
		pages: Pages,
		onJoined: (room: RoomName) => void,
	) {
		this.#pipeline = pipeline;
		this.#pages = pages;
		this.#onJoined = onJoined;
	}

	/** Tells who was just welcomed what they missed, or the latest of the room, if they do not say that they were here. */
	begin(connection: Connection, login: Login, room: Room, epoch: string): void {
		const { client: id, user, lastSeen } = login;
		const client: Client = { id, user, mailbox: connection.mailbox };
		const behind = { connection, client, room, epoch };
		room.expect(client);
		if (lastSeen?.epoch === epoch) this.#check(behind, lastSeen);
		else this.#tellLatest(behind, lastSeen !== undefined);
	}

	/** What they saw there may have been another item: of a log that is gone. */
	#check(behind: Behind, { offset, time }: LastSeen): void {
		const isUnknown = behind.room.missed(offset) === undefined;
		if (time === undefined || offset === 0 || isUnknown)
			this.#goOn(behind, offset);
		else
			this.#read(behind, offset - 1, 1, ([seen]) => {
				if (seen?.time === time) this.#goOn(behind, offset);
				else this.#tellLatest(behind, true);
			});
	}

	#goOn(behind: Behind, offset: number): void {
		if (this.#isOver(behind)) return;
		const missed = behind.room.missed(offset);
		if (missed === 0) this.#join(behind);
		else if (missed === undefined) this.#tellLatest(behind, true);
		else
			this.#read(behind, offset, missed, (items) => {
				if (items.length > 0) this.#tell(behind, offset, items);
				else this.#tellLatest(behind, true);
			});
	}

	/** Hands on what stands right after an offset, as it is remembered or read; nothing, if it can't be read. */
	#read(
		behind: Behind,
		offset: number,
		limit: number,
		handOn: (items: readonly Item[]) => void,
	): void {
		const { connection, room, epoch } = behind;
		const remembered = room.after(offset);
		if (remembered) {
			handOn(remembered);
			return;
		}
		const place = { room: room.name, epoch, offset };
		this.#pages.after(connection, place, limit, (found) => {
			if (!this.#isOver(behind)) handOn(room.takeBytes(found));
		});
	}

	/** It was lost, or went on to another room; or what is read fails because the log is being closed. */
	#isOver({ room, client }: Behind): boolean {
		return room.members.get(client.id) !== client || this.#pipeline.stopping;
	}

	#tell(behind: Behind, offset: number, items: readonly Item[]): void {
		const { connection, room } = behind;
		const { mailbox, transport } = connection;
		for (const item of items) mailbox.put(item);
		const told = offset + items.length;
		if (told === room.head.offset) {
			this.#join(behind);
			return;
		}
		// It must be on its way before one can ask whether it is through.
		mailbox.flush(undefined);
		transport.whenDrained(() =>
			this.#pipeline.guarded(() =>
				this.#pipeline.tell(connection, () => this.#goOn(behind, told)),
			),
		);
	}

	#tellLatest(behind: Behind, isGap: boolean): void {
		const { connection, room, epoch } = behind;
		const { name, head, history: items } = room;
		const { offset, said } = head;
		const place = { room: name, epoch, offset, said };
		connection.mailbox.put({ kind: "latest", ...place, items, isGap });
		this.#join(behind);
	}

	#join({ client, room }: Behind): void {
		room.join(client);
		this.#onJoined(room.name);
	}
}
