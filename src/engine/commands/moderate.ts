/**
 * What moderators do to people and messages, what anyone may do for
 * themselves, and who may do which. Each act is typed in words: to the bot as
 * `@plumebot kick troll 10m spam`, by an operator as `plume kick …`.
 */
import { Map as PersistentMap } from "immutable";
import type { BotCommand } from "../../../machines/bot-commands.ts";
import type { Claim, PlumeEvent } from "../../../machines/events.ts";
import { BOT_NAME } from "../../../machines/message.ts";
import { sanctionedUntil } from "../../../machines/rules.ts";
import { brokenServerRule } from "../../../machines/server.ts";
import { roomInWords } from "../../chat/room-name.ts";
import { cannot, type Operation } from "../operation.ts";
import { invitationsEnded } from "./membership.ts";
import {
	type Act,
	type Asked,
	limitMaker,
	sanctionOf,
	targetOf,
	undo,
	victimOf,
} from "./sanction.ts";
import { clientsLeft, sentAway } from "./sessions.ts";

/** How long someone who is kicked stays away, unless it is said. */
const KICK_MS = 5 * 60_000;

export const NO_MESSAGE =
	"There is no such message here. It may be deleted already.";

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

const ban: Act = (asked) => {
	const { view } = asked;
	const { name, person: identity, identities } = victimOf(asked);
	const { facts, beside, words } = sanctionOf(asked);
	const isMeant = ({ identity }: Claim) => identities.has(identity);
	return {
		entries: [
			{ event: { type: "identity.banned", identity, ...facts }, ...beside },
			// They would come back by them as somebody else.
			...invitationsEnded(view, ({ by }) => by === identity),
			...sentAway(view, isMeant, "banned"),
		],
		says: [
			`${name} is banned${words || " for good"}. ${undo(asked, "unban", name)}`,
		],
	};
};

/** A banned person, by the beginning of the id that `plume bans` lists: they may have no name any more. */
function bannedOf({ view, what }: Asked) {
	const all = [...(view.state.server.context.bans?.keys() ?? [])];
	const meant = all.filter((id) => what.length >= 6 && id.startsWith(what));
	const [person, another] = meant;
	return person && !another ? { name: what, person } : undefined;
}

const unban: Act = (asked) => {
	const { view, actor } = asked;
	const { name, person: identity } = bannedOf(asked) ?? targetOf(asked);
	const [type, by] = ["identity.unbanned", actor.person] as const;
	const event = { type, time: view.now, identity, by };
	if (brokenServerRule(view.state.server.context, event)) cannot("isBanned");
	return { entries: [{ event }], says: [`${name} may enter again.`] };
};

const mute: Act = (asked) => {
	const { room } = asked;
	const { name, person: identity } = victimOf(asked);
	limitMaker(asked, "mutes", identity);
	const { facts, beside, words } = sanctionOf(asked);
	const type = "identity.muted";
	return {
		entries: [{ event: { type, room, identity, ...facts }, ...beside }],
		says: [
			`${name} may say nothing in ${roomInWords(room)}${words}. ${undo(asked, "unmute", name)}`,
		],
	};
};

const kick: Act = (asked) => {
	const { view, room } = asked;
	const { name, person: identity, identities } = victimOf(asked);
	limitMaker(asked, "kicks", identity);
	const { facts, beside, until, words } = sanctionOf(asked, KICK_MS);
	const type = "identity.kicked";
	return {
		entries: [
			{ event: { type, room, identity, ...facts, until }, ...beside },
			...clientsLeft(
				view,
				(member, _, where) => where === room && identities.has(member.identity),
				"kicked",
			),
		],
		says: [
			`${name} is out of ${roomInWords(room)}${words}. ${undo(asked, "unkick", name)}`,
		],
	};
};

/** Ends a mute, or a kick: one that ends at once takes the place of the one before. */
const lifting =
	(kind: "mutes" | "kicks", may: string): Act =>
	(asked) => {
		const { view, actor, room } = asked;
		const { name, person: identity } = targetOf(asked);
		const { now: time, state } = view;
		limitMaker(asked, kind, identity);
		const sanctions = state.room(room)?.context[kind];
		if (sanctionedUntil(sanctions, identity, time) === 0)
			cannot({ words: `${name} may ${may} ${roomInWords(room)} already.` });
		const fact = { time, room, identity, by: actor.person };
		const event: PlumeEvent<"identity.unmuted" | "identity.kicked"> =
			kind === "mutes"
				? { type: "identity.unmuted", ...fact }
				: { type: "identity.kicked", ...fact, until: time };
		return {
			entries: [{ event }],
			says: [`${name} may ${may} ${roomInWords(room)} again.`],
		};
	};

const blocking =
	(type: "identity.blocked" | "identity.unblocked"): Act =>
	(asked) => {
		const { view, actor } = asked;
		const { name, person: identity } = targetOf(asked);
		const by = actor.person;
		if (identity === by || identity === BOT_NAME)
			cannot({ words: "Nobody can block themselves, or the bot." });
		const blocked = view.state.server.context.blocks?.get(by) ?? [];
		const isBlocked = blocked.includes(identity);
		const isWanted = type === "identity.blocked";
		if (isWanted && !isBlocked && blocked.length >= view.limits.blocksHeld)
			cannot({ words: "You have blocked as many as one person may." });
		const event = { type, time: view.now, identity, by };
		return {
			entries: isBlocked === isWanted ? [] : [{ event }],
			says: [
				isWanted
					? `You see nothing more of ${name}. ${undo(asked, "unblock", name)}`
					: `You see ${name} again.`,
			],
		};
	};

const report: Act = ({ view, actor, why, found }) => {
	if (!found) return cannot({ words: NO_MESSAGE });
	const { room, epoch, offset: target, author } = found;
	const isRead = /^(spam|abuse|other|)$/.test(why);
	const words = isRead ? "" : " They see that message, not what you wrote.";
	const says = [`Thank you. The admins will look at it.${words}`];
	const all = view.state.server.context.reports ?? PersistentMap();
	const own = all.filter(({ by }) => by === actor.person);
	if (own.some((one) => one.epoch === epoch && one.target === target))
		return { entries: [], says };
	const { reports, reportsHeld } = view.limits;
	if (all.size >= reports || own.size >= reportsHeld)
		cannot({ words: "Many reports wait for the admins. Try again later." });
	const event: PlumeEvent<"message.reported"> = {
		...{ type: "message.reported", time: view.now, report: view.secrets.id() },
		...{ room, epoch, target, author: author.identity, by: actor.person },
		why: why === "spam" || why === "abuse" ? why : "other",
	};
	return { entries: [{ event }], says };
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
	unmute: [needs.maker, lifting("mutes", "speak in")],
	kick: [needs.maker, kick],
	unkick: [needs.maker, lifting("kicks", "enter")],
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
