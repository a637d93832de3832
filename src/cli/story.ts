/**
 * Describes what one client did, and when, one line for each event. Messages
 * are counted; their text is not shown.
 */
import type { ClientId, PlumeEvent } from "../../machines/events.ts";
import type { Stored } from "../log/log.ts";
import { inWords, span } from "./words.ts";

/** Whether a client with these events is in the room with a session, so that its seat is kept. */
export function isSeatKept(
	events: readonly Stored[],
	{ room, node, only }: PlumeEvent<"clients.detached">,
): boolean {
	const latest = events.findLast(({ event: { type } }) =>
		/^client\.(entered|left)$/.test(type),
	)?.event;
	if (latest?.type !== "client.entered" || latest.room !== room) return false;
	const carried = events.findLast(({ event }) => "node" in event)?.event;
	const isLost =
		!only || (carried && "node" in carried && carried.node === node);
	return latest.session !== undefined && isLost === true;
}

/** One line for each event; consecutive messages share a line. */
export function story(
	client: ClientId,
	events: readonly Stored[],
): readonly string[] {
	let [name, room, mistakes] = ["", "", 0];
	let lostAt: number | undefined;
	let said: readonly [Stored, number] | undefined;
	const lines = events.flatMap((stored, nth) => {
		const { seq, event } = stored;
		if (event.type === "message.posted") {
			const [first, count] = [said?.[0] ?? stored, (said?.[1] ?? 0) + 1];
			const isLast = events[nth + 1]?.event.type !== event.type;
			said = isLast ? undefined : [first, count];
			const during = span(event.time - first.event.time);
			const many = `said ${count} things in ${during}, up to #${seq}`;
			return isLast ? line(first, count > 1 ? many : inWords(event)) : [];
		}
		const lostMs = event.time - (lostAt ?? event.time);
		const words = inWords(event, { mistakes, lostMs });
		if ("name" in event) name = event.name;
		if ("room" in event) room = event.room;
		if (event.type === "login.failed") mistakes++;
		const isLost = /^clients?\.detached$/.test(event.type);
		lostAt = isLost ? event.time : undefined;
		return line(stored, words);
	});
	const who = name ? ` is ${name}, in ${room}` : "";
	return [`Client ${client}${who}.`, ...lines];
}

/** A line with the event's time, its seq, and words for it. */
export function line({ seq, event }: Stored, words: string): string {
	const time = `${new Date(event.time).toISOString().slice(0, 19)}Z`;
	return `  ${time}  #${String(seq).padEnd(6)}  ${words}`;
}
