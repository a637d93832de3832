/** Decides whether a message may be posted. */
import { brokenRoomRule } from "../../../machines/room.ts";
import { trimInvisible, withoutEmptyLines } from "../../../machines/text.ts";
import { digestOf } from "../../log/line.ts";
import type { Command } from "../command.ts";
import { type Decision, type Handler, refuse, type View } from "./decision.ts";

export const text: Handler<"text"> = (view, command, _, services) => {
	const { erasures, requestLimits } = services;
	if (erasures.isSilent(view.client)) return refuse("isNotErasing");
	return requestLimits.countText(view, command.text, decideText(view, command));
};

export function decideText(
	{ client, now: time, state, limits, secrets }: View,
	{ text: typed, n, room: meant }: Command<"text">,
): Decision {
	if (!client?.matches("inRoom")) return refuse("isInside");
	const text = withoutEmptyLines(typed);
	if (trimInvisible(text) === "") return refuse("textIsNotEmpty");
	if (!text.isWellFormed()) return refuse("textIsWellFormed");
	if (text.length > limits.textPoints && [...text].length > limits.textPoints)
		return refuse("textIsShort");
	const { id, room } = client.context;
	const inside = state.room(room)?.context;
	if (!inside || (meant ?? room) !== room) return refuse("isInside");
	const last = inside.last.get(id, 0);
	// Sent again: it is in the log already, and is acknowledged once that is durable.
	if (n !== undefined && n <= last)
		return { entries: [], replies: [{ kind: "ack", room, last }] };
	const erasable = { salt: secrets.id(), text };
	const event = {
		type: "message.posted" as const,
		time,
		room,
		client: id,
		...(n === undefined ? {} : { n }),
		digest: digestOf(erasable),
	};
	const broken = brokenRoomRule(inside, event);
	if (broken) return refuse(broken, { expected: last + 1 });
	const entries = [{ event, erasable }];
	if (n === undefined) return { entries };
	return { entries, replies: [{ kind: "ack", room, last: n }] };
}
