/**
 * Sends a returning client the items it missed, in order and in batches: each
 * when the network has taken the one before. Until it has caught up it is in
 * the room but not in its stream, and items that come meanwhile are read like
 * the others. So the server never buffers more than one batch for it. Items
 * that the room no longer remembers are read from the archive.
 *
 * If what it missed can't be determined, or is too much, it gets a gap and the
 * latest items instead. That may turn out at any batch.
 */
import type { Item } from "../../machines/message.ts";
import type { Client } from "../chat/client.ts";
import type { Room } from "../chat/room.ts";
import type { Connection, LastSeen, Login } from "./connection.ts";
import type { LiveUpdates } from "./live-updates.ts";
import type { Pages } from "./pages.ts";
import type { RunningParts } from "./parts.ts";

/** A client that is in a room, and not in its stream yet. */
interface Behind {
	readonly connection: Connection;
	readonly client: Client;
	readonly room: Room;
	readonly epoch: string;
}

export interface CatchUpParts extends RunningParts {
	readonly pages: Pages;
	readonly liveUpdates: LiveUpdates;
}

export class CatchUp {
	readonly #parts: CatchUpParts;

	constructor(parts: CatchUpParts) {
		this.#parts = parts;
	}

	/** Sends a client that was just welcomed what it missed, or the latest items if it was not here before. */
	begin(connection: Connection, login: Login, room: Room, epoch: string): void {
		const { client: id, user, lastSeen } = login;
		const client: Client = { id, user, mailbox: connection.mailbox };
		const behind = { connection, client, room, epoch };
		room.attach(client);
		if (lastSeen?.epoch === epoch) this.#check(behind, lastSeen);
		else this.#sendLatest(behind, lastSeen !== undefined);
	}

	/** Checks that the item at the offset is the one that the client saw: that may have been another one, in a log that is lost. */
	#check(behind: Behind, { offset, time }: LastSeen): void {
		const isUnknown = behind.room.recent.missed(offset) === undefined;
		if (time === undefined || offset === 0 || isUnknown)
			this.#sendAfter(behind, offset);
		else
			this.#read(behind, offset - 1, 1, ([seen]) => {
				if (seen?.time === time) this.#sendAfter(behind, offset);
				else this.#sendLatest(behind, true);
			});
	}

	#sendAfter(behind: Behind, offset: number) {
		if (this.#isOver(behind)) return;
		const { recent } = behind.room;
		const missed = recent.missed(offset);
		if (!missed) return this.#sendLatest(behind, true);
		const { count, isSure } = missed;
		if (count === 0) return this.#join(behind);
		const send = () =>
			this.#read(behind, offset, count, (items) => {
				if (items.length > 0) this.#send(behind, offset, items);
				else this.#sendLatest(behind, true);
			});
		if (isSure) return send();
		const { connection, epoch } = behind;
		const from = { room: behind.room.name, epoch, offset };
		this.#parts.pages.relationsAfter(connection, from, (relations) => {
			if (this.#isOver(behind)) return;
			if (recent.areFew(count, relations)) send();
			else this.#sendLatest(behind, true);
		});
	}

	/** Calls back with the items right after an offset; with none, if they can't be read. */
	#read(
		behind: Behind,
		offset: number,
		limit: number,
		onItems: (items: readonly Item[]) => void,
	) {
		const { connection, room, epoch } = behind;
		const remembered = room.recent.after(offset);
		if (remembered) return onItems(remembered);
		const from = { room: room.name, epoch, offset };
		this.#parts.pages.after(connection, from, limit, (found) => {
			if (!this.#isOver(behind)) onItems(room.recent.takeBytes(found));
		});
	}

	/** Whether the client has lost its connection or gone to another room, or the log is being closed, so that reading fails. */
	#isOver({ room, client }: Behind): boolean {
		const { pipeline } = this.#parts;
		return room.attached.get(client.id) !== client || pipeline.stopping;
	}

	#send(behind: Behind, offset: number, items: readonly Item[]) {
		const { pipeline } = this.#parts;
		const { connection, room } = behind;
		const { mailbox, transport } = connection;
		for (const item of items) mailbox.put(item);
		const sent = offset + items.length;
		if (sent === room.recent.head.offset) return this.#join(behind);
		// Only what was handed to the transport can be drained.
		mailbox.flush(undefined);
		transport.whenDrained(() =>
			pipeline.guarded(() =>
				pipeline.tell(connection, () => this.#sendAfter(behind, sent)),
			),
		);
	}

	#sendLatest(behind: Behind, isGap: boolean): void {
		const { connection, room, epoch } = behind;
		const { latest: items, head } = room.recent;
		const { offset, said } = head;
		const upTo = { room: room.name, epoch, offset, said };
		connection.mailbox.put({ kind: "latest", ...upTo, items, isGap });
		this.#join(behind);
	}

	#join({ client, room }: Behind): void {
		room.join(client);
		this.#parts.liveUpdates.onJoined(room.name);
	}
}
