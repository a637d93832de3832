/** Rooms record how long they keep what is said, and the bot tells everyone. */
import type { Identity, RoomName } from "../../../machines/events.ts";
import { sayIn } from "../../languages/words.ts";
import type { Entry } from "../../log/log.ts";
import { hoursOf, retentionInWords } from "../../retention.ts";
import type { View } from "./decision.ts";

/** A line of the bot, its own or that of somebody who said it. */
export function noticed(
	{ now: time, secrets }: Pick<View, "now" | "secrets">,
	room: RoomName,
	text: string,
	by?: Identity,
): Entry {
	const notice = { type: "notice.posted", time, room } as const;
	return secrets.worded(by === undefined ? notice : { ...notice, by }, text);
}

/** For each room whose setting has changed. All of them may be more than a batch takes. */
export function retentionChanged(view: View): readonly (readonly Entry[])[] {
	const { state, retention, now: time, lang: language } = view;
	return [...state.rooms].flatMap(([room, { context }]): Entry[][] => {
		const wanted = hoursOf(retention, room);
		const hours = Number.isFinite(wanted) ? wanted : undefined;
		if (hours === context.retention?.hours) return [];
		const event = { type: "retention.changed", time, room } as const;
		const changed = {
			event: hours === undefined ? event : { ...event, hours },
		};
		const words = retentionInWords(sayIn(language), hours);
		return [[changed, noticed(view, room, words)]];
	});
}
