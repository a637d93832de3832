/** How long rooms keep what is said: the setting, and the words about it. */
import type { RoomName } from "../machines/events.ts";
import { parseRoomName } from "./chat/room-name.ts";
import type { Say } from "./languages/words.ts";

interface Rule {
	/** `*` stands for all other rooms. */
	readonly room: RoomName | "*";
	/** Infinity keeps for good. */
	readonly hours: number;
}

export type Retention = readonly Rule[];

const DAY_HOURS = 24;
const MOST_DAYS = 36_500;

export function hoursOf(retention: Retention, name: RoomName): number {
	const own = retention.find(({ room }) => room === name);
	const rule = own ?? retention.find(({ room }) => room === "*");
	return rule?.hours ?? Number.POSITIVE_INFINITY;
}

/** Reads `30d`, or `lobby=12h,archive=forever,*=90d`. Throws an error that says what is wrong. */
export function parseRetention(text: string): Retention {
	const rules = text.split(",").map((rule): Rule => {
		const [age = "", typed = "*"] = rule.split("=").reverse();
		const hours = hoursIn(age.trim());
		const room = typed.trim() === "*" ? "*" : parseRoomName(typed);
		if (room !== undefined) return { room, hours };
		throw new Error(`"${typed}" is no room's name. Say *=30d for all rooms`);
	});
	for (const { room } of rules)
		if (rules.filter((rule) => rule.room === room).length > 1)
			throw new Error(`it has two ages for ${room}`);
	return rules;
}

function hoursIn(age: string): number {
	if (age === "forever") return Number.POSITIVE_INFINITY;
	const [, count = "", unit] = /^(\d+)([dh])$/.exec(age) ?? [];
	const hours = Number(count) * (unit === "d" ? DAY_HOURS : 1);
	if (hours >= 1 && hours <= MOST_DAYS * DAY_HOURS) return hours;
	throw new Error(
		`"${age}" is no age. Say hours or days, from 1h to ${MOST_DAYS}d, as in 30d or lobby=12h,*=90d`,
	);
}

/** What people are told. */
export function retentionInWords(say: Say, hours: number | undefined): string {
	if (hours === undefined) return say("retention.forever");
	return hours % DAY_HOURS === 0
		? say("retention.days", { count: hours / DAY_HOURS })
		: say("retention.hours", { count: hours });
}
