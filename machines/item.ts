/**
 * Makes items from events. An item is one visible line of a room. The live
 * server and the readers of the log both make them here, so they cannot
 * disagree.
 */
import type { PlumeEvent, RoomEvent } from "./events.ts";
import { BOT_NAME, type Erasure, type Head, type Item } from "./message.ts";

/** For each kind of item, the event that makes it. */
const visible = {
	entered: "client.entered",
	left: "client.left",
	said: "message.posted",
	erased: "message.erased",
	notice: "notice.posted",
	titled: "room.titled",
	closed: "room.closed",
} as const satisfies Record<Item["kind"], RoomEvent["type"]>;

export type VisibleEvent = PlumeEvent<(typeof visible)[Item["kind"]]>;

const visibleTypes: ReadonlySet<string> = new Set(Object.values(visible));

/** Whether the event makes an item, which takes one offset of its room. */
export const isVisible = (event: PlumeEvent): event is VisibleEvent =>
	visibleTypes.has(event.type);

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
			return {
				...{ kind: "titled", room, epoch, offset, time },
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
		case "client.entered":
		case "client.left": {
			const { client } = event;
			const kind = event.type === visible.left ? "left" : "entered";
			return { kind, room, epoch, offset, time, client, name };
		}
	}
}

/** A line after an erasure: without its text if the erasure covers it. It keeps its offset. A title is erased by its own offset only. */
export function without<
	Line extends Item | { readonly kind: "aside" | "local" },
>(line: Line, { room, epoch, name, target, from = 0, through = 0 }: Erasure) {
	if (line.kind !== "said" && line.kind !== "notice" && line.kind !== "titled")
		return line;
	if (line.room !== room || line.epoch !== epoch) return line;
	const { offset } = line;
	const isSaid = line.kind !== "titled";
	const isTheirs =
		isSaid && line.name === name && from <= offset && offset <= through;
	const isMeant = isTheirs || offset === target;
	return isMeant ? { ...line, text: "", erased: true } : line;
}
