/** Decides whether a person is mailed a login code, or a second one. */
import {
	brokenClientRule,
	type ClientContext,
} from "../../../machines/client.ts";
import type { InvitationId, NameKey } from "../../../machines/events.ts";
import { INVITED, parseEmail } from "../../chat/email.ts";
import { parseName } from "../../chat/name.ts";
import { parseRoomName } from "../../chat/room-name.ts";
import type { Limits } from "../../limits.ts";
import { networkBounds } from "../../mail/allowance.ts";
import type { Bound } from "../../rate-limit.ts";
import type { Command } from "../command.ts";
import { sha256 } from "../secrets.ts";
import {
	claimBroken,
	type Decision,
	type FreshCode,
	type Handler,
	invitationFor,
	isInvited,
	isStale,
	pendingLogin,
	refuse,
	registrationBroken,
	type View,
} from "./decision.ts";
import { lastName } from "./names-held.ts";
import { roomBroken } from "./rooms.ts";

interface HelloDecision extends Decision {
	/** The name that was asked for, if somebody owns it: wrong emails count as guesses of the owner's. */
	readonly owned?: NameKey;
}

export const hello: Handler<"hello"> = (
	view,
	command,
	connection,
	{ guesses, logins },
) => {
	const decision = decideHello(view, command);
	const { owned, refused, mail } = decision;
	// Where only invited people come in, a refusal would tell who they are.
	const isHidden = view.allow.includes(INVITED);
	if (owned !== undefined || (isHidden && refused)) {
		const bounds = guessBounds(view.limits, connection.networks, owned);
		// After too many guesses, the right email is refused like a wrong one.
		if (guesses.waitMs(bounds) > 0)
			return refuse(isHidden ? "isInvited" : "nameIsTheirs");
		if (isHidden ? refused : GUESSES.includes(refused?.rule ?? ""))
			guesses.count(bounds);
	}
	// Mail allowances come last, so that a hello refused for its own sake uses up none.
	const unsent = mail && logins.countMail(connection, mail);
	// It tells nothing to who was invited, or mailed.
	const isTold = command.invitation || pendingLogin(view.client);
	if (!unsent || !isHidden || isTold) return unsent ?? decision;
	const unmailed = networkBounds(
		connection.networks.map((one) => `${one} unmailed`),
		view.limits.guessesNetworkHour,
	);
	if (guesses.waitMs(unmailed) > 0) return refuse("isInvited");
	guesses.count(unmailed);
	return unsent;
};

/** What a wrong email is answered, or a name that is not that of a login by email alone. */
const GUESSES: readonly string[] = ["nameIsTheirs", "loginIsNotPending"];

const ownedName = (view: View, nameKey: NameKey): Partial<HelloDecision> =>
	view.state.server.context.names.has(nameKey) && !isStale(view, nameKey)
		? { owned: nameKey }
		: {};

const guessBounds = (
	{ guessesHour, guessesNetworkHour }: Limits,
	networks: readonly string[],
	owned: NameKey | undefined,
): readonly Bound[] => [
	...(owned === undefined
		? []
		: networkBounds([`${networks[0]} ${owned}`], guessesHour)),
	...networkBounds(networks, guessesNetworkHour),
];

/** The claim of someone who has no name yet, and chooses one with the code. */
const NAMELESS = { name: "", nameKey: "" };

