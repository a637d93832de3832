/** Makes rows of the index from lines of the log. */
import { offsetAt, type SegmentIndex } from "../history/segment-index.ts";
import type { Span, Stored } from "../log/log.ts";
import type { Row } from "./store.ts";

/** Undefined for what can't be found: what is no message, or was said in a room that was forgotten since. */
export function rowOf(
	{ seq, event, erasable }: Stored,
	{ at, bytes }: Span,
	index: SegmentIndex,
): Row | undefined {
	const { type, time } = event;
	if (type !== "message.posted" && type !== "message.edited") return undefined;
	const { room, client } = event;
	const part = index.rooms.get(room);
	const author = index.personAt(client, at);
	const own = part && offsetAt(part, at);
	if (!part || !author || own === undefined) return undefined;
	const { name, identity } = author;
	const isEdit = type === "message.edited";
	const offset = isEdit ? event.target : own;
	return {
		seq,
		...{ segment: index.segment, at, bytes, time, name, identity },
		...{ room, origin: part.origin, offset, isEdit, text: erasable?.text },
		...(!isEdit && { replyTo: event.replyTo }),
	};
}
