/** Who said what since a time, from the log's segments, the newest segment first. */
import type { MessagePosted } from "../../machines/events.ts";
import type { Log } from "../log/log.ts";
import type { Indexes } from "./indexes.ts";
import { type Person, SegmentIndex } from "./segment-index.ts";

export interface SaidLine {
	readonly seq: number;
	readonly event: MessagePosted;
	readonly author: Person;
	readonly text: string;
}

export async function* saidSince(
	since: number,
	{ segments }: Pick<Log, "segments">,
	indexes: Indexes,
	inTurn: <Answer>(task: () => Promise<Answer>) => Promise<Answer>,
): AsyncGenerator<SaidLine, void> {
	await inTurn(() => indexes.newest());
	const list = indexes.segments;
	for (let nth = list.length - 1; nth >= 0; nth--) {
		const before = await inTurn(() => indexes.of(list[nth - 1] ?? 0));
		const index = SegmentIndex.after(before, list[nth] ?? 0);
		let isOlder = false;
		for await (const { placed } of segments.scan(index.segment, index.end))
			for (const { stored, span } of placed) {
				index.note(stored, span);
				const { seq, event, erasable } = stored;
				isOlder ||= event.time < since;
				if (event.type !== "message.posted" || event.time < since) continue;
				const author = index.people.get(event.client);
				if (author && erasable) yield { seq, event, author, ...erasable };
			}
		if (isOlder) return;
	}
}
