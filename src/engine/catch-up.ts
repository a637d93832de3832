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
import type { Pages } from "./pages.ts";
import type { Pipeline } from "./pipeline.ts";
import type { Login, Place, Visit } from "./visit.ts";

/** Someone who is in a room, and not in its stream yet. */
interface Behind {
	readonly visit: Visit;
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
	begin(visit: Visit, login: Login, room: Room, epoch: string): void {
		const { client: id, user, place } = login;
		const client: Client = { id, user, mailbox: visit.mailbox };
		const behind = { visit, client, room, epoch };
		room.expect(client);
		if (place?.epoch === epoch) this.#check(behind, place);
		else this.#tellLatest(behind, place !== undefined);
	}

	/** What they saw there may have been another item: of a log that is gone. */
	#check(behind: Behind, { epoch, offset, time }: Place): void {
		const { visit, room } = behind;
		const isKnown = time === undefined || offset === 0;
		if (isKnown || room.missed(offset) === undefined) {
			this.#goOn(behind, offset);
			return;
		}
		const compare = (found: number | undefined) => {
			if (this.#isOver(behind)) return;
			if (found === time) this.#goOn(behind, offset);
			else this.#tellLatest(behind, true);
		};
		const remembered = room.timeAt(offset);
		const before = { room: room.name, epoch, offset: offset - 1 };
		if (remembered !== undefined) compare(remembered);
		else this.#pages.after(visit, before, 1, ([item]) => compare(item?.time));
	}

	#goOn(behind: Behind, offset: number): void {
		const { visit, room, epoch } = behind;
		if (this.#isOver(behind)) return;
		const missed = room.missed(offset);
		if (missed === undefined) {
			this.#tellLatest(behind, true);
			return;
		}
		const items = room.after(offset);
		if (items) {
			this.#tell(behind, offset, items);
			return;
		}
		const place = { room: room.name, epoch, offset };
		this.#pages.after(visit, place, missed, (found) => {
			if (this.#isOver(behind)) return;
			if (found.length === 0) this.#tellLatest(behind, true);
			else this.#tell(behind, offset, room.portion(found));
		});
	}

	/** It was lost, or went on to another room; or what is read fails because the log is being closed. */
	#isOver({ room, client }: Behind): boolean {
		return room.members.get(client.id) !== client || this.#pipeline.stopping;
	}

	#tell(behind: Behind, offset: number, items: readonly Item[]): void {
		const { visit, room } = behind;
		const { mailbox, carrier } = visit;
		for (const item of items) mailbox.put(item);
		const told = offset + items.length;
		if (told === room.head.offset) {
			this.#join(behind);
			return;
		}
		// It must be on its way before one can ask whether it is through.
		mailbox.flush(undefined);
		carrier.whenDrained(() =>
			this.#pipeline.guarded(() =>
				this.#pipeline.tell(visit, () => this.#goOn(behind, told)),
			),
		);
	}

	#tellLatest(behind: Behind, isGap: boolean): void {
		const { visit, room, epoch } = behind;
		const { name, head, history: items } = room;
		const { offset, said } = head;
		const place = { room: name, epoch, offset, said };
		visit.mailbox.put({ kind: "latest", ...place, items, isGap });
		this.#join(behind);
	}

	#join({ client, room }: Behind): void {
		room.join(client);
		this.#onJoined(room.name);
	}
}
