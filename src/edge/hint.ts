/** What a tab may say that is never logged, by allow-list. */
import { parseRoomName } from "../chat/room-name.ts";
import type { Hint } from "../engine/signals.ts";

const MOST_ROOMS = 32;

/** A message as it came, when all that is known is that it is an object. */
export type Fields = Readonly<Record<string, unknown>>;

/** Answers undefined for anything else; what can't be a room's name is left out. */
export function parseHint({ kind, away, rooms }: Fields): Hint | undefined {
	if (kind === "typing") return { kind };
	if (kind === "presence" && typeof away === "boolean") return { kind, away };
	if (kind !== "heads" || !Array.isArray(rooms) || rooms.length > MOST_ROOMS)
		return undefined;
	const names = rooms.flatMap((room: unknown) =>
		typeof room === "string" ? (parseRoomName(room) ?? []) : [],
	);
	return { kind, rooms: [...new Set(names)] };
}
