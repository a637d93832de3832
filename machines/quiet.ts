import type { Quiet } from "./own.ts";

/** Making one takes long. A zone may be spelt in many ways. */
const clocks = new Map<string, Intl.DateTimeFormat | undefined>();
const MOST_CLOCKS = 500;

/** Whether this program knows a zone. */
export const isZone = (zone: string): boolean => clockOf(zone) !== undefined;

/** Whether it is within a person's quiet hours, by the clock of their zone. They may span midnight; from a time to the same is all day. A zone that another program has written may be unknown here: then it is not. */
export function isQuiet(hours: Quiet | undefined, now: number): boolean {
	const clock = hours && clockOf(hours.zone);
	if (!clock) return false;
	const { from, to } = hours;
	const [hour = 0, minutes = 0] = clock.format(now).split(":").map(Number);
	const minute = hour * 60 + minutes;
	const isAfter = minute >= from;
	return from < to ? isAfter && minute < to : isAfter || minute < to;
}

function clockOf(zone: string): Intl.DateTimeFormat | undefined {
	if (clocks.has(zone)) return clocks.get(zone);
	if (clocks.size >= MOST_CLOCKS) clocks.clear();
	clocks.set(zone, makeClock(zone));
	return clocks.get(zone);
}

function makeClock(timeZone: string): Intl.DateTimeFormat | undefined {
	try {
		return new Intl.DateTimeFormat("en-GB", {
			...{ timeZone, hourCycle: "h23" },
			...{ hour: "2-digit", minute: "2-digit" },
		});
	} catch {
		return undefined;
	}
}
