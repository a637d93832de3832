/**
 * The story of one client in plain words: what it did, when, and how long
 * that took. What was said is not told, only how often something was.
 */
import type { ClientId, ClientsDetached } from "../../machines/events.ts";
import type { Stored } from "../log/log.ts";
import { inWords, span } from "./words.ts";

/** Whether a client is in that room, and would be kept a place there, after these events of it. */
export function isSeatKept(
	events: readonly Stored[],
	{ room }: ClientsDetached,
): boolean {
	const latest = events.findLast(({ event: { type } }) =>
		/^client\.(entered|left)$/.test(type),
	)?.event;
	if (latest?.type !== "client.entered") return false;
	return latest.session !== undefined && latest.room === room;
}

/** A line for each thing that happened; all that was said in a row is one. */
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

/** When, which, what. */
export function line({ seq, event }: Stored, words: string): string {
	const time = `${new Date(event.time).toISOString().slice(0, 19)}Z`;
	return `  ${time}  #${String(seq).padEnd(6)}  ${words}`;
}
