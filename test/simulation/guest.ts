/** Somebody at a keyboard: what they asked for, what their tab keeps, what they typed. */
import { MessageType as types } from "../../machines/message.ts";
import type { Person } from "../test-server.ts";

export interface Guest {
	person: Person | undefined;
	email: string;
	/** What the tab keeps: who it is and what it saw last, here and in each room it was in. */
	memory: Person["memory"] | undefined;
	readonly positions: Map<unknown, Person["memory"]>;
	/** The lines each client numbered, by their numbers. */
	readonly said: Map<unknown, string[]>;
	/** Where in each epoch this connection went on. */
	readonly from: Map<unknown, number>;
	/** The code that let them in: used, so it must never let anyone in again. */
	code: string;
}

export const newGuest = (): Guest => ({
	person: undefined,
	email: "",
	memory: undefined,
	positions: new Map(),
	said: new Map(),
	from: new Map(),
	code: "",
});

/** A tab keeps what it needs to come back; a connection that came to nothing changes none of it. */
export function remember(guest: Guest): void {
	if (!guest.person?.last(types.welcome)) return;
	const { session, ...position } = guest.person.memory;
	// What was missed may come later than the welcome.
	const isShown = guest.person.items.some(
		({ epoch }) => epoch === position.epoch,
	);
	const from = isShown ? undefined : guest.from.get(position.epoch);
	guest.memory = {
		...position,
		offset: from ?? position.offset,
		session: session ?? guest.memory?.session,
	};
	guest.positions.set(position.room, guest.memory);
}

/** Goes on to another room on the same connection; false if that has to wait, or there is no session. */
export function opens(guest: Guest, room: string): boolean {
	// They would ask once more for what is on its way; the page drops what it has.
	if (!guest.person || guest.person.unsentBytes > 0) return false;
	remember(guest);
	if (!guest.memory?.session) return false;
	const { session } = guest.memory;
	const position = guest.positions.get(room);
	if (position && !guest.from.has(position.epoch))
		guest.from.set(position.epoch, Number(position.offset));
	guest.person.open({ ...position, session, room });
	// What was on its way still came.
	remember(guest);
	return true;
}

/** Someone else sits down there. */
export function leaveTo(guest: Guest): void {
	guest.memory = undefined;
	guest.positions.clear();
	guest.from.clear();
}
