/** Describes, line by line, what `plume cut` did not copy. */
import type { Disk } from "../log/disk.ts";
import { openLine } from "../log/open-line.ts";
import { Lines, type Source } from "../log/reader.ts";
import { headsIn } from "../log/snapshots.ts";
import type { Prefix } from "./prefix.ts";

const instant = (time: number) => new Date(time).toISOString();

export async function* leftOut(
	disk: Disk,
	data: string,
	sources: readonly Source[],
	prefix: Prefix,
): AsyncGenerator<string> {
	const messages = new Map<string, number>();
	let [events, damaged, from, to, newest] = [0, 0, 0, 0, prefix.seq];
	const count = (bytes: Buffer) => {
		try {
			const line = openLine(bytes.toString());
			if (line.kind !== "entry") return;
			const { event, seq } = line.stored;
			events++;
			to = event.time;
			from ||= to;
			newest = Math.max(newest, seq);
			if (event.type === "message.posted")
				messages.set(event.room, (messages.get(event.room) ?? 0) + 1);
		} catch {
			damaged++;
		}
	};
	for (const [nth, source] of sources.slice(prefix.segments - 1).entries()) {
		const lines = new Lines();
		for await (const chunk of source.bytes(nth === 0 ? prefix.bytes : 0))
			for (const line of lines.cut(chunk)) count(line);
		const rest = lines.rest();
		if (rest.length > 0) count(rest);
	}
	const rooms = Array.from(messages, ([room, many]) => `${many} in ${room}`);
	const snapshots = (await headsIn(disk, data)).map(({ seq }) => seq);
	const missing = Math.max(newest, ...snapshots) - newest;
	const { wrong } = prefix;
	if (wrong) yield `It is sound no further: ${wrong}.`;
	if (events > 0)
		yield `Left out: ${events} events, from ${instant(from)} to ${instant(to)}; messages: ${rooms.join(", ") || "none"}.`;
	if (damaged > 0) yield `Left out: ${damaged} damaged lines.`;
	if (missing > 0)
		yield `Missing before: ${missing} events, for a snapshot was taken after event ${newest + missing}.`;
	if (!wrong && events + damaged + missing === 0) yield "Nothing was left out.";
}
