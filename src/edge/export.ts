/**
 * `POST /export`: everything that the owner of a session ever said, as JSON,
 * streamed from the log. One at a time for each person, and one a minute:
 * it reads the whole log.
 */
import { once } from "node:events";
import type { Request, Response } from "express";
import type { Identity } from "../../machines/events.ts";
import type { Archive } from "../archive/archive.ts";
import type { Clock } from "../clock.ts";
import type { Tally } from "../engine/tally.ts";

import { bearerOf } from "./hosts.ts";
import { sayInWords } from "./words.ts";

const REST_MS = 60_000;

export interface ExportParts {
	readonly archive: Pick<Archive, "saidBy">;
	readonly clock: Clock;
	readonly refusals: Tally;
	/** Whether a Host header may be one of ours. */
	readonly isOwnHost: (host: string | undefined) => boolean;
	/** Whose a session is, by its token; undefined if it is nobody's. */
	readonly ownerOf: (
		token: string,
	) => { readonly identity: Identity; readonly name: string } | undefined;
}

/** Handles the request. Who asks proves it by a header, which no other site can make a browser send. */
export function exporter(parts: ExportParts) {
	const { archive, clock, refusals, ownerOf, isOwnHost } = parts;
	/** When each person may ask again; never while one is under way. */
	const next = new Map<Identity, number>();
	return async (request: Request, response: Response): Promise<void> => {
		if (!isOwnHost(request.get("Host"))) {
			refusals.count("hostIsOurs");
			const words =
				"This server is not called by that name. PLUME_ORIGINS names those it is.";
			sayInWords(403, words, response);
			return;
		}
		const token = bearerOf(request.get("Authorization"));
		const owner = token === undefined ? undefined : ownerOf(token);
		if (!owner) {
			refusals.count("sessionIsOpen");
			response.set("WWW-Authenticate", "Bearer");
			sayInWords(401, "Please log in first.", response);
			return;
		}
		const { identity, name } = owner;
		const waitMs = (next.get(identity) ?? 0) - clock.now();
		if (waitMs > 0) {
			refusals.count("exportIsDue");
			const seconds = Math.ceil(Math.min(waitMs, REST_MS) / 1000);
			response.set("Retry-After", `${seconds}`);
			sayInWords(429, "That was asked for a moment ago.", response);
			return;
		}
		next.set(identity, Number.POSITIVE_INFINITY);
		try {
			await stream(archive, identity, name, response);
		} finally {
			next.set(identity, clock.now() + REST_MS);
			clock.after(REST_MS, () => {
				if ((next.get(identity) ?? 0) <= clock.now()) next.delete(identity);
			});
		}
	};
}

/** Never more than a piece in memory, however slowly it is taken. If it fails half-way the connection breaks, so that nobody takes a part for all. */
async function stream(
	archive: ExportParts["archive"],
	identity: Identity,
	name: string,
	response: Response,
): Promise<void> {
	const closed = once(response, "close");
	response.type("json").set({
		"Cache-Control": "no-store",
		"Content-Disposition": 'attachment; filename="plume-messages.json"',
	});
	response.write(`{"format":1,"name":${JSON.stringify(name)},"messages":[`);
	let before = "\n";
	try {
		for await (const found of archive.saidBy(identity)) {
			const { room, epoch, offset, time, text } = found;
			const message = JSON.stringify({ room, epoch, offset, time, text });
			const isTaken = response.write(before + message);
			before = ",\n";
			if (!isTaken) await Promise.race([once(response, "drain"), closed]);
			if (response.closed) return;
		}
		response.end("\n]}\n");
	} catch (error) {
		response.destroy();
		throw error;
	}
}
