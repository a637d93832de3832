/** The rooms that this browser has joined, and how far each was read. */

import { LOBBY } from "../machines/message.ts";
import { roomName } from "./room-name.ts";
import { browser } from "./storage.ts";
import { parseList } from "./store.ts";

/** Rooms that are stored at most. */
const MOST = 200;

/** `epoch` is "" until some of the room was read; `said` counts the messages up to `offset`. */
export type JoinedRoom = Readonly<ReturnType<typeof unread>>;

export const unread = (name: string) => ({
	name,
	epoch: "",
	offset: 0,
	said: 0,
});

/** The lobby, then the others in the order they were joined. */
export function joinedRooms(): readonly [JoinedRoom, ...JoinedRoom[]] {
	const stored = parseList(browser.get("rooms"), unread("")).slice(-MOST);
	const others = stored.filter(
		({ name }) => name !== LOBBY && roomName(name) === name,
	);
	const lobby = stored.findLast(({ name }) => name === LOBBY);
	return [lobby ?? unread(LOBBY), ...others];
}

const save = (rooms: readonly JoinedRoom[]) =>
	browser.set("rooms", JSON.stringify(rooms));

export const joinedRoom = (name: string): JoinedRoom | undefined =>
	joinedRooms().find((room) => room.name === name);

/** If there are too many, the room that was joined first is forgotten. */
export function joinRoom(name: string): void {
	if (joinedRoom(name)) return;
	const [lobby, ...others] = joinedRooms();
	save([lobby, ...others.slice(2 - MOST), unread(name)]);
}

export const leaveRoom = (name: string): void =>
	save(joinedRooms().filter((room) => room.name !== name));

/** Stores how far a joined room was read. */
export const saveRead = (read: JoinedRoom): void =>
	save(joinedRooms().map((room) => (room.name === read.name ? read : room)));
