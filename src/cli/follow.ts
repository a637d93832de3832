/**
 * `plume replay --follow`: tells each event as a running server logs it, one
 * line each. What people say is not in these lines. What is not whole yet, at
 * the log's end, is just not there yet.
 */
import type { ClientId, PlumeEvent } from "../../machines/events.ts";
import type { Mark, Stored } from "../log/log.ts";
import { readBatches, type Source, sourceFrom } from "../log/reader.ts";
import { Verifier } from "../log/verifier.ts";
import type { FollowCommand, Scope } from "./log-arguments.ts";
import { ask, type ExitCode, type LogParts, sourcesOf } from "./source.ts";

/** So many of the events that are there already are told at first. */
const FIRST_LINES = 10;

interface End extends Mark {
	readonly file: string;
}

/** `pause` waits until it is time to look again, and answers whether to. */
export function follow(
	{ source, ...scope }: FollowCommand,
	parts: LogParts,
	pause: () => Promise<boolean>,
): Promise<ExitCode> {
	return ask(source, parts, async ({ sources: atFirst, lone }) => {
		const cast = new Cast();
		const latest: string[] = [];
		let sources = atFirst;
		let verifier = new Verifier({ lone });
		let end: End | undefined;
		let tell = (line: string) => {
			if (latest.push(line) > FIRST_LINES) latest.shift();
		};
		for (;;) {
			const news = readBatches(behind(end, sources), verifier);
			for await (const batch of news)
				for (const stored of batch) cast.lines(stored, scope).forEach(tell);
			latest.splice(0).forEach(parts.print);
			tell = parts.print;
			end = endOf(sources, verifier) ?? end;
			if (!(await pause())) return 0;
			sources = await sourcesOf(source || parts.data, parts);
			verifier = new Verifier(end ? { after: end } : { lone });
		}
	});
}

function behind(
	end: End | undefined,
	sources: readonly Source[],
): readonly Source[] {
	const at = sources.findIndex(({ file }) => file === end?.file);
	const [source, ...later] = sources.slice(at);
	if (!end || !source) return sources;
	return [sourceFrom(source, end.offset), ...later];
}

/** Where the last whole batch ends; nowhere in a log that has none yet. */
function endOf(sources: readonly Source[], read: Verifier): End | undefined {
	const { id: log, seq, hash, offset, before } = read;
	// Of the last segment not even the header may be there.
	if (offset > 0) return { log, seq, hash, offset, file: read.file };
	const { file } = sources.at(-2) ?? {};
	return file ? { log, seq, hash, offset: before, file } : undefined;
}

/** Who each client is, and where: what only its first events tell. */
class Cast {
	readonly #known = new Map<ClientId, { name: string; room: string }>();

	/** One line, or none if the event is out of scope. */
	lines({ seq, event }: Stored, scope: Scope): string[] {
		const { client, name, room } = this.#about(event);
		if (scope.room !== undefined && room !== scope.room) return [];
		if (!client.startsWith(scope.client ?? "")) return [];
		const time = new Date(event.time).toISOString();
		const fields = [`#${seq}`, event.type, room || "-", name || "-", client];
		return [[time, ...fields].join("  ").trimEnd()];
	}

	#about(event: PlumeEvent) {
		const client = "client" in event ? event.client : "";
		if (client && "name" in event && "room" in event)
			this.#known.set(client, event);
		const known = this.#known.get(client);
		if (event.type === "client.left" || event.type === "login.expired")
			this.#known.delete(client);
		const name = "name" in event ? event.name : known?.name;
		const room = "room" in event ? event.room : known?.room;
		return { client, name, room };
	}
}
