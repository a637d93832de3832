/**
 * What becomes visible of an event: one line of a room. The live server and
 * whoever reads the log later make it here, so they cannot disagree.
 */
import type {
	ClientEntered,
	ClientLeft,
	MessageErased,
	MessagePosted,
	PlumeEvent,
} from "./events.ts";
import type { Item, Place } from "./message.ts";

/** Each of these takes one offset of its room. */
export type VisibleEvent =
	| ClientEntered
	| ClientLeft
	| MessagePosted
	| MessageErased;

export const isVisible = (event: PlumeEvent): event is VisibleEvent =>
	event.type === "client.entered" ||
	event.type === "client.left" ||
	event.type === "message.posted" ||
	event.type === "message.erased";

/** A restored log or a room made again has another one. */
export const epochOf = (log: string, incarnation: string): string =>
	`${log.slice(0, 6)}.${incarnation.slice(0, 6)}`;

/** `name` is that of the event's client; a message without its text was erased. */
export function itemOf(
	event: VisibleEvent,
	{ epoch, offset }: Pick<Place, "epoch" | "offset">,
	name: string,
	text?: string,
): Item {
	const { room, time } = event;
	const place = { room, epoch, offset, time };
	if (event.type === "message.erased") {
		const { target, through, name } = event;
		if (target !== undefined) return { kind: "erased", ...place, name, target };
		return { kind: "erased", ...place, name, through: through ?? 0 };
	}
	const { client } = event;
	const line = { ...place, client, name };
	switch (event.type) {
		case "client.entered":
			return { kind: "entered", ...line };
		case "client.left":
			return { kind: "left", ...line };
		case "message.posted": {
			const { n } = event;
			const said = { ...line, ...(n === undefined ? {} : { n }) };
			if (text === undefined)
				return { kind: "said", ...said, text: "", erased: true };
			return { kind: "said", ...said, text };
		}
	}
}
