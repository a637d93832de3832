/** What is said of a message. It is searched for first, so the answer comes later. */

import type { ClientContext } from "../../../machines/client.ts";
import type { RelatingEvent } from "../../../machines/events.ts";
import { brokenRoomRule, type RoomContext } from "../../../machines/room.ts";
import type { FoundMessage } from "../../history/found.ts";
import type { Command } from "../command.ts";
import type { Rule } from "../refusals.ts";
import type { Services } from "../services.ts";
import {
	type Decision,
	type Handler,
	NOTHING,
	refuse,
	type View,
} from "./decision.ts";
import type { Overwrite } from "./erase.ts";

type RelationKind = "edit" | "react" | "unreact" | "pin" | "unpin";

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

/** Makes a handler: `spend` counts the request or refuses it, `decide` decides on the message once it is found. */
export const relating =
	<K extends RelationKind>(
		spend: (
			view: View,
			command: Command<K>,
			requestLimits: Services["requestLimits"],
		) => Decision | undefined,
		decide: (about: About, command: Command<K>) => Related,
	): Handler<K> =>
	(view, command, connection, services) => {
		const spent = spend(view, command, services.requestLimits);
		if (spent) return spent;
		const { erasures, responder } = services;
		const { room: name, epoch, target, id } = command;
		const asker = view.client?.matches("inRoom") && view.client.context;
		// Before anything is read: others must not learn by the time it takes what is there.
		if (!asker || asker.room !== name) return refuse("isInside");
		const answer = responder.answering(connection, "relationDone", id);
		const position = { room: name, epoch, offset: target };
		erasures.changeOne(position, answer, (found) => {
			const now = erasures.viewFor(connection);
			const client = now.client?.matches("inRoom") && now.client.context;
			const room = now.state.room(name)?.context;
			if (!room || !client || client.room !== name)
				return { refused: "isInside" };
			if (erasures.isSilent(now.client)) return { refused: "isNotErasing" };
			const isThere = now.state.head(name).epoch === epoch;
			if (!found || found.isTitle || !isThere)
				return { refused: "placeIsKnown" };
			const fact = { time: now.now, room: name, target };
			return decide({ view: now, client, room, found, fact }, command);
		});
		return NOTHING;
	};

interface Relating extends Overwrite {
	readonly event: RelatingEvent;
}

/** The decision, unless the event would break a rule of its room. */
export function related(room: RoomContext, relating: Relating): Related {
	const refused = brokenRoomRule(room, relating.event);
	return refused ? { refused } : relating;
}
