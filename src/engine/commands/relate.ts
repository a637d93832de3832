/** What is said of a message. It is searched for first, so the answer comes later. */

import type { ClientContext } from "../../../machines/client.ts";
import type { RelatingEvent } from "../../../machines/events.ts";
import { brokenRoomRule, type RoomContext } from "../../../machines/room.ts";
import { sanctionedUntil } from "../../../machines/rules.ts";
import type { FoundMessage } from "../../history/found.ts";
import type { Command } from "../command.ts";
import type { Connection } from "../connection.ts";
import type { Rule } from "../refusals.ts";
import type { Services } from "../services.ts";
import { type Decision, NOTHING, refuse, type View } from "./decision.ts";
import type { Overwrite } from "./erase.ts";
import { personUnder } from "./names-held.ts";

type RelationCommand = Command<"edit" | "react" | "unreact" | "pin" | "unpin">;

/** What someone wants to say of a message, when it is found. */
export interface About {
	readonly view: View;
	/** Who says it. They are in the room of the message. */
	readonly client: ClientContext;
	readonly room: RoomContext;
	readonly found: FoundMessage;
	/** What the events of all relations have. */
	readonly fact: {
		readonly time: number;
		readonly room: string;
		readonly target: number;
	};
}

/** `refused: undefined` if there is nothing to do. */
export type Related = Overwrite | { readonly refused: Rule | undefined };

export const nothingToDo: Related = { refused: undefined };

/** Decides on a message once it is found. `viewNow` gives the view that it is decided on. */
export function relate(
	view: View,
	{ room: name, epoch, target, id }: RelationCommand,
	connection: Connection,
	{ erasures, responder }: Services,
	decideAbout: (about: About) => Related,
): Decision {
	const asker = view.client?.matches("inRoom") && view.client.context;
	// Before anything is read: others must not learn by the time it takes what is there.
	if (!asker || asker.room !== name) return refuse("isInside");
	const answer = responder.answering(connection, "relationDone", id);
	erasures.changeOne({ room: name, epoch, offset: target }, answer, (found) => {
		const now = erasures.viewFor(connection);
		const client = now.client?.matches("inRoom") && now.client.context;
		const room = now.state.room(name)?.context;
		if (!room || !client || client.room !== name)
			return { refused: "isInside" };
		if (erasures.isSilent(now.client)) return { refused: "isNotErasing" };
		const isThere = now.state.head(name).epoch === epoch;
		if (!found || found.isTitle || !isThere) return { refused: "placeIsKnown" };
		const fact = { time: now.now, room: name, target };
		return decideAbout({ view: now, client, room, found, fact });
	});
	return NOTHING;
}

/** Whether a client's person may say nothing in the room. */
export function isMutedIn({ view, client, room }: About): boolean {
	const { names } = view.state.server.context;
	const person = personUnder(names, client);
	return sanctionedUntil(room.mutes, person, view.now) > 0;
}

interface Relating extends Overwrite {
	readonly event: RelatingEvent;
}

/** The decision, unless the event would break a rule of its room. */
export function related(room: RoomContext, relating: Relating): Related {
	const refused = brokenRoomRule(room, relating.event);
	return refused ? { refused } : relating;
}
