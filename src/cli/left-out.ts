/** Describes, line by line, what `plume cut` did not copy. */
import type { Disk } from "../log/disk.ts";
import type { Source } from "../log/reader.ts";
import { headsIn } from "../log/snapshots.ts";
import { eachLine } from "./each-line.ts";
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
	const [last, ...later] = sources.slice(prefix.segments - 1);
	const rest = last && { ...last, bytes: () => last.bytes(prefix.bytes) };
	for await (const line of eachLine(rest ? [rest, ...later] : [])) {
		if (!line) damaged++;
		if (line?.kind !== "entry") continue;
		const { event, seq } = line.stored;
		events++;
		to = event.time;
		from ||= to;
		newest = Math.max(newest, seq);
		if (event.type === "message.posted")
			messages.set(event.room, (messages.get(event.room) ?? 0) + 1);
	}
	const rooms = Array.from(messages, ([room, many]) => `${many} in ${room}`);
	const snapshots = (await headsIn(disk, data)).map(({ seq }) => seq);
	const missing = Math.max(newest, ...snapshots) - newest;
	const { wrong } = prefix;
	if (wrong) yield `It is sound no further: ${wrong}.`;
	if (events > 0)
		yield `Left out: ${events} events, from ${instant(from)} to ${instant(to)}; messages: ${rooms.join(", ") || "none"}.`;
	if (damaged > 0)
		yield `Left out: ${damaged} lines that are damaged, or that a newer version wrote.`;
	if (missing > 0)
		yield `Missing before: ${missing} events, for a snapshot was taken after event ${newest + missing}.`;
	if (!wrong && events + damaged + missing === 0) yield "Nothing was left out.";
}
