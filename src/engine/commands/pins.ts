/** Pins a message to its room, and takes it down. */
import type { Command } from "../command.ts";
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
