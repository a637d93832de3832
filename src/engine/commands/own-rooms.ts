/** Asks for one's own rooms that are not for all, now and whenever they change. */
import { type Handler, NOTHING, refuse } from "./decision.ts";

export const ownRooms: Handler<"ownRooms"> = (
	{ client },
	{ id },
	connection,
	{ ownRooms },
) => {
	if (!client?.matches("inRoom")) return refuse("isInside");
	ownRooms.ask(connection, client.context, id);
	return NOTHING;
};
