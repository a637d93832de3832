/**
 * A room's name obeys the rules of a person's name, and is in lower case: it is
 * part of links, and must be the same room however the link was typed.
 */
import type { RoomName } from "../../machines/events.ts";
import { LONGEST_RAW, spell } from "./name.ts";

export function parseRoomName(raw: string): RoomName | undefined {
	if (raw.length > LONGEST_RAW) return undefined;
	return spell(raw.normalize("NFKC").toLowerCase());
}
