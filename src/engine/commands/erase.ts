/** May this be erased, and what follows when all of someone's is? */

import type { MessageErased } from "../../../machines/events.ts";
import { epochOf } from "../../../machines/item.ts";
import { roomGuards, roomRules } from "../../../machines/room.ts";
import { firstBroken } from "../../../machines/rules.ts";
import type { Found } from "../../history/archive.ts";
import type { Entry } from "../../log/log.ts";
import type { ClientSnapshot } from "../machines.ts";
import type { Rule } from "../refusals.ts";
import type { Secrets } from "../secrets.ts";
import type { Moment } from "./decision.ts";
import { loggedOutEverywhere } from "./open.ts";

export interface ErasureView extends Moment {
	/** Whoever asks, when they asked. */
	readonly asker: ClientSnapshot["context"];
	readonly log: string;
	readonly secrets: Secrets;
}

/** What an event erases, with what it is about. */
export interface Erasing {
	readonly event: MessageErased;
	readonly found: readonly Found[];
}

/** One message, as the archive knows it. */
export function decideErasure(
	{ state, asker, log, now: time }: ErasureView,
	found: Found | undefined,
): Erasing | { readonly refused: Rule } {
	const room = found && state.room(found.room)?.context;
	if (!room || found.epoch !== epochOf(log, room.incarnation))
		return { refused: "placeIsKnown" };
	const { identity: by } = asker;
	if (found.author.identity !== by) return { refused: "isTheirOwn" };
	const event: MessageErased = {
		...{ type: "message.erased", time, room: found.room, target: found.offset },
		...{ name: found.author.name, by, as: "author", seqs: [found.seq] },
	};
	const rules = roomRules["message.erased"];
	const refused = firstBroken(roomGuards, rules, room, event);
	return refused ? { refused } : { event, found: [found] };
}

/** What someone said in one room under one name; the offsets are of what can still be seen. */
interface Group {
	readonly room: string;
	readonly name: string;
	readonly offsets: number[];
	readonly found: Found[];
}

/** Much that someone said: it is erased in each room under each of their names. */
export function decideErasures(
	{ state, asker, log, now: time }: ErasureView,
	all: readonly Found[],
): readonly Erasing[] {
	const { identity: author } = asker;
	const groups = new Map<string, Group>();
	for (const each of all) {
		const incarnation = state.room(each.room)?.context.incarnation ?? "";
		const isThere = each.epoch === epochOf(log, incarnation);
		// What was said in a room that is forgotten is nobody's to see, but it is erased as well.
		const [room, name] = isThere
			? [each.room, each.author.name]
			: [asker.room, asker.name];
		const key = `${room} ${name} ${each.run}`;
		const group = groups.get(key) ?? { room, name, offsets: [], found: [] };
		groups.set(key, group);
		group.found.push(each);
		if (isThere) group.offsets.push(each.offset);
	}
	return Array.from(groups.values(), ({ room, name, offsets, found }) => {
		const [from] = offsets;
		const event: MessageErased = {
			...{ type: "message.erased", time, room, author },
			...(from !== undefined && { from }),
			...{ through: Math.max(0, ...offsets), name },
			...{ by: author, as: "author", seqs: found.map(({ seq }) => seq) },
		};
		return { event, found };
	});
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
