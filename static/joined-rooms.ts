/** The rooms that this browser has joined, and how far each was read. */

import { LOBBY } from "../machines/message.ts";
import { roomName } from "./room-name.ts";
import { browser } from "./store.ts";
import { parseList } from "./stored-list.ts";

/** Rooms that are stored at most. */
const MOST = 200;

/** How far a room was read. `epoch` is "" until some of it was; `said` counts the messages up to `offset`. */
export type ReadRoom = Readonly<ReturnType<typeof unread>>;
/** `at` is the time of the last message, as far as it is known; else that of joining, or 0. */
export type JoinedRoom = ReadRoom & { readonly at: number };

export const unread = (name: string) => ({
	name,
	epoch: "",
	offset: 0,
	said: 0,
});

/** The lobby, then the others in the order they were joined. */
export function joinedRooms(): readonly [JoinedRoom, ...JoinedRoom[]] {
	const stored = parseList(browser.get("rooms"), unread(""))
		.slice(-MOST)
		.map((room) => ({ at: 0, ...room }));
	const others = stored.filter(
		({ name }) => name !== LOBBY && roomName(name) === name,
	);
	const lobby = stored.findLast(({ name }) => name === LOBBY);
	return [lobby ?? { at: 0, ...unread(LOBBY) }, ...others];
}

const save = (rooms: readonly JoinedRoom[]) =>
	browser.set("rooms", JSON.stringify(rooms));

export const joinedRoom = (name: string): JoinedRoom | undefined =>
	joinedRooms().find((room) => room.name === name);

/** If there are too many, the room that was joined first is forgotten. */
export function joinRoom(name: string, at: number): void {
	if (joinedRoom(name)) return;
	const [lobby, ...others] = joinedRooms();
	save([lobby, ...others.slice(2 - MOST), { at, ...unread(name) }]);
}

export const leaveRoom = (name: string): void =>
	save(joinedRooms().filter((room) => room.name !== name));

/** Stores what is new about a joined room: how far it was read, or the time of its last message. */
export const saveRead = (
	news: ReadRoom | Pick<JoinedRoom, "name" | "at">,
): void =>
	save(
		joinedRooms().map((room) =>
			room.name === news.name ? { ...room, ...news } : room,
		),
	);
