/**
 * What may be the name of a room: what a person's name may be, in lower case.
 * It stands in links, so whatever way it was written there it is one name.
 */
import type { RoomName } from "../../machines/events.ts";
import { LONGEST_RAW, spell } from "./name.ts";

export function parseRoomName(raw: string): RoomName | undefined {
	if (raw.length > LONGEST_RAW) return undefined;
	return spell(raw.normalize("NFKC").toLowerCase());
}