export function decideHello(
	view: View,
	command: Command<"hello">,
): HelloDecision {
	const { client, now, limits, secrets } = view;
	if (client?.matches("inRoom")) return refuse("isNotInside");
	const typed = parseName(command.name ?? "");
	if (!typed && command.name !== undefined) return refuse("nameIsLegal");
	const address = parseEmail(command.email);
	if (!address) return refuse("emailIsLegal");
	const { email, mailbox } = address;
	const room = parseRoomName(command.room);
	if (!room) return refuse("roomIsNamed");
	const { names } = view.state.server.context;
	const identity = secrets.mac("identity", email);
	const person = secrets.mac("identity", mailbox);
	const last = lastName(names, person, identity);
	const isFree = !last || isStale(view, last.nameKey);
	const { name, nameKey } = typed ?? (isFree ? NAMELESS : last);
	// A newcomer's mail greets them by their own address.
	const greeted = name || mailbox.replace(/@.*/, "");
	const mail = {
		code: secrets.code(),
		expires: now + limits.codeSeconds * 1000,
		user: { name: greeted, email, language: command.language },
		person,
	};
	const claim = { identity, name, nameKey };
	const login = pendingLogin(client);
	const invitation = command.invitation && sha256(command.invitation);
	const isTyped = typed !== undefined;
	const asked = { ...claim, isTyped, domain: address.domain, room, invitation };
	if (!login) return decideRequest(view, asked, mail);
	const isSame =
		login.identity === claim.identity && login.nameKey === claim.nameKey;
	const decision =
		isSame && command.mayResend
			? decideResend(view, login, mail)
			: refuse("loginIsNotPending");
	return { ...decision, ...(typed && ownedName(view, typed.nameKey)) };
}

function decideResend(
	view: View,
	login: ClientContext,
	mail: FreshCode,
): Decision {
	const { now: time, limits, secrets } = view;
	// The invitation may have been used or taken back since, or the list read again.
	if (!isInvited(view, login)) return refuse("isInvited");
	const due = resendAt(login.expires, limits);
	if (time < due) return refuse("resendIsDue", { retryAfterMs: due - time });
	const event = {
		type: "login.resent" as const,
		time,
		client: login.id,
		code: secrets.codeMac(login.pending, mail.code),
		expires: mail.expires,
	};
	const broken = brokenClientRule(login, event);
	if (broken) return refuse(broken);
	const { user } = mail;
	return {
		entries: [{ event }],
		...(view.login && { mail, login: { ...view.login, user } }),
	};
}

function decideRequest(
	view: View,
	asked: Pick<
		ClientContext,
		"identity" | "name" | "nameKey" | "domain" | "room"
	> & {
		readonly invitation: InvitationId | undefined;
		/** Whether they asked for this name, rather than for the one they had. */
		readonly isTyped: boolean;
	},
	mail: FreshCode,
): HelloDecision {
	const { now: time, limits, secrets } = view;
	const { code, expires, user, person } = mail;
	const { room, invitation, isTyped, domain: named, ...claim } = asked;
	const { identity, nameKey } = claim;
	const domain = secrets.mac("domain", named);
	if (!isInvited(view, { identity, domain, person, invitation }))
		return refuse("isInvited");
	if (invitation && !invitationFor(view, invitation, person))
		return refuse("invitationIsOpen");
	const client = secrets.id();
	// Whether the email has a name is told to its owner alone, once the code was right.
	const claimRule = isTyped
		? (registrationBroken(view, nameKey) ??
			claimBroken(view, { ...claim, client }))
		: undefined;
	const broken = claimRule ?? roomBroken(view, room);
	const owned = isTyped ? ownedName(view, nameKey) : {};
	if (broken) return { ...refuse(broken), ...owned };
	const pending = secrets.id();
	const pendingHash = sha256(pending);
	const event = {
		type: "login.requested" as const,
		time,
		client,
		pending: pendingHash,
		...claim,
		...(person !== identity && { person }),
		domain,
		room,
		...(invitation && { invitation }),
		code: secrets.codeMac(pendingHash, code),
		expires,
		tries: limits.codeTries,
		resends: limits.codeResends,
	};
	const login = { client, pending, user };
	return { entries: [{ event }], ...owned, mail, login };
}

/** When a code may be sent again; `expires` tells when it was last sent. */
export function resendAt(expires: number, limits: Limits): number {
	return expires - limits.codeSeconds * 1000 + limits.resendSeconds * 1000;
}
