/** Pins a message to its room, and takes it down. */
import { actorOf } from "./actor.ts";
import { nothingToDo, related, relating } from "./relate.ts";

export const pin = relating<"pin" | "unpin">(
	(view, _, limits) => limits.spend(view, ""),
	({ view, client, room, found, fact }, { kind }) => {
		const { role } = actorOf(view, client, fact.room);
		if (role === "lateAdmin") return { refused: "loginIsFresh" };
		if (role === "member") return { refused: "isModerator" };
		if (found.isPinned === (kind === "pin")) return nothingToDo;
		const { identity, name } = client;
		const type = kind === "pin" ? "message.pinned" : "message.unpinned";
		const event = { type, ...fact, identity, name } as const;
		return related(room, { event, found: [] });
	},
);
