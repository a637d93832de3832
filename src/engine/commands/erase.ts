/**
 * Erases one message, or all that someone ever said. The messages are
 * searched for first, so the answer comes later. What was found is decided on
 * here.
 */
import type { Identity, MessageErased } from "../../../machines/events.ts";
import { brokenRoomRule } from "../../../machines/room.ts";
import type { Found } from "../../history/found.ts";
import type { Entry } from "../../log/log.ts";
import { evolved } from "../evolve.ts";
import type { ClientSnapshot } from "../machines.ts";
import type { Answer } from "../message-queue.ts";
import type { Rule } from "../refusals.ts";
import { type Actor, actorLater } from "./actor.ts";
import { inside, mayEnter, NOTHING, refuse, type View } from "./decision.ts";
import { decideGone } from "./membership.ts";
import { personOf } from "./names-held.ts";
import { sentAway } from "./sessions.ts";

export const erase = inside<"erase">(
	({ view, connection, asker, person }, command, { erasures, responder }) => {
		const { room, epoch, target: offset, id } = command;
		if (!mayEnter(view.state, room, person)) return refuse("placeIsKnown");
		const actor = actorLater(view, asker, room);
		const answer = responder.answering(connection, "eraseDone", id);
		erasures.eraseOne(actor, { room, epoch, offset }, "", answer);
		return NOTHING;
	},
);

export const eraseAll = inside<"eraseAll">(
	({ view, connection, asker, person }, { id }, { erasures, responder }) => {
		const answer = responder.answering(connection, "eraseDone", id);
		if (erasures.isSilent(view.client)) {
			erasures.alsoTell(asker.identity, { id, answer });
			return refuse("isNotErasing");
		}
		erasures.eraseAll({ ...asker, person }, { id, answer });
		return NOTHING;
	},
);

/** Somebody who asks for everything to be erased; without an id they are only told why it was not. */
export interface Ask {
	readonly id: string | undefined;
	readonly answer: Answer;
}

export interface ErasureView extends View {
	/** Who asks, as it was then. */
	readonly asker: Pick<
		ClientSnapshot["context"],
		"identity" | "name" | "room"
	> & { readonly person?: Identity };
}

/** An event, and the texts that it erases. */
export interface Overwrite extends Entry {
	readonly found: readonly Found[];
}

interface Erasing extends Overwrite {
	readonly event: MessageErased;
}

/** `found` is the message as the archive knows it. */
export function decideErasure(
	view: View,
	{ identity, person, role }: Actor,
	found: Found | undefined,
	why: string,
): Erasing | { readonly refused: Rule } {
	const { state, now: time, secrets } = view;
	const room = found && state.room(found.room)?.context;
	if (!room || found.epoch !== state.head(found.room).epoch)
		return { refused: "placeIsKnown" };
	const isOwn = found.author.identity === identity;
	if (!isOwn && role === "member") return { refused: "isTheirOwn" };
	if (!isOwn && role === "lateAdmin") return { refused: "loginIsFresh" };
	if (role === "maker" && view.admins.has(found.author.identity) && !isOwn)
		return { refused: "personIsNoAdmin" };
	const as =
		isOwn || role === "member" || role === "lateAdmin" ? "author" : role;
	const by = isOwn ? identity : person;
	const erased: MessageErased = {
		...{ type: "message.erased", time, room: found.room, target: found.offset },
		...{ name: found.author.name, by, as, seqs: [found.seq] },
	};
	const entry = why ? secrets.worded(erased, why) : { event: erased };
	const refused = brokenRoomRule(room, entry.event);
	return refused ? { refused } : { ...entry, found: [found] };
}

/** What someone said in one room under one name. `offsets` has only what can still be seen. */
interface Group extends Pick<MessageErased, "room" | "name"> {
	readonly author: Identity;
	readonly offsets: number[];
	readonly found: Found[];
}

/** Erases many messages: one event for each room, person and name. */
export function decideErasures(
	{ state, asker, now: time }: ErasureView,
	all: readonly Found[],
	as: "author" | "retention",
): readonly Erasing[] {
	const { identity: by } = asker;
	const groups = new Map<string, Group>();
	const single: Erasing[] = [];
	for (const each of all) {
		const isThere = each.epoch === state.head(each.room).epoch;
		const isEdit = each.relation?.kind === "edited";
		// One event may name many messages, and reactions, by their own offsets only.
		if ((each.isTitle || isEdit) && isThere) {
			const { room, offset, author, seq } = each;
			const target = each.relation?.target ?? offset;
			const fact = { time, room, target, name: author.name, by, as };
			const event: MessageErased = {
				...{ type: "message.erased", ...fact, seqs: [seq] },
			};
			single.push({ event, found: [each] });
			continue;
		}
		// Nobody can see what was said in a forgotten room, but it is erased as well.
		const { room } = isThere ? each : asker;
		const { name, identity: author } = isThere ? each.author : asker;
		const key = `${room} ${name} ${author} ${each.run}`;
		const none = { offsets: [], found: [] };
		const group: Group = groups.get(key) ?? { room, name, author, ...none };
		groups.set(key, group);
		group.found.push(each);
		if (isThere) group.offsets.push(each.offset);
	}
	const said = Array.from(groups.values(), ({ offsets, found, ...group }) => {
		const { room, name, author } = group;
		const [from] = offsets;
		const event: MessageErased = {
			...{ type: "message.erased", time, room, author },
			...(from !== undefined && { from }),
			...{ through: Math.max(0, ...offsets), name },
			...{ by, as, seqs: found.map(({ seq }) => seq) },
		};
		return { event, found };
	});
	return [...single, ...said];
}

/** When everything is erased, its author leaves for good, and their names become free. */
export function decideFarewell(view: ErasureView): readonly Entry[] {
	const { state, asker, now: time } = view;
	const { identity: author } = asker;
	const rest = [
		...sentAway(view, ({ identity }) => identity === author, "loggedOut"),
	];
	const names = state.server.context.names.filter(
		({ identity }) => identity === author,
	);
	// Someone may have several names, and is gone once. One may be released meanwhile.
	const people = new Set([...names.values()].map(personOf));
	if (asker.person !== undefined) people.add(asker.person);
	let after = view;
	for (const person of people) {
		const gone = decideGone(after, person, author);
		rest.push(...gone);
		after = { ...after, state: evolved(after.state, gone) };
	}
	for (const nameKey of names.keys())
		rest.push({ event: { type: "name.released", time, nameKey } });
	return rest;
}
