/** Decides whether a message may be posted. */
import { brokenRoomRule } from "../../../machines/room.ts";
import { trimInvisible, withoutEmptyLines } from "../../../machines/text.ts";
import type { Limits } from "../../limits.ts";
import { digestOf } from "../../log/line.ts";
import type { Command } from "../command.ts";
import { type Decision, type Handler, refuse, type View } from "./decision.ts";
import { mutedUntil } from "./sanction.ts";

export const text: Handler<"text"> = (view, command, connection, services) => {
	const { erasures, moderation, requestLimits } = services;
	const heard = moderation.hear(view, command, connection);
	if (heard) return heard;
	if (erasures.isSilent(view.client)) return refuse("isNotErasing");
	return requestLimits.countText(view, command.text, decideText(view, command));
};

/** The rule by which this can't be said, if there is one. */
export function textBroken(text: string, { textPoints }: Limits) {
	if (trimInvisible(text) === "") return "textIsNotEmpty";
	if (!text.isWellFormed()) return "textIsWellFormed";
	const isLong = text.length > textPoints && [...text].length > textPoints;
	return isLong ? "textIsShort" : undefined;
}

export function decideText(
	view: View,
	{ text: typed, n, replyTo, room: meant }: Command<"text">,
): Decision {
	const { client, now: time, state, limits, secrets } = view;
	if (!client?.matches("inRoom")) return refuse("isInside");
	const text = withoutEmptyLines(typed);
	const unfit = textBroken(text, limits);
	if (unfit) return refuse(unfit);
	const { id, room } = client.context;
	const inside = state.room(room)?.context;
	if (!inside || (meant ?? room) !== room) return refuse("isInside");
	const last = inside.last.get(id, 0);
	// Sent again: it is in the log already, and is acknowledged once that is durable.
	if (n !== undefined && n <= last)
		return { entries: [], replies: [{ kind: "ack", room, last }] };
	// Spelt out: the spread in `worded` takes more than a microsecond.
	const erasable = { salt: secrets.id(), text };
	const event = {
		type: "message.posted" as const,
		time,
		room,
		client: id,
		...(n === undefined ? {} : { n }),
		...(replyTo === undefined ? {} : { replyTo }),
		digest: digestOf(erasable),
	};
	const until = mutedUntil(view, inside);
	if (until > 0) {
		const retryAfterMs = Number.isFinite(until) ? until - time : undefined;
		return refuse("isNotMuted", { retryAfterMs });
	}
	const broken = brokenRoomRule(inside, event);
	if (broken) return refuse(broken, { expected: last + 1 });
	const entries = [{ event, erasable }];
	if (n === undefined) return { entries };
	return { entries, replies: [{ kind: "ack", room, last: n }] };
}
