/** Signals, which are never logged: a tab is away, somebody types in it, or it wants to hear of other rooms. */
import { parseRoomName } from "../../chat/room-name.ts";
import type { LiveUpdate } from "../command.ts";
import { type Handler, NOTHING, refuse } from "./decision.ts";

/** A signal without an id is not refused: nobody waits for an answer. */
export const signal: Handler<LiveUpdate> = (
	_view,
	command,
	connection,
	{ liveUpdates },
) => {
	const isHeard = liveUpdates.receive(connection, command);
	return isHeard || command.id === undefined ? NOTHING : refuse("isInside");
};

export const heads: Handler<"heads"> = (view, command, ...others) => {
	const rooms = command.rooms.flatMap((room) => parseRoomName(room) ?? []);
	return signal(view, { ...command, rooms: [...new Set(rooms)] }, ...others);
};
