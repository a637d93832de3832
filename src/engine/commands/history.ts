/** Asks for a page of what was said earlier, or for what is pinned. It is read from the log, so the answer comes later. */
import {
	type Handler,
	mayEnter,
	NOTHING,
	personIn,
	refuse,
} from "./decision.ts";

export const history: Handler<"history" | "pins"> = (
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
	const isAsked =
		command.kind === "pins"
			? pages.askPins(connection, mayRead, command)
			: pages.ask(connection, mayRead, command);
	return isAsked ? NOTHING : refuse("isNotTooFast");
};
