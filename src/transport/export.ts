/**
 * `POST /export`: every message of the owner of a session, as JSON, streamed
 * from the log. Each export reads the whole log, so a person gets one a minute.
 */
import { pipeline } from "node:stream/promises";
import type { Request, Response } from "express";
import type { Identity } from "../../machines/events.ts";
import type { Clock } from "../clock.ts";
import type { Reporter } from "../engine/parts.ts";
import type { RefusalCounter } from "../engine/refusal-counter.ts";
import type { Found } from "../history/found.ts";
import { messageOf } from "../log/disk.ts";
import { refusing } from "./error-page.ts";
import { bearerOf, NOT_OURS } from "./hosts.ts";

const INTERVAL_MS = 60_000;

export interface ExportParts {
	/** Every message of a person. */
	readonly saidBy: (identity: Identity) => AsyncIterable<Found>;
	readonly clock: Clock;
	readonly refusals: RefusalCounter;
	readonly report: Pick<Reporter, "warn">;
	/** Whether a Host header may name this server. */
	readonly isOwnHost: (host: string | undefined) => boolean;
	/** The owner of a session, by its token; undefined if there is no such session. */
	readonly ownerOf: (token: string) => Owner | undefined;
}

interface Owner {
	readonly identity: Identity;
	readonly name: string;
}

/** Handles the request. The session comes in a header, which no other site can make a browser send. */
export function exporter(parts: ExportParts) {
	const { clock, refusals, ownerOf, isOwnHost } = parts;
	/** When each person who must wait may ask again; infinite while an export is running. */
	const due = new Map<Identity, number>();
	return async (request: Request, response: Response): Promise<void> => {
		const refuse = refusing(refusals, response);
		if (!isOwnHost(request.get("Host")))
			return refuse(403, "hostIsOurs", NOT_OURS);
		const owner = ownerOf(bearerOf(request.get("Authorization")) ?? "");
		if (!owner) return refuse(401, "sessionIsOpen", "Please log in first.");
		const { identity } = owner;
		const dueAt = due.get(identity);
		if (dueAt !== undefined) {
			const waitMs = Math.min(dueAt - clock.now(), INTERVAL_MS);
			response.set("Retry-After", `${Math.ceil(waitMs / 1000)}`);
			return refuse(429, "exportIsDue", "That was asked for a moment ago.");
		}
		due.set(identity, Number.POSITIVE_INFINITY);
		response.type("json").set({
			"Cache-Control": "no-store",
			"Content-Disposition": 'attachment; filename="plume-messages.json"',
		});
		try {
			// A failure breaks the connection, so that half an export does not look complete.
			await pipeline(exported(parts, owner), response);
		} finally {
			due.set(identity, clock.now() + INTERVAL_MS);
			clock.after(INTERVAL_MS, () => due.delete(identity));
		}
	};
}

/** Yields as the reader drains. */
async function* exported({ saidBy, report }: ExportParts, owner: Owner) {
	const { identity, name } = owner;
	yield `{"format":1,"name":${JSON.stringify(name)},"messages":[`;
	let before = "\n";
	try {
		for await (const found of saidBy(identity)) {
			yield before + JSON.stringify(asExported(found));
			before = ",\n";
		}
	} catch (error) {
		// A reader who hangs up is none of these.
		report.warn(
			{ error: messageOf(error) },
			"an export could not be read to its end",
		);
		throw error;
	}
	yield "\n]}\n";
}

/** Other words for a message stand where that does. */
export function asExported({
	room,
	epoch,
	offset,
	time,
	text,
	relation,
}: Found) {
	if (!relation) return { room, epoch, offset, time, text };
	const { kind, target } = relation;
	if (kind === "edited")
		return { room, epoch, offset: target, time, text, edited: true };
	return { room, epoch, target, time, [kind]: text };
}
