/** May this be erased, and what follows when all of someone's is? */

import type { MessageErased } from "../../../machines/events.ts";
import { epochOf } from "../../../machines/item.ts";
import { roomGuards, roomRules } from "../../../machines/room.ts";
import { firstBroken } from "../../../machines/rules.ts";
import type { Found } from "../../archive/archive.ts";
import type { Entry } from "../../log/log.ts";
import type { Rule } from "../refusals.ts";
import type { ClientSnapshot, State } from "../state.ts";
import { loggedOutEverywhere } from "./open.ts";

export interface ErasureView {
	readonly state: State;
	/** Whoever asks, when they asked. */
	readonly asker: ClientSnapshot["context"];
	readonly log: string;
	readonly now: number;
}

/** One message, as the archive knows it. */
export function decideErasure(
	{ state, asker, log, now: time }: ErasureView,
	found: Found | undefined,
): { readonly event: MessageErased } | { readonly refused: Rule } {
	const room = found && state.room(found.room)?.context;
	if (!room || found.epoch !== epochOf(log, room.incarnation))
		return { refused: "placeIsKnown" };
	const { identity: by } = asker;
	if (found.author.identity !== by) return { refused: "isTheirOwn" };
	const event: MessageErased = {
		type: "message.erased",
		time,
		room: found.room,
		target: found.offset,
		name: found.author.name,
		by,
		as: "author",
		seqs: [found.seq],
	};
	const rules = roomRules["message.erased"];
	const refused = firstBroken(roomGuards, rules, room, event);
	return refused ? { refused } : { event };
}

/** Much that someone said: it is erased in each room under each of their names. */
export function decideErasures(
	{ state, asker, log, now: time }: ErasureView,
	all: readonly Found[],
): readonly MessageErased[] {
	const { identity: author } = asker;
	const erased = new Map<string, MessageErased>();
	const seqsOf = new Map<string, number[]>();
	for (const found of all) {
		const incarnation = state.room(found.room)?.context.incarnation ?? "";
		const isThere = found.epoch === epochOf(log, incarnation);
		// What was said in a room that is forgotten is nobody's to see, but it is erased as well.
		const [room, name, through] = isThere
			? [found.room, found.author.name, found.offset]
			: [asker.room, asker.name, 0];
		const key = `${room} ${name} ${found.run}`;
		const seqs = seqsOf.get(key) ?? [];
		seqs.push(found.seq);
		seqsOf.set(key, seqs);
		const before = erased.get(key);
		const furthest = Math.max(through, before?.through ?? 0);
		const from = before?.from ?? (isThere ? found.offset : undefined);
		erased.set(key, {
			type: "message.erased",
			time,
			room,
			author,
			...(from !== undefined && { from }),
			through: furthest,
			name,
			by: author,
			as: "author",
			seqs,
		});
	}
	return [...erased.values()];
}

/** When all that someone said is erased, they leave, and their names are free. */
export function decideFarewell({
	state,
	asker: { identity: author },
	now: time,
}: ErasureView): readonly Entry[] {
	const rest = [...loggedOutEverywhere({ state, now: time }, author)];
	for (const [nameKey, { identity }] of state.server.context.names)
		if (identity === author)
			rest.push({ event: { type: "name.released", time, nameKey } });
	return rest;
}
