/**
 * What an operator does to a running server. Each is a pure decision: events,
 * and words about them. One that can't be done throws `OperatorError`.
 */
import { brokenClientRule } from "../../machines/client.ts";
import type { Claim, PlumeEvent } from "../../machines/events.ts";
import { BOT_NAME, isPublic } from "../../machines/message.ts";
import type { Member } from "../../machines/room.ts";
import { brokenServerRule, type Owner } from "../../machines/server.ts";
import { INVITED, parseEmail } from "../chat/email.ts";
import { looksReserved, parseName } from "../chat/name.ts";
import { parseRoomName } from "../chat/room-name.ts";
import { type Actor, isOperator } from "../engine/commands/actor.ts";
import {
	isInvited,
	pendingLogin,
	type View,
} from "../engine/commands/decision.ts";
import { invited } from "../engine/commands/invitations.ts";
import { identitiesOf, personOf } from "../engine/commands/names-held.ts";
import {
	noticed,
	retentionChanged,
} from "../engine/commands/room-retention.ts";
import {
	clientsLeft,
	sentAway,
	sessionsClosed,
} from "../engine/commands/sessions.ts";
import { textBroken } from "../engine/commands/text.ts";
import type { ClientSnapshot } from "../engine/machines.ts";
import { cannot, type Decide, type Operation } from "../engine/operation.ts";
import type { Entry } from "../log/log.ts";
import { momentOf } from "../moment.ts";

export const noRoom = (typed: string, list = "rooms") =>
	cannot({
		words: `There is no room "${typed}". plume ${list} lists those there are.`,
	});

const theBots = { words: `${BOT_NAME} is the server's own.` };

/** The key of a name that somebody owns. An admin may not take one from another admin. */
function owned({ state, admins }: View, typed: string, by: Actor) {
	const { names } = state.server.context;
	const { nameKey = "" } = parseName(typed) ?? {};
	const owner = names.get(nameKey);
	if (owner?.identity === BOT_NAME) return cannot(theBots);
	if (!owner)
		return cannot({
			words: `Nobody owns the name "${typed}". plume names lists those there are.`,
		});
	const theirs = [...identitiesOf(names, personOf(owner))];
	if (!isOperator(by) && theirs.some((one) => admins.has(one)))
		return cannot("personIsNoAdmin");
	return { nameKey, owner };
}

export const say =
	({ person: by }: Actor, typed: string, text: string): Decide =>
	(view) => {
		const room = parseRoomName(typed) ?? "";
		if (!view.state.room(room) || !isPublic(room)) noRoom(typed);
		return {
			entries: [said(view, by, room, text)],
			says: [`Said in ${room}.`],
		};
	};

export const notice =
	({ person: by }: Actor, text: string): Decide =>
	(view) => {
		const open = view.state.rooms.filter(({ context }) => !context.isClosed);
		const apart = [...open.keys()].map((room) => [said(view, by, room, text)]);
		return {
			entries: [],
			apart,
			says: [`Said in ${count(open.size, "room")}.`],
		};
	};

function said(view: View, by: string, room: string, text: string): Entry {
	const broken = textBroken(text, view.limits);
	if (broken) cannot(broken);
	return noticed(view, room, text, by);
}

/** Invites someone to the server, by a link below its address, which is only a path if nobody told its origin. Where only some may enter, it must let in who is invited. */
export const invite =
	({ person: by }: Actor, address: string): Decide =>
	(view) => {
		if (view.allow.length > 0 && !view.allow.includes(INVITED))
			cannot({
				words: `No invitation lets anybody in here: write ${INVITED} into PLUME_ALLOW as well, then reload or restart.`,
			});
		const { entry, token } = invited(view, by);
		const until = momentOf(entry.event.expires);
		const isWhole = !address.startsWith("/");
		const origin =
			" Unless it begins with one like https://chat.example.org, put yours before it; PLUME_ORIGINS does that from then on.";
		return {
			entries: [entry],
			says: [
				`${address}join#${token}`,
				`One person may log in by this link, until ${until}.${isWhole ? "" : origin}`,
			],
		};
	};

/** Whether a client is told the names of an owner: one without a session never is. */
const isTold = ({ session, identity }: Member, owner: Owner) =>
	session !== undefined && identity === owner.identity;

/** Frees a name. Its sessions end, and their tabs leave. */
export const release =
	(by: Actor, typed: string): Decide =>
	(view) => {
		const { nameKey, owner } = owned(view, typed, by);
		const time = view.now;
		const freed = { time, nameKey, by: by.person };
		return {
			entries: [
				...sentAway(view, (who) => who.nameKey === nameKey, "loggedOut"),
				// Their other tabs learn that the name is not theirs any more.
				...clientsLeft(
					view,
					(one) => one.nameKey !== nameKey && isTold(one, owner),
					"renamed",
				),
				{ event: { type: "name.released", ...freed } },
			],
			says: [
				`${owner.name} is free: whoever asks for it first has it. What was said under it still stands there, and will read as the next owner's.`,
			],
		};
	};

