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
import { whereInWords } from "../../chat/room-name.ts";
import { cannot, type Operation } from "../operation.ts";
import { handedOver, invitationsEnded } from "./membership.ts";
import {
	type Act,
	type Asked,
	limitMaker,
	sanctionOf,
	targetOf,
	undo,
} from "./sanction.ts";
import { clientsLeft, sentAway } from "./sessions.ts";

/** How long someone who is kicked stays away, unless it is said. */
const KICK_MS = 5 * 60_000;

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
	const { view, say } = asked;
	const made = sanctionOf(asked, "ban");
	const { name, identity, identities, facts, beside, span: time } = made;
	const done = time ? "act.bannedFor" : "act.banned";
	const isMeant = ({ identity }: Claim) => identities.has(identity);
	// Nobody else could lead them.
	const rooms = facts.until === undefined ? view.state.roomsOf(identity) : [];
	return {
		entries: [
			{ event: { type: "identity.banned", identity, ...facts }, ...beside },
			...rooms.flatMap((room) => handedOver(view, room, identity)),
			// They would come back by them as somebody else.
			...invitationsEnded(view, ({ by }) => by === identity),
			...sentAway(view, isMeant, "banned"),
		],
		says: made.says(say(done, { name, time })),
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
	const { view, actor, say } = asked;
	const { name, person: identity } = bannedOf(asked) ?? targetOf(asked);
	const [type, by] = ["identity.unbanned", actor.person] as const;
	const event = { type, time: view.now, identity, by };
	if (brokenServerRule(view.state.server.context, event)) cannot("isBanned");
	return { entries: [{ event }], says: [say("act.unbanned", { name })] };
};

const mute: Act = (asked) => {
	const { room, called, say } = asked;
	const made = sanctionOf(asked, "mute");
	const { name, identity, facts, beside, span: time } = made;
	const done = time ? "act.mutedFor" : "act.muted";
	const where = whereInWords(say, "in", called);
	const type = "identity.muted";
	return {
		entries: [{ event: { type, room, identity, ...facts }, ...beside }],
		says: made.says(say(done, { name, where, time })),
	};
};

const kick: Act = (asked) => {
	const { view, room, called, say } = asked;
	const made = sanctionOf(asked, "kick", KICK_MS);
	const { name, identity, identities, facts, beside, until, span } = made;
	const where = whereInWords(say, "into", called);
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
		says: made.says(say("act.kicked", { name, where, time: span })),
	};
};

/** Ends a mute, or a kick: one that ends at once takes the place of the one before. */
const lifting =
	(kind: "mutes" | "kicks"): Act =>
	(asked) => {
		const { view, actor, room, called, say } = asked;
		const { name, person: identity } = targetOf(asked);
		const { now: time, state } = view;
		limitMaker(asked, kind, identity);
		const sanctions = state.room(room)?.context[kind];
		const isMute = kind === "mutes";
		const where = whereInWords(say, isMute ? "in" : "into", called);
		const may = isMute ? "act.maySpeak" : "act.mayEnter";
		const done = isMute ? "act.unmuted" : "act.unkicked";
		if (sanctionedUntil(sanctions, identity, time) === 0)
			cannot({ words: say(may, { name, where }) });
		const fact = { time, room, identity, by: actor.person };
		const event: PlumeEvent<"identity.unmuted" | "identity.kicked"> = isMute
			? { type: "identity.unmuted", ...fact }
			: { type: "identity.kicked", ...fact, until: time };
		return {
			entries: [{ event }],
			says: [say(done, { name, where })],
		};
	};

const blocking =
	(type: "identity.blocked" | "identity.unblocked"): Act =>
	(act) => {
		const { view, actor, say } = act;
		const { name, person: identity } = targetOf(act);
		const by = actor.person;
		if (identity === by || identity === BOT_NAME)
			cannot({ words: say("act.ownBlock") });
		const blocked = view.state.server.context.blocks?.get(by) ?? [];
		const isBlocked = blocked.includes(identity);
		const isWanted = type === "identity.blocked";
		if (isWanted && !isBlocked && blocked.length >= view.limits.blocksHeld)
			cannot({ words: say("act.blocksLeft") });
		const event = { type, time: view.now, identity, by };
		const asked = invitationsEnded(
			view,
			(one) => one.by === identity && one.identity === by,
		);
		return {
			entries:
				isBlocked === isWanted ? [] : [{ event }, ...(isWanted ? asked : [])],
			says: [
				isWanted
					? `${say("act.blocked", { name })} ${undo(act, "unblock", name)}`
					: say("act.unblocked", { name }),
			],
		};
	};

const report: Act = ({ view, actor, why, found, say }) => {
	if (!found) return cannot({ words: say("act.noMessage") });
	const { room, epoch, offset: target, author } = found;
	const isRead = /^(spam|abuse|other|)$/.test(why);
	const unread = isRead ? "" : ` ${say("act.reportUnread")}`;
	const says = [`${say("act.reported")}${unread}`];
	const all = view.state.server.context.reports ?? PersistentMap();
	const own = all.filter(({ by }) => by === actor.person);
	if (own.some((one) => one.epoch === epoch && one.target === target))
		return { entries: [], says };
	const { reports, reportsHeld } = view.limits;
	if (all.size >= reports || own.size >= reportsHeld)
		cannot({ words: say("act.reportsLeft") });
	const event: PlumeEvent<"message.reported"> = {
		...{ type: "message.reported", time: view.now, report: view.secrets.id() },
		...{ room, epoch, target, author: author.identity, by: actor.person },
		why: why === "spam" || why === "abuse" ? why : "other",
	};
	return { entries: [{ event }], says };
};

const dismiss: Act = ({ view, actor, what, say }) => {
	const all = [...(view.state.server.context.reports?.keys() ?? [])];
	const meant = all.filter((id) => what !== "" && id.startsWith(what));
	const [report = "", another] = meant;
	if (!report || another) cannot("reportIsOpen");
	const [type, by] = ["report.closed", actor.person] as const;
	const event = { type, time: view.now, report, by };
	return { entries: [{ event }], says: [say("act.dismissed")] };
};

type ActName = Exclude<BotCommand, "remove">;

/** Every act but `remove`, which is an erasure: who may do it, and how. */
const acts = {
	ban: [needs.admin, ban],
	unban: [needs.admin, unban],
	mute: [needs.maker, mute],
	unmute: [needs.maker, lifting("mutes")],
	kick: [needs.maker, kick],
	unkick: [needs.maker, lifting("kicks")],
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
