/** Asks for a page of what was said earlier. It is read from the log, so the answer comes later. */
import { type Handler, NOTHING, refuse } from "./decision.ts";

export const history: Handler<"history"> = (
	{ client },
	command,
	connection,
	{ pages },
) => {
	if (!client?.matches("inRoom")) return refuse("isInside");
	return pages.ask(connection, command) ? NOTHING : refuse("isNotTooFast");
};
