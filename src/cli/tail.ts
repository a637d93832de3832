/**
 * `plume replay --follow`: prints a line for each event as a running server
 * logs it, without the text of messages. A torn tail is a batch that is still
 * being written; it is read again later.
 */
import type { LogPosition } from "../log/log.ts";
import { readBatches, sourcesAfter } from "../log/reader.ts";
import { Verifier } from "../log/verifier.ts";
import { Clients } from "./clients.ts";
import type { Scope } from "./report.ts";
import { isPartial, type Query, sourcesOf } from "./source.ts";

/** How many of the existing events are printed first. */
const FIRST_LINES = 10;

export const tail =
	(scope: Scope): Query =>
	async ({ path }, parts) => {
		const clients = new Clients();
		const latest: string[] = [];
		let emit = (line: string) => {
			if (latest.push(line) > FIRST_LINES) latest.shift();
		};
		/** The seq of the last event that was read, and where to read on: there, or not long before. */
		let seen = 0;
		let end: LogPosition | undefined;
		do {
			const all = await sourcesOf(path, parts);
			const sources = end ? await sourcesAfter(all, end) : all;
			const partial = isPartial(path);
			const verifier = new Verifier(end ? { after: end } : { partial });
			for await (const batch of readBatches(sources, verifier)) {
				for (const { seq, event } of batch) {
					if (seq <= seen) continue;
					seen = seq;
					const { client, name, room } = clients.about(event);
					if (scope.room !== undefined && room !== scope.room) continue;
					if (!client.startsWith(scope.client ?? "")) continue;
					const time = new Date(event.time).toISOString();
					const who = `${room || "-"}  ${name || "-"}  ${client}`;
					emit(`${time}  #${seq}  ${event.type}  ${who}`.trimEnd());
				}
				const { id: log, seq, hash, offset } = verifier;
				if (seq === seen) end = { log, seq, hash, offset };
			}
			latest.splice(0).forEach(parts.print);
			emit = parts.print;
		} while (await parts.pause());
		return 0;
	};
