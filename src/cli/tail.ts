/**
 * `plume replay --follow`: prints a line for each event as a running server
 * logs it, without the text of messages. A torn tail is a batch that is still
 * being written; it is read again later.
 */
import type { LogPosition } from "../log/log.ts";
import { readBatches, type Source, sourceFrom } from "../log/reader.ts";
import { Verifier } from "../log/verifier.ts";
import { Clients } from "./clients.ts";
import type { Scope } from "./report.ts";
import { isPartial, type Query, sourcesOf } from "./source.ts";

/** How many of the existing events are printed first. */
const FIRST_LINES = 10;

interface End extends LogPosition {
	readonly file: string;
}

export const tail =
	(scope: Scope): Query =>
	async ({ path }, parts) => {
		const clients = new Clients();
		const latest: string[] = [];
		let emit = (line: string) => {
			if (latest.push(line) > FIRST_LINES) latest.shift();
		};
		let end: End | undefined;
		do {
			const sources = await sourcesOf(path, parts);
			const partial = isPartial(path);
			const verifier = new Verifier(end ? { after: end } : { partial });
			const news = readBatches(sourcesAfter(end, sources), verifier);
			for await (const batch of news)
				for (const { seq, event } of batch) {
					const { client, name, room } = clients.about(event);
					if (scope.room !== undefined && room !== scope.room) continue;
					if (!client.startsWith(scope.client ?? "")) continue;
					const time = new Date(event.time).toISOString();
					const who = `${room || "-"}  ${name || "-"}  ${client}`;
					emit(`${time}  #${seq}  ${event.type}  ${who}`.trimEnd());
				}
			latest.splice(0).forEach(parts.print);
			emit = parts.print;
			end = endOf(sources, verifier) ?? end;
		} while (await parts.pause());
		return 0;
	};

/** The sources after the last read. */
function sourcesAfter(
	end: End | undefined,
	sources: readonly Source[],
): readonly Source[] {
	const at = sources.findIndex(({ file }) => file === end?.file);
	const [source, ...later] = sources.slice(at);
	if (!end || !source) return sources;
	return [sourceFrom(source, end.offset), ...later];
}

/** The end of the last whole batch; undefined if there is none yet. */
function endOf(sources: readonly Source[], read: Verifier): End | undefined {
	const { id: log, seq, hash, offset, before } = read;
	// The last segment may not even have its header yet.
	if (offset > 0) return { log, seq, hash, offset, file: read.file };
	const { file } = sources.at(-2) ?? {};
	return file ? { log, seq, hash, offset: before, file } : undefined;
}
