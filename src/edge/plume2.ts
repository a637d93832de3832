/** The protocol of our own page, subprotocol `plume.2`; PROTOCOL.md has an example of each frame. */
import { type Item, MessageType, type Said } from "../../machines/message.ts";
import type { Latest, Notice, PendingLogin, Refusal } from "../chat/notice.ts";
import { dialect, type Frame, isAboutCode } from "./dialect.ts";

/** What was said is spelt out: it is most of what there is, and a spread would take as long as all the rest of it. */
function said(it: Said): Frame {
	const { room, epoch, offset, time, client, name, text, n, erased } = it;
	const { text: type } = MessageType;
	const user = { name };
	return { type, user, room, epoch, offset, time, client, text, n, erased };
}

function item(it: Item): Frame {
	if (it.kind === "said") return said(it);
	const { kind, name, ...place } = it;
	const text = kind === "erased" ? "" : `${kind} chat`;
	const { system: type } = MessageType;
	return { type, kind, user: { name }, text, ...place };
}

/**
 * Whoever enters is shown hundreds of items, nearly the same as the one
 * before: each is put into JSON for the first of them alone. An item never
 * changes, what is left of it after an erasure is another, and its text here
 * goes when the room forgets it.
 */
const shown = new WeakMap<Item, string>();

function shownItem(it: Item): string {
	let text = shown.get(it);
	if (text === undefined) {
		text = JSON.stringify(item(it));
		shown.set(it, text);
	}
	return text;
}

const pendingFrame = (
	login: PendingLogin,
	{ now = 0, text, id }: Pick<Refusal, "now" | "text" | "id">,
) => ({
	type: MessageType.pending,
	...{ ...login, now, text, id },
});

/** What is refused for good, if no login is under way any more. */
const endsLogin: ReadonlySet<number> = new Set([
	MessageType.hello,
	MessageType.auth,
]);

function refusal(notice: Refusal): readonly Frame[] {
	const { code, re, id, text, login, inRoom } = notice;
	const { n, expected, retryAfterMs: retryAfter } = notice;
	const why = { code, re, text, n, expected, retryAfter, id };
	const refused = { type: MessageType.refused, ...why };
	if (isAboutCode(notice)) {
		const wrong = { type: MessageType.authRst, text: "", id };
		if (!login) return [wrong, refused];
		return [wrong, pendingFrame(login, notice)];
	}
	const over = !inRoom && !login && endsLogin.has(re ?? -1);
	return [over ? { type: MessageType.mayNotEnter, ...why } : refused];
}

function latest(notice: Latest): readonly (Frame | string)[] {
	const { room, epoch, offset, said, items, isGap } = notice;
	const { gap, history: type } = MessageType;
	const more = (items[0]?.offset ?? offset + 1) > 1;
	return [
		...(isGap ? [{ type: gap, room, epoch, offset, said }] : []),
		...items.map(shownItem),
		{ type, room, epoch, done: true, more },
	];
}

function frames(notice: Notice): readonly (Frame | string)[] {
	switch (notice.kind) {
		case "said":
		case "entered":
		case "left":
		case "erased":
			return [item(notice)];
		case "whisper": {
			const { name, text } = notice;
			return [{ type: MessageType.text, user: { name }, text }];
		}
		case "authenticated": {
			const { name, id } = notice;
			return [{ type: MessageType.authAck, user: { name }, text: "", id }];
		}
		case "codeSent":
			return [pendingFrame(notice.login, notice)];
		case "session": {
			const { token, expires } = notice;
			return [{ type: MessageType.session, token, expires }];
		}
		case "ack": {
			const { room, last } = notice;
			return [{ type: MessageType.ack, room, last }];
		}
		case "page": {
			const { kind: _, items, ...page } = notice;
			const done = { type: MessageType.history, ...page, done: true };
			return [...items.map(item), done];
		}
		case "latest":
			return latest(notice);
		case "welcome": {
			const { kind: _, name, ...place } = notice;
			return [{ type: MessageType.welcome, user: { name }, ...place }];
		}
		case "refused":
			return refusal(notice);
		case "eraseDone":
			return [{ type: MessageType.erase, done: true, id: notice.id }];
		case "headsDone": {
			const { signal: type } = MessageType;
			return [{ type, kind: "heads", done: true, id: notice.id }];
		}
		case "heads": {
			const { signal: type } = MessageType;
			return notice.heads.map((head) => ({ type, kind: "head", ...head }));
		}
		case "typing":
		case "members":
		case "presence":
			return [{ type: MessageType.signal, ...notice }];
	}
}

export const plume2 = dialect(frames, true);
