/** Asks for a page of what was said earlier, or for what is pinned. It is read from the log, so the answer comes later. */
import { inside, mayEnter, NOTHING, refuse } from "./decision.ts";

export const history = inside<"history" | "pins">(
	({ view, connection, person }, command, { pages, liveUpdates }) => {
		const { room } = command;
		if (!mayEnter(view.state, room, person)) return refuse("placeIsKnown");
		const mayRead = () => liveUpdates.mayRead(person, room);
		const isAsked =
			command.kind === "pins"
				? pages.askPins(connection, mayRead, command)
				: pages.ask(connection, mayRead, command);
		return isAsked ? NOTHING : refuse("isNotTooFast", { retryAfterMs: 1_000 });
	},
);
