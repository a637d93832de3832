/**
 * What moderators do to people and messages, what anyone may do for
 * themselves, and who may do which. Each act is typed in words: to the bot as
 * `@plumebot kick troll 10m spam`, by an operator as `plume kick …`.
 */
import type { BotCommand } from "../../../machines/bot-commands.ts";
import type {
	Identity,
	PlumeEvent,
	RoomName,
} from "../../../machines/events.ts";
import { BOT_NAME } from "../../../machines/message.ts";
import { brokenRoomRule } from "../../../machines/room.ts";
import { brokenServerRule } from "../../../machines/server.ts";
import { parseName } from "../../chat/name.ts";
import type { Found } from "../../history/archive.ts";
import { digestOf } from "../../log/line.ts";
import { momentOf } from "../../moment.ts";
import { cannot, type Operation } from "../operation.ts";
import { type Actor, operator } from "./actor.ts";
import { DAY_MS, type View } from "./decision.ts";
import { identitiesOf, personOf } from "./names-held.ts";
import { clientsLeft, sessionsClosed } from "./sessions.ts";

/** How long someone who is kicked stays away, unless it is said. */
const KICK_MS = 5 * 60_000;
interface Asked {
	readonly view: View;
	readonly actor: Actor;
	readonly room: RoomName;
	/** Whom or what it is about, as it was typed. */
	readonly what: string;
	/** A duration, if it begins with one, and a reason. */
	readonly why: string;
	/** The message that it is about, for acts that have one. */
	readonly found: Found | undefined;
}

type Act = (asked: Asked) => Operation;

interface Target {
	readonly name: string;
	readonly person: Identity;
	/** Every address of that person that has a name here. */
	readonly identities: ReadonlySet<Identity>;
}

function targetOf({ view, what }: Asked): Target {
	const { names } = view.state.server.context;
	const { nameKey = "" } = parseName(what.replace(/^@/, "")) ?? {};
	const owner = names.get(nameKey) ?? cannot("personIsKnown");
	const person = personOf(owner);
	return { name: owner.name, person, identities: identitiesOf(names, person) };
}

/** The target of an act against someone; nobody acts against an admin, the bot or themselves. */
function victimOf(asked: Asked): Target {
	const { view, actor } = asked;
	const target = targetOf(asked);
	const isAdmin = [...target.identities].some((one) => view.admins.has(one));
	const isSafe = (isAdmin && actor !== operator) || target.person === BOT_NAME;
	if (isSafe || target.person === actor.person) cannot("personIsNoAdmin");
	return target;
}

const needs = {
	admin({ actor: { role } }: Asked) {
		if (role === "lateAdmin") cannot("loginIsFresh");
		if (role !== "admin") cannot("isAdmin");
	},
	maker({ actor: { role } }: Asked) {
		if (role === "lateAdmin") cannot("loginIsFresh");
		if (role === "member") cannot("isModerator");
	},
	nothing() {},
};

const UNITS: Readonly<Record<string, number>> = {
	m: 60_000,
	h: 3_600_000,
	d: DAY_MS,
	w: 7 * DAY_MS,
};

/** `10m spam`: until when, and the reason beside the event. */
function sanctionOf({ view, actor, why }: Asked, defaultMs?: number) {
	const { now: time, secrets } = view;
	const [all = "", many = "", unit = ""] =
		/^(\d{1,4})([mhdw])\b/.exec(why) ?? [];
	const ms = UNITS[unit] ? Number(many) * UNITS[unit] : defaultMs;
	const text = why.slice(all.length).trim();
	const erasable = text ? { salt: secrets.id(), text } : undefined;
	const until = ms === undefined ? {} : { until: time + ms };
	const digest = erasable ? { digest: digestOf(erasable) } : {};
	return {
		facts: { time, by: actor.person, ...until, ...digest },
		beside: erasable ? { erasable } : {},
		until: time + (ms ?? 0),
		words: ms === undefined ? "" : ` until ${momentOf(time + ms)}`,
	};
}

const ban: Act = (asked) => {
	const { view } = asked;
	const { name, person: identity, identities } = victimOf(asked);
	const { facts, beside, words } = sanctionOf(asked);
	const sessions = [...view.state.server.context.sessions].flatMap(
		([session, owner]) => (identities.has(owner.identity) ? session : []),
	);
	return {
		entries: [
			{ event: { type: "identity.banned", identity, ...facts }, ...beside },
			...sessionsClosed(view, sessions, "banned"),
			...clientsLeft(
				view,
				(member) => identities.has(member.identity) && !member.session,
				"banned",
			),
		],
		says: [
			`${name} is banned${words || " for good"}. “unban ${name}” undoes it.`,
		],
	};
};

