/** The protocol of our own page, subprotocol `plume.2`: its frames are those of the schema. */
import { type Item, MessageType } from "../../machines/message.ts";
import {
	writeServerFrame as frame,
	type ServerFrame,
} from "../../machines/protocol.ts";
import type { Latest, Refusal, ServerMessage } from "../chat/server-message.ts";
import { dialect, isAboutCode } from "./dialect.ts";

/**
 * Whoever enters is shown hundreds of items, nearly the same as the one
 * before: each is put into JSON for the first of them alone. An item never
 * changes, what is left of it after an erasure is another, and its text here
 * goes when the room forgets it.
 */
const shown = new WeakMap<Item, string>();

function shownItem(it: Item): string {
	const text = shown.get(it) ?? JSON.stringify(frame(it));
	shown.set(it, text);
	return text;
}

/** What is refused for good, if no login is under way any more. */
const endsLogin: ReadonlySet<number> = new Set([
	MessageType.hello,
	MessageType.auth,
]);

function refusal(refused: Refusal): readonly object[] {
	const { re, id, text, login, now = 0, inRoom } = refused;
	if (isAboutCode(refused)) {
		const next: ServerFrame = login
			? { kind: "pending", ...login, now, text, id }
			: refused;
		return [frame({ kind: "wrongCode", id }), frame(next)];
	}
	const isOver = !inRoom && !login && endsLogin.has(re ?? -1);
	return [frame(isOver ? { ...refused, kind: "mayNotEnter" } : refused)];
}

function latest(message: Latest): readonly (object | string)[] {
	const { room, epoch, offset, said, items, isGap } = message;
	const more = (items[0]?.offset ?? offset + 1) > 1;
	return [
		...(isGap ? [frame({ kind: "gap", room, epoch, offset, said })] : []),
		...items.map(shownItem),
		frame({ kind: "caughtUp", room, epoch, more }),
	];
}

function frames(message: ServerMessage): readonly (object | string)[] {
	switch (message.kind) {
		case "page":
			return [...message.items.map(frame), frame(message)];
		case "latest":
			return latest(message);
		case "refused":
			return refusal(message);
		default:
			return [frame(message)];
	}
}

export const plume2 = dialect(frames, true);
