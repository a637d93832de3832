/** Asks for a page of what was said earlier. It is read from the log, so the answer comes later. */
import {
	type Handler,
	mayEnter,
	NOTHING,
	personIn,
	refuse,
} from "./decision.ts";

export const history: Handler<"history"> = (
	view,
	command,
	connection,
	{ pages, liveUpdates },
) => {
	const { client } = view;
	if (!client?.matches("inRoom")) return refuse("isInside");
	const { room } = command;
	const person = personIn(view, client.context);
	if (!mayEnter(view.state, room, person)) return refuse("placeIsKnown");
	const mayRead = () => liveUpdates.mayRead(person, room);
	return pages.ask(connection, mayRead, command)
		? NOTHING
		: refuse("isNotTooFast");
};
