/**
 * `POST /export`: everything that the owner of a session ever said, as JSON,
 * streamed from the log. One at a time for each person, and one a minute:
 * it reads the whole log.
 */
import { pipeline } from "node:stream/promises";
import type { Request, Response } from "express";
import type { Identity } from "../../machines/events.ts";
import type { Clock } from "../clock.ts";
import type { RefusalCounter } from "../engine/refusal-counter.ts";
import type { Archive } from "../history/archive.ts";
import { sendErrorPage } from "./error-page.ts";
import { bearerOf } from "./hosts.ts";

const REST_MS = 60_000;

export interface ExportParts {
	readonly archive: Pick<Archive, "saidBy">;
	readonly clock: Clock;
	readonly refusals: RefusalCounter;
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
	/** When each person who may not ask yet may ask again; never while one is under way. */
	const next = new Map<Identity, number>();
	return async (request: Request, response: Response): Promise<void> => {
		const refuse = (status: number, rule: string, words: string) => {
			refusals.count(rule);
			sendErrorPage(status, words, response);
		};
		if (!isOwnHost(request.get("Host"))) {
			const words =
				"This server is not called by that name. PLUME_ORIGINS names those it is.";
			return refuse(403, "hostIsOurs", words);
		}
		const token = bearerOf(request.get("Authorization"));
		const owner = token === undefined ? undefined : ownerOf(token);
		if (!owner) {
			response.set("WWW-Authenticate", "Bearer");
			return refuse(401, "sessionIsOpen", "Please log in first.");
		}
		const { identity, name } = owner;
		const due = next.get(identity);
		if (due !== undefined) {
			const waitMs = Math.min(due - clock.now(), REST_MS);
			response.set("Retry-After", `${Math.ceil(waitMs / 1000)}`);
			const words = "That was asked for a moment ago.";
			return refuse(429, "exportIsDue", words);
		}
		next.set(identity, Number.POSITIVE_INFINITY);
		response.type("json").set({
			"Cache-Control": "no-store",
			"Content-Disposition": 'attachment; filename="plume-messages.json"',
		});
		try {
			// If it fails half-way the connection breaks, so that nobody takes a part for all.
			await pipeline(exported(archive, identity, name), response);
		} finally {
			next.set(identity, clock.now() + REST_MS);
			clock.after(REST_MS, () => next.delete(identity));
		}
	};
}

/** Piece by piece, however slowly it is taken. */
async function* exported(
	archive: ExportParts["archive"],
	identity: Identity,
	name: string,
) {
	yield `{"format":1,"name":${JSON.stringify(name)},"messages":[`;
	let before = "\n";
	for await (const found of archive.saidBy(identity)) {
		const { room, epoch, offset, time, text } = found;
		yield before + JSON.stringify({ room, epoch, offset, time, text });
		before = ",\n";
	}
	yield "\n]}\n";
}
