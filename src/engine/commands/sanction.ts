/** What an act of a moderator begins with: who did it, to whom, until when and why. */
import type { Identity, RoomName } from "../../../machines/events.ts";
import { BOT_NAME, isPublic } from "../../../machines/message.ts";
import type { RoomContext } from "../../../machines/room.ts";
import { sanctionedUntil } from "../../../machines/rules.ts";
import type { Found } from "../../history/found.ts";
import type { Say } from "../../languages/words.ts";
import { cannot, type Operation } from "../operation.ts";
import { type Actor, isOperator } from "./actor.ts";
import { DAY_MS, personIn, type View } from "./decision.ts";
import { authorCalled, identitiesOf, ownerCalled } from "./names-held.ts";

export interface Asked {
	readonly view: View;
	readonly actor: Actor;
	readonly room: RoomName;
	/** What its answer calls the room. */
	readonly called: string;
	/** Whom or what it is about, as it was typed. */
	readonly what: string;
	/** A duration, if it begins with one, and a reason. */
	readonly why: string;
	/** The message that it, or whose author, it is about. */
	readonly found: Found | undefined;
	/** The words that it is answered in. */
	readonly say: Say;
}

export type Act = (asked: Asked) => Operation;

interface Target {
	readonly name: string;
	readonly person: Identity;
	/** As of `identitiesOf`. */
	readonly identities: ReadonlySet<Identity>;
}

export function targetOf({ view, what, found }: Asked): Target {
	const { names } = view.state.server.context;
	const { name, person } = found
		? authorCalled(names, found.author)
		: (ownerCalled(names, what) ?? cannot("personIsKnown"));
	return { name, person, identities: identitiesOf(names, person) };
}

/** The target of an act against someone; nobody acts against an admin, the bot or themselves. */
export function victimOf(asked: Asked): Target {
	const { view, actor } = asked;
	const target = targetOf(asked);
	const isAdmin = [...target.identities].some((one) => view.admins.has(one));
	const isSafe = (isAdmin && !isOperator(actor)) || target.person === BOT_NAME;
	if (isSafe || target.person === actor.person) cannot("personIsNoAdmin");
	return target;
}

const UNITS: Readonly<Record<string, number>> = {
	m: 60_000,
	h: 3_600_000,
	d: DAY_MS,
	w: 7 * DAY_MS,
};

const DURATION = /^([1-9]\d{0,3})([mhdw])\b/;
/** Someone who mistypes a duration must not ban for good. */
const LIKE_A_DURATION = /^[-+.]?\d/;

/** `10m spam`: whom it is about, until when, and the reason beside the event. */
export function sanctionOf(
	asked: Asked,
	act: "ban" | "kick" | "mute",
	defaultMs?: number,
) {
	const { view, actor, room, why, say } = asked;
	const { name, person: identity, identities } = victimOf(asked);
	if (act !== "ban") limitMaker(asked, `${act}s`, identity);
	const { now: time, secrets, state } = view;
	const [all = "", many = "", unit = ""] = DURATION.exec(why) ?? [];
	const typed = why.split(" ", 2).join(" ");
	if (all === "" && LIKE_A_DURATION.test(why))
		cannot({ words: say("act.noDuration", { typed }) });
	const ms = UNITS[unit] ? Number(many) * UNITS[unit] : defaultMs;
	const text = why.slice(all.length).trim();
	const until = ms === undefined ? {} : { until: time + ms };
	const fact = { time, by: actor.person, ...until };
	const entry = text ? secrets.worded(fact, text) : { event: fact };
	const { event: facts, ...beside } = entry;
	const sanctions =
		act === "ban"
			? state.server.context.bans
			: state.room(room)?.context[`${act}s`];
	const leftMs = sanctionedUntil(sanctions, identity, time) - time;
	return {
		...{ name, identity, identities, facts, beside },
		until: time + (ms ?? 0),
		/** How long it lasts; empty if it does not end. */
		span: ms === undefined ? "" : { ms },
		/** What is answered, after words about it: what it replaces, and how it is undone. */
		says: (done: string) => [
			[done, ...replaced(leftMs, say), undo(asked, `un${act}`, name)].join(" "),
		],
	};
}

/** What an act replaces that would have lasted so much longer: rounded to minutes, or to hours or days if those are more than two. */
function replaced(leftMs: number, say: Say): readonly string[] {
	if (leftMs <= 0) return [];
	if (leftMs === Infinity) return [say("act.replacesLasting")];
	const size = [DAY_MS, 3_600_000].find((ms) => leftMs > 2 * ms) ?? 60_000;
	const ms = Math.max(size, Math.round(leftMs / size) * size);
	return [say("act.replaces", { time: { ms } })];
}

/** How an act is undone by the same person. Who has no name now is meant by their message. */
export function undo(
	{ actor, called, say, what }: Asked,
	act: string,
	owner: string,
) {
	const where = act === "unban" ? "" : ` ${called}`;
	const name = owner.startsWith("?") ? what : owner;
	const command = isOperator(actor)
		? `plume ${act}${where} ${name}`
		: `@${BOT_NAME} ${act} ${name}`;
	return say("act.undo", { command });
}

/** A private room in which this person's mute or kick of the one who is named holds, and in how many it does: the report that named it may be closed by now. Of several, one that no open report names. */
export function roomOfSanction(
	{ state, now }: View,
	act: "unkick" | "unmute",
	named: string,
	by: Identity,
): { readonly room: RoomName; readonly count: number } | undefined {
	const { names, reports } = state.server.context;
	const { person } = ownerCalled(names, named) ?? {};
	if (person === undefined) return undefined;
	const kind = act === "unmute" ? "mutes" : "kicks";
	const rooms = [...state.rooms].filter(([room, { context }]) => {
		const sanctions = context[kind];
		if (isPublic(room) || sanctions?.get(person)?.by !== by) return false;
		return sanctionedUntil(sanctions, person, now) > 0;
	});
	const isClosed = (room: RoomName) =>
		!reports?.some((one) => one.room === room);
	const all = rooms.map(([room]) => room);
	const room = all.length === 1 ? all[0] : all.find(isClosed);
	if (room === undefined) return undefined;
	return { room, count: all.length };
}

/** Until when the person who asks may say nothing in a room; 0 if they may. The machine knows only their address with its `+tag`. */
export function mutedUntil(view: View, { mutes }: RoomContext): number {
	if (!view.client) return 0;
	const person = personIn(view, view.client.context);
	return sanctionedUntil(mutes, person, view.now);
}

/** A maker changes nothing that an admin did, and sends away only so many. A private room may have had another maker. */
export function limitMaker(
	{ view, actor, room, say }: Asked,
	kind: "mutes" | "kicks",
	person: Identity,
): void {
	const sanctions = view.state.room(room)?.context[kind];
	if (actor.role !== "maker" || !sanctions) return;
	const isOver = sanctionedUntil(sanctions, person, view.now) === 0;
	const { by = actor.person } = sanctions.get(person) ?? {};
	const { names } = view.state.server.context;
	const isAdmins =
		by === BOT_NAME ||
		[...identitiesOf(names, by)].some((one) => view.admins.has(one));
	if (!isOver && by !== actor.person && isAdmins)
		cannot({ words: say("act.byAdmin") });
	if (!sanctions.has(person) && sanctions.size >= view.limits.sanctionsMade)
		cannot({ words: say("act.sanctionsLeft") });
}