/** Changes a name. Its tabs leave, and come back under the new one by themselves; those under another name learn of it. */
export const rename =
	(by: Actor, typed: string, wanted: string): Decide =>
	(view) => {
		const { nameKey, owner } = owned(view, typed, by);
		const { name, nameKey: to } = parseName(wanted) ?? cannot("nameIsLegal");
		const event: PlumeEvent<"name.renamed"> = {
			...{ type: "name.renamed", time: view.now },
			...{ nameKey, to, name, by: by.person },
			...(to !== nameKey && { stays: true as const }),
		};
		if (looksReserved(name)) cannot(theBots);
		if (brokenServerRule(view.state.server.context, event))
			cannot({
				words: `The name "${name}" is somebody's: plume release ${name} frees it.`,
			});
		const left = clientsLeft(
			view,
			(member) => member.nameKey === nameKey || isTold(member, owner),
			"renamed",
		);
		return {
			entries: [...left, { event }],
			says: [
				`${owner.name} is ${name} now.`,
				...(to === nameKey
					? []
					: [
							`${owner.name} stays theirs, too: it stands at what they said. plume release ${owner.name} frees it.`,
						]),
			],
		};
	};

/** Closes registration, or opens it. */
export const registration =
	({ person: by }: Actor, wanted: "closed" | "opened"): Decide =>
	({ state, now: time }) => {
		const toClose = wanted === "closed";
		const isClosed = state.server.context.registration === "closed";
		const event = { type: `registration.${wanted}`, time, by } as const;
		const closed =
			"Closed: only people who own a name here are let in, until it is opened again.";
		return {
			entries: isClosed === toClose ? [] : [{ event }],
			says: [toClose ? closed : "Open: newcomers are let in."],
		};
	};

/** People who may not enter any more leave, after the list of who may was read again. */
const recheck: Decide = (view) => {
	const { sessions } = view.state.server.context;
	const closed = [...sessions].flatMap(([session, owner]) =>
		isInvited(view, owner) ? [] : session,
	);
	const entries = [
		...sessionsClosed(view, closed, "uninvited"),
		...clientsLeft(
			view,
			({ session, identity, nameKey }, client) =>
				!session &&
				!isInvited(view, {
					...{ identity, nameKey },
					domain: view.state.client(client)?.context.domain ?? "",
				}),
			"uninvited",
		),
	];
	const left = entries.filter(({ event }) => event.type === "client.left");
	const says =
		left.length + closed.length > 0
			? `${count(closed.length, "session")} ended, and ${count(left.length, "tab")} left, because they are not invited any more.`
			: "Everyone who is in may stay.";
	return { entries: [], apart: entries.map((one) => [one]), says: [says] };
};

/** Tells rooms how long they keep what is said, after that setting was read again. */
const retentionReread: Decide = (view) => {
	const apart = retentionChanged(view);
	const rooms = count(apart.length, "room");
	const says = `The bot says so in ${rooms}. For an hour nothing more is deleted because of its age: if this was a mistake, correct it and reload again.`;
	return { entries: [], apart, says: apart.length > 0 ? [says] : [] };
};

/** What follows from settings that were read again. */
export function reloaded(says: readonly string[], view: View): Operation {
	const all = [recheck(view), retentionReread(view)];
	return {
		entries: [],
		apart: all.flatMap(({ apart = [] }) => apart),
		says: [...says, ...all.flatMap((one) => one.says)],
	};
}

/** Tells the logins that an operator means by a name, and an email if they know it. */
export function meantBy(
	{ state, secrets }: View,
	typed: string,
	email: string | undefined,
) {
	const { nameKey = cannot("nameIsLegal") } = parseName(typed) ?? {};
	const address = parseEmail(email ?? "")?.email;
	if (email !== undefined && !address) cannot("emailIsLegal");
	// For a new name, and one that nobody has used for long, anybody may have typed any email.
	const owner = state.server.context.names.get(nameKey);
	if (!address && !owner)
		cannot({
			words: `"${typed}" is nobody's name yet. Say which email they typed, too: plume code ${typed} EMAIL`,
		});
	const identity = address ? secrets.mac("identity", address) : owner?.identity;
	return (login: Pick<Claim, "nameKey" | "identity">): boolean => {
		// Who gave an email alone has no name yet.
		const isNameless = address !== undefined && login.nameKey === "";
		const isNamed = isNameless || login.nameKey === nameKey;
		return isNamed && login.identity === identity;
	};
}

/** The login that waits for a code, the latest of several that are meant. */
export const waitingFor = (
	{ state }: View,
	isMeant: ReturnType<typeof meantBy>,
): ClientSnapshot["context"] | undefined =>
	[...state.parts.logins.keys()]
		.flatMap((id) => pendingLogin(state.client(id)) ?? [])
		.filter(isMeant)
		.sort((one, other) => other.expires - one.expires)
		.at(0);

/** Another code for a login, in place of the one that was mailed. */
export function hand(
	view: View,
	login: ClientSnapshot["context"],
	typed: string,
): Operation {
	const { now: time, secrets, limits } = view;
	const code = secrets.code();
	const expires = time + limits.codeSeconds * 1000;
	const event: PlumeEvent<"login.handed"> = {
		...{ type: "login.handed", time, client: login.id, expires },
		code: secrets.codeMac(login.pending, code),
	};
	if (brokenClientRule(login, event))
		cannot({ words: "That login has expired. Let them ask again." });
	const minutes = Math.round(limits.codeSeconds / 60);
	return {
		entries: [{ event }],
		says: [
			code,
			`is the code for ${login.name || typed}, for ${minutes} minutes. It works only in the tab that asked. Make sure who you give it to: with it they are that person here.`,
		],
	};
}

/** Who may enter, for an operator's eyes: an email is only counted. */
export function mayEnterInWords(allow: readonly string[]): string {
	const others = allow.filter((entry) => !/.@/.test(entry));
	const emails = allow.length - others.length;
	const counted = emails > 0 ? [count(emails, "email")] : [];
	return [...counted, ...others].join(", ") || "everyone";
}

export const count = (many: number, what: string) =>
	`${many} ${what}${many === 1 ? "" : what === "person" ? "" : "s"}`;
