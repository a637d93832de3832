import type { Quiet } from "../../machines/own.ts";

/** Whether it is within a person's quiet hours, by the clock of their zone. They may span midnight. */
export function isQuiet(hours: Quiet | undefined, now: number): boolean {
	if (!hours) return false;
	const { from, to, zone } = hours;
	const clock = new Intl.DateTimeFormat("en-GB", {
		...{ timeZone: zone, hourCycle: "h23" },
		...{ hour: "2-digit", minute: "2-digit" },
	}).format(now);
	const [hour = 0, minutes = 0] = clock.split(":").map(Number);
	const minute = hour * 60 + minutes;
	const isAfter = minute >= from;
	return from <= to ? isAfter && minute < to : isAfter || minute < to;
}
