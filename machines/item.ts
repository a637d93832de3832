/**
 * Makes items from events. An item is one visible line of a room. The live
 * server and the readers of the log both make them here, so they cannot
 * disagree.
 */
import { eventTable, type RelatingEvent, type VisibleEvent } from "./events.ts";
import { BOT_NAME, type Head, type Item } from "./message.ts";
import { isRelation } from "./relations.ts";

export const relationKindOf = ({ type }: RelatingEvent) =>
	eventTable[type].item;

export const isRelating = (event: VisibleEvent): event is RelatingEvent =>
	isRelation({ kind: eventTable[event.type].item });

/** A room's epoch. It changes when the log is restored, or the room is forgotten and opened again. */
export const epochOf = (log: string, incarnation: string): string =>
	`${log.slice(0, 6)}.${incarnation.slice(0, 6)}`;

/** `name` is that of the event's client. A message without `text` was erased. */
export function itemOf(
	event: VisibleEvent,
	{ epoch, offset }: Pick<Head, "epoch" | "offset">,
	name: string,
	text?: string,
): Item {
	const { room, time } = event;
	switch (event.type) {
		case "message.posted": {
			const { client, n, replyTo } = event;
			// A spread takes a microsecond, so only an erased message and a reply have any.
			if (text === undefined || replyTo !== undefined) {
				const line = { room, epoch, offset, time, client, name };
				const number = n === undefined ? {} : { n };
				const about = replyTo === undefined ? {} : { replyTo };
				const erased = text === undefined ? { erased: true as const } : {};
				return {
					...{ kind: "said", ...line, text: text ?? "" },
					...{ ...number, ...about, ...erased },
				};
			}
			return n === undefined
				? { kind: "said", room, epoch, offset, time, client, name, text }
				: { kind: "said", room, epoch, offset, time, client, name, text, n };
		}
		case "notice.posted":
			return {
				...{ kind: "notice", room, epoch, offset, time },
				...{ name: BOT_NAME, text: text ?? "" },
				...(text === undefined && { erased: true }),
			};
		case "room.titled":
		case "topic.changed":
			return {
				...{ kind: eventTable[event.type].item, room, epoch, offset, time },
				...{ name, text: text ?? "" },
				...(text === undefined && { erased: true }),
			};
		case "room.closed":
			return { kind: "closed", room, epoch, offset, time, name };
		case "message.erased": {
			const { target, through, from, name } = event;
			const line = { kind: "erased", room, epoch, offset, time, name } as const;
			if (target !== undefined) return { ...line, target };
			const since = from === undefined ? {} : { from };
			return { ...line, ...since, through: through ?? 0 };
		}
		case "message.unreacted": {
			const { target, reaction } = event;
			const line = { room, epoch, offset, time, name, target, reaction };
			return { kind: "unreacted", ...line };
		}
		case "message.edited":
		case "message.reacted": {
			const kind = eventTable[event.type].item;
			const { target } = event;
			const gone = text === undefined && { erased: true as const };
			const line = { kind, room, epoch, offset, time, name, target };
			return { ...line, text: text ?? "", ...gone };
		}
		case "message.pinned":
		case "message.unpinned": {
			const kind = eventTable[event.type].item;
			return { kind, room, epoch, offset, time, name, target: event.target };
		}
		case "client.entered":
		case "client.left": {
			const { client } = event;
			const kind = eventTable[event.type].item;
			return { kind, room, epoch, offset, time, client, name };
		}
	}
}
