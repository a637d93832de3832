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
	const events: { readonly seq: number; readonly time: number }[] = [];
	const messages = new Map<string, number>();
	let damaged = 0;
	const take = (bytes: Buffer) => {
		try {
			const line = openLine(bytes.toString());
			if (line.kind !== "entry") return;
			const { event, seq } = line.stored;
			events.push({ seq, time: event.time });
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
	const rooms = Array.from(messages, ([room, many]) => `${many} in ${room}`);
	const [from = { time: 0 }, to = from] = [events[0], events.at(-1)];
	const newest = events.reduce((most, it) => Math.max(most, it.seq), seq);
	const snapshots = (await headsIn(disk, data)).map((it) => it.seq);
	const longest = Math.max(0, ...snapshots);
	const said = [
		wrong && `It is sound no further: ${wrong}.`,
		events.length > 0 &&
			`Left out: ${events.length} events, from ${instant(from.time)} to ${instant(to.time)}; messages: ${rooms.join(", ") || "none"}.`,
		damaged > 0 && `Left out: ${damaged} damaged lines.`,
		longest > newest &&
			`Missing before: ${longest - newest} events, for a snapshot was taken after event ${longest}.`,
	].flatMap((line) => line || []);
	return said.length > 0 ? said : ["Nothing was left out."];
}
