/** What a log holds behind its sound beginning, as far as that can be read, in words. */
import type { Disk } from "../log/disk.ts";
import { openLine } from "../log/open-line.ts";
import { Lines, type Source } from "../log/reader.ts";
import { headsIn } from "../log/snapshots.ts";
import type { Prefix } from "./prefix.ts";

const instant = (time: number) => new Date(time).toISOString();

export async function leftOut(
	disk: Disk,
	data: string,
	sources: readonly Source[],
	{ seq, segments, bytes, wrong }: Prefix,
): Promise<readonly string[]> {
	const times: number[] = [];
	const messages = new Map<string, number>();
	let [damaged, newest] = [0, seq];
	const take = (bytes: Buffer) => {
		try {
			const line = openLine(bytes.toString());
			if (line.kind !== "entry") return;
			const { stored } = line;
			const { event } = stored;
			newest = Math.max(newest, stored.seq);
			times.push(event.time);
			if (event.type !== "message.posted") return;
			messages.set(event.room, (messages.get(event.room) ?? 0) + 1);
		} catch {
			damaged++;
		}
	};
	for (const [nth, source] of sources.slice(segments - 1).entries()) {
		const lines = new Lines();
		for await (const chunk of source.bytes(nth === 0 ? bytes : 0))
			for (const line of lines.cut(chunk)) take(line);
		const rest = lines.rest();
		if (rest.length > 0) take(rest);
	}
	const said: string[] = [];
	if (wrong) said.push(`It is sound no further: ${wrong}.`);
	const rooms = Array.from(messages, ([room, many]) => `${many} in ${room}`);
	const [from, to] = [times[0], times.at(-1)];
	if (from !== undefined && to !== undefined)
		said.push(
			`Left out: ${times.length} events, from ${instant(from)} to ${instant(to)}; messages: ${rooms.join(", ") || "none"}.`,
		);
	if (damaged > 0) said.push(`Left out: ${damaged} damaged lines.`);
	const longest = Math.max(
		0,
		...(await headsIn(disk, data)).map((it) => it.seq),
	);
	if (longest > newest)
		said.push(
			`Missing before: ${longest - newest} events, for a snapshot was taken after event ${longest}.`,
		);
	if (said.length === 0) said.push("Nothing was left out.");
	return said;
}
