/** Pins a message to its room, and takes it down. */
import { actorOf } from "./actor.ts";
import type { Handler } from "./decision.ts";
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
		decidePin(about, command.kind),
	);

function decidePin(about: About, kind: "pin" | "unpin"): Related {
	const { view, client, room, found, fact } = about;
	const { role } = actorOf(view, client, fact.room);
	if (role === "lateAdmin") return { refused: "loginIsFresh" };
	if (role === "member") return { refused: "isModerator" };
	if (found.isPinned === (kind === "pin")) return nothingToDo;
	const { identity, name } = client;
	const type = kind === "pin" ? "message.pinned" : "message.unpinned";
	const event = { type, ...fact, identity, name } as const;
	return related(room, { event, found: [] });
}
