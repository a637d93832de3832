/** Pins a message to its room, takes it down, and lists what is pinned there. */
import type { Command } from "../command.ts";
import { actorOf } from "./actor.ts";
import {
	type Handler,
	mayEnter,
	NOTHING,
	personIn,
	refuse,
} from "./decision.ts";
import {
	type About,
	nothingToDo,
	type Related,
	relate,
	related,
} from "./relate.ts";

export const pin: Handler<"pin" | "unpin"> = (
	view,
	command,
	connection,
	services,
) =>
	services.requestLimits.spend(view, "") ??
	relate(view, command, connection, services, (about) =>
		decidePin(about, command),
	);

export function decidePin(
	{ view, client, room, found, fact }: About,
	{ kind }: Pick<Command<"pin" | "unpin">, "kind">,
): Related {
	const { role } = actorOf(view, client, fact.room);
	if (role === "lateAdmin") return { refused: "loginIsFresh" };
	if (role === "member") return { refused: "isModerator" };
	if (found.isPinned === (kind === "pin")) return nothingToDo;
	const { identity, name } = client;
	const type = kind === "pin" ? "message.pinned" : "message.unpinned";
	const event = { type, ...fact, identity, name } as const;
	return related(room, { event, found: [] });
}

export const pins: Handler<"pins"> = (
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
	return pages.askPins(connection, mayRead, command)
		? NOTHING
		: refuse("isNotTooFast");
};
