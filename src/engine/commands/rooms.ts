/**
 * A room opens when the first client enters it. It is forgotten once it is
 * unused: within the hour if nothing was ever said there, else after a long
 * while. So a thousand made-up names fill the server for an hour at most.
 */
import type { Identity, PlumeEvent } from "../../../machines/events.ts";
import { isPublic, LOBBY } from "../../../machines/message.ts";
import { brokenRoomRule } from "../../../machines/room.ts";
import { sanctionedUntil } from "../../../machines/rules.ts";
import type { Entry } from "../../log/log.ts";
import type { Secrets } from "../secrets.ts";
import {
	DAY_MS,
	type Decision,
	isReported,
	refuse,
	type View,
} from "./decision.ts";

/** What it takes to open a room. */
type Making = Pick<View, "state" | "now"> & {
	readonly secrets: Pick<Secrets, "id">;
};

/** The rule by which a room that anyone may enter can't be opened, if there is one. `maker` is known only after the login. */
export function roomBroken(
	{ state, limits }: View,
	room: string,
	maker?: Identity,
): "roomsAreLeft" | "roomsMadeAreLeft" | undefined {
	if (room === LOBBY || !isPublic(room) || state.room(room)) return undefined;
	const open = state.rooms.filter(({ context }) => !context.access);
	if (open.size >= limits.rooms) return "roomsAreLeft";
	const made = open.count(
		({ context }) => maker !== undefined && context.maker === maker,
	);
	return made < limits.roomsMade ? undefined : "roomsMadeAreLeft";
}

/** Opens a room, unless it is open. */
export function roomOpened(
	{ state, now: time, secrets }: Making,
	room: string,
	maker?: Identity,
	access?: "private" | "direct",
): readonly Entry[] {
	if (state.room(room)) return [];
	const incarnation = secrets.id();
	const made = { incarnation, ...(maker && room !== LOBBY && { maker }) };
	const event = { type: "room.opened", time, room, ...made } as const;
	return [{ event: { ...event, ...(access && { access }) } }];
}

/** Lets a client into a room, which is opened if need be. */
export function roomEntered(
	view: View,
	who: Omit<PlumeEvent<"client.entered">, "type" | "time" | "node">,
	person: Identity,
): Decision {
	const { state, now: time, node } = view;
	const { room } = who;
	const inside = state.room(room)?.context;
	const holder = inside?.access && person !== who.identity ? { person } : {};
	const event = {
		type: "client.entered",
		...{ time, ...who, node, ...holder },
	} as const;
	// The machine knows only the address with its `+tag`.
	const until = sanctionedUntil(inside?.kicks, person, time);
	if (until > 0) return refuse("isNotKicked", { retryAfterMs: until - time });
	const broken = inside && brokenRoomRule(inside, event);
	if (broken) return refuse(broken);
	return { entries: [...roomOpened(view, room, person), { event }] };
}

/** The log is an older copy, so clients may have seen offsets that it does not have: each room gets a new epoch. */
export function logRestored(
	{ state, now: time, secrets }: Making,
	from: number,
): readonly Entry[] {
	const rooms = Array.from(state.rooms.keys(), (room): Entry => {
		const incarnation = secrets.id();
		return { event: { type: "room.restored", time, room, incarnation } };
	});
	return [{ event: { type: "log.restored", time, from } }, ...rooms];
}

/** Forgets the rooms that are not used any more. */
export function roomsForgotten(view: View): readonly Entry[] {
	const { state, now: time, limits } = view;
	const before = time - limits.roomDays * DAY_MS;
	return [...state.rooms].flatMap(([room, { context }]) => {
		const event = { type: "room.forgotten", time, room } as const;
		const isNeeded = !context.people?.isEmpty() || isReported(view, room);
		const isUsed = isNeeded && context.said > 0 && context.lastUsed > before;
		return isUsed || brokenRoomRule(context, event) ? [] : [{ event }];
	});
}
