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
	if (event.type === "message.posted") {
		const { client, n, replyTo } = event;
		// A spread takes a third of a microsecond, so only an erased message and a reply have any.
		if (text === undefined || replyTo !== undefined) {
			const line = { room, epoch, offset, time, client, name };
			const number = n === undefined ? {} : { n };
			const about = replyTo === undefined ? {} : { replyTo };
			const erased = text === undefined ? { erased: true as const } : {};
			const words = { text: text ?? "", ...number, ...about, ...erased };
			return { kind: "said", ...line, ...words };
		}
		return n === undefined
			? { kind: "said", room, epoch, offset, time, client, name, text }
			: { kind: "said", room, epoch, offset, time, client, name, text, n };
	}
	const line = { room, epoch, offset, time, name };
	const words =
		text === undefined ? ({ text: "", erased: true } as const) : { text };
	switch (event.type) {
		case "notice.posted":
			return { kind: "notice", ...line, name: BOT_NAME, ...words };
		case "room.titled":
		case "topic.changed":
			return { kind: eventTable[event.type].item, ...line, ...words };
		case "room.closed":
			return { kind: "closed", ...line };
		case "message.erased": {
			const { target, through = 0, from, name } = event;
			const since = from === undefined ? {} : { from };
			const about = target === undefined ? { ...since, through } : { target };
			return { kind: "erased", ...line, name, ...about };
		}
		case "message.unreacted": {
			const { target, reaction } = event;
			return { kind: "unreacted", ...line, target, reaction };
		}
		case "message.edited":
		case "message.reacted": {
			const kind = eventTable[event.type].item;
			return { kind, ...line, target: event.target, ...words };
		}
		case "message.pinned":
		case "message.unpinned": {
			const kind = eventTable[event.type].item;
			return { kind, ...line, target: event.target };
		}
		case "client.entered":
		case "client.left": {
			const kind = eventTable[event.type].item;
			return { kind, ...line, client: event.client };
		}
	}
}
