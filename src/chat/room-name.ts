/**
 * A room's name obeys the rules of a person's name, and is in lower case: it is
 * part of links, and must be the same room however the link was typed.
 */
import type { RoomName } from "../../machines/events.ts";
import { isPublic } from "../../machines/message.ts";
import type { Say } from "../languages/words.ts";
import { LONGEST_RAW, spell } from "./name.ts";

/** A key that the server made: it is no name, and tells nothing. */
const KEY = /^~[\w-]{22}$/;

/** The key of a room; undefined if this can be none. */
export function parseRoomName(raw: string): RoomName | undefined {
	if (raw.length > LONGEST_RAW) return undefined;
	if (KEY.test(raw)) return raw;
	return spell(raw.normalize("NFKC").toLowerCase());
}

/** What `plume acts` calls a room: nobody can read the key of one that is not public. */
export const roomInWords = (room: RoomName): string =>
	isPublic(room) ? room : "a private room";

/** What a sentence calls a room, with its preposition, which some languages join with it. */
export const whereInWords = (
	say: Say,
	to: "in" | "into",
	room: RoomName,
): string => say(`${to}.${KEY.test(room) ? "here" : "room"}`, { room });