const unban: Act = (asked) => {
	const { view, actor } = asked;
	const { name, person: identity } = targetOf(asked);
	const [type, by] = ["identity.unbanned", actor.person] as const;
	const event = { type, time: view.now, identity, by };
	if (brokenServerRule(view.state.server.context, event)) cannot("isBanned");
	return { entries: [{ event }], says: [`${name} may enter again.`] };
};

const mute: Act = (asked) => {
	const { room } = asked;
	const { name, identities } = victimOf(asked);
	const { facts, beside, words } = sanctionOf(asked);
	const type = "identity.muted";
	return {
		entries: Array.from(identities, (identity) => ({
			event: { type, room, identity, ...facts },
			...beside,
		})),
		says: [
			`${name} may say nothing in ${room}${words}. “unmute ${name}” undoes it.`,
		],
	};
};

const unmute: Act = (asked) => {
	const { view, actor, room } = asked;
	const { name, identities } = targetOf(asked);
	const [type, by] = ["identity.unmuted", actor.person] as const;
	const inside = view.state.room(room)?.context;
	const entries = [...identities].flatMap((identity) => {
		const event = { type, time: view.now, room, identity, by };
		return inside && !brokenRoomRule(inside, event) ? [{ event }] : [];
	});
	if (entries.length === 0) cannot("isMuted");
	return { entries, says: [`${name} may speak in ${room} again.`] };
};

const kick: Act = (asked) => {
	const { view, room } = asked;
	const { name, identities } = victimOf(asked);
	const { facts, beside, until, words } = sanctionOf(asked, KICK_MS);
	const type = "identity.kicked";
	return {
		entries: [
			...Array.from(identities, (identity) => ({
				event: { type, room, identity, ...facts, until } as const,
				...beside,
			})),
			...clientsLeft(
				view,
				(member, _, where) => where === room && identities.has(member.identity),
				"kicked",
			),
		],
		says: [`${name} is out of ${room}${words}.`],
	};
};

const blocking =
	(type: "identity.blocked" | "identity.unblocked"): Act =>
	(asked) => {
		const { view, actor } = asked;
		const { name, person: identity } = targetOf(asked);
		const by = actor.person;
		if (identity === by) cannot("personIsNoAdmin");
		const says =
			type === "identity.blocked"
				? `You see nothing more of ${name}. “unblock ${name}” undoes it.`
				: `You see ${name} again.`;
		const event = { type, time: view.now, identity, by };
		return { entries: [{ event }], says: [says] };
	};

const report: Act = ({ view, actor, why, found }) => {
	if (!found) return cannot("placeIsKnown");
	const { room, epoch, offset: target, author } = found;
	const event: PlumeEvent<"message.reported"> = {
		...{ type: "message.reported", time: view.now, report: view.secrets.id() },
		...{ room, epoch, target, author: author.identity, by: actor.person },
		why: why === "spam" || why === "abuse" ? why : "other",
	};
	return {
		entries: [{ event }],
		says: ["Thank you. The admins will look at it."],
	};
};

const dismiss: Act = ({ view, actor, what }) => {
	const all = [...(view.state.server.context.reports?.keys() ?? [])];
	const meant = all.filter((id) => what !== "" && id.startsWith(what));
	const [report = "", another] = meant;
	if (!report || another) cannot("reportIsOpen");
	const [type, by] = ["report.closed", actor.person] as const;
	const event = { type, time: view.now, report, by };
	return { entries: [{ event }], says: ["That report is closed."] };
};

type ActName = Exclude<BotCommand, "remove">;

/** Every act but `remove`, which is an erasure: who may do it, and how. */
const acts = {
	ban: [needs.admin, ban],
	unban: [needs.admin, unban],
	mute: [needs.maker, mute],
	unmute: [needs.maker, unmute],
	kick: [needs.maker, kick],
	block: [needs.nothing, blocking("identity.blocked")],
	unblock: [needs.nothing, blocking("identity.unblocked")],
	report: [needs.nothing, report],
	dismiss: [needs.admin, dismiss],
} as const satisfies Record<ActName, readonly [(asked: Asked) => void, Act]>;

/** Throws `OperatorError` if it can't be done. */
export function decideAct(act: ActName, asked: Asked): Operation {
	const [check, decide] = acts[act];
	check(asked);
	return decide(asked);
}
