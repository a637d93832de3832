/**
 * What commands are decided on, what a decision is, and the checks that more
 * than one command makes. Each `decide…` is a pure function of a view and a
 * command; only ids and codes are drawn at random.
 *
 * Raw codes, ids and emails stand in a decision beside the events, never in
 * them.
 */
import type { ClientContext } from "../../../machines/client.ts";
import type {
	Claim,
	Identity,
	InvitationId,
	NameKey,
	PlumeEvent,
	RoomName,
} from "../../../machines/events.ts";
import { BOT_NAME, isPublic } from "../../../machines/message.ts";
import { sanctionedUntil } from "../../../machines/rules.ts";
import { brokenServerRule, type Invitation } from "../../../machines/server.ts";
import { INVITED } from "../../chat/email.ts";
import { looksReserved } from "../../chat/name.ts";
import type { ServerMessage } from "../../chat/server-message.ts";
import type { User } from "../../chat/user.ts";
import type { Language } from "../../languages/words.ts";
import type { Limits } from "../../limits.ts";
import type { Entry } from "../../log/log.ts";
import type { Retention } from "../../retention.ts";
import type { Command, Kind } from "../command.ts";
import type { Connection, Login } from "../connection.ts";
import type { ClientSnapshot } from "../machines.ts";
import type { RefusalDetails, Rule } from "../refusals.ts";
import type { Secrets } from "../secrets.ts";
import type { Services } from "../services.ts";
import type { State } from "../state.ts";
import { namesHeld, personUnder } from "./names-held.ts";

export const DAY_MS = 86_400_000;
const SEATS_PER_TAB = 8;

/** What a deployment allows. */
export interface Policy {
	readonly limits: Limits;
	/** Emails and `@domains` that may enter, and `invited`; empty means everyone. */
	readonly allow: readonly string[];
	/** The identities of admins. */
	readonly admins: ReadonlySet<Identity>;
	readonly retention: Retention;
	/** What the bot says in rooms. */
	readonly lang: Language;
	/** The id of this process in the events that it logs. */
	readonly node: string;
}

/** What a command, or something that happens without one, is decided on. */
export interface View extends Policy {
	readonly state: State;
	readonly now: number;
	readonly secrets: Secrets;
	/** The client that asks; undefined before its connection's first login. */
	readonly client: ClientSnapshot | undefined;
	/** What the client's connection knows beside the state. */
	readonly login: Login | undefined;
}

/** A code that must reach its owner: never logged. */
export interface FreshCode {
	readonly code: string;
	readonly expires: number;
	/** The recipient. */
	readonly user: User;
	/** The identity of that address without its `+tag`. */
	readonly person: Identity;
}

export interface Refused
	extends Pick<RefusalDetails, "expected" | "retryAfterMs"> {
	readonly rule: Rule;
}

/** What follows from a command, in the order in which it is carried out. */
export interface Decision {
	/** Whom the connection speaks for from now on. */
	readonly login?: Login;
	/** Such as may be too many for one batch, and is logged first: each list of them is committed by itself. */
	readonly before?: readonly (readonly Entry[])[];
	/** What to log: all of it, in this order, or nothing. */
	readonly entries: readonly Entry[];
	/** With entries only where the failure is itself an event, like a wrong code. */
	readonly refused?: Refused;
	/** Sent once all entries are durable. */
	readonly replies?: readonly ServerMessage[];
	/** Mailed once the login is durable. */
	readonly mail?: FreshCode;
}

/** Decides a command. Most handlers are pure functions of the view and the command. */
export type Handler<K extends Kind> = (
	view: View,
	command: Command<K>,
	connection: Connection,
	services: Services,
) => Decision;

/** What is known of a request that comes from within a room. */
interface Asking {
	readonly view: View;
	readonly connection: Connection;
	readonly asker: ClientContext;
	readonly person: Identity;
}

/** Makes a handler of what only those who are in a room may ask for. */
export const inside =
	<K extends Kind>(
		decide: (from: Asking, command: Command<K>, services: Services) => Decision,
	): Handler<K> =>
	(view, command, connection, services) => {
		if (!view.client?.matches("inRoom")) return refuse("isInside");
		const asker = view.client.context;
		const person = personIn(view, asker);
		return decide({ view, connection, asker, person }, command, services);
	};

export const NOTHING: Decision = { entries: [] };

export const refuse = (
	rule: Rule,
	details?: Omit<Refused, "rule">,
): Decision => ({ entries: [], refused: { rule, ...details } });

/** What follows from a command about rooms, and its answer. */
export const done = (
	entries: readonly Entry[],
	id: string | undefined,
): Decision => ({
	entries,
	replies: [{ kind: "roomsDone", id }],
});

/** The login under way, if there is one. */
export const pendingLogin = (client: ClientSnapshot | undefined) =>
	client?.matches("awaitingCode") ? client.context : undefined;

/** Whose login or session it is. */
interface Candidate {
	readonly identity: Identity;
	readonly domain: string;
	readonly person?: Identity | undefined;
	readonly nameKey?: NameKey;
	/** The invitation that they have, if any. */
	readonly invitation?: InvitationId | undefined;
}

/** Whether this identity may enter at all. Addresses are compared by their MACs: a session has nothing else. */
export function isInvited(view: View, candidate: Candidate): boolean {
	const { allow, secrets } = view;
	const { identity, domain } = candidate;
	if (allow.length === 0) return true;
	return allow.some((entry) => {
		if (entry === INVITED) return isGuest(view, candidate);
		return entry.startsWith("@")
			? secrets.mac("domain", entry.slice(1)) === domain
			: secrets.mac("identity", entry) === identity;
	});
}

/** Whether someone is an admin, has been here, or has an invitation. */
function isGuest(view: View, candidate: Candidate): boolean {
	const { identity, nameKey = "", invitation } = candidate;
	const { names, guests } = view.state.server.context;
	const person = candidate.person ?? personUnder(names, { identity, nameKey });
	return (
		view.admins.has(identity) ||
		guests?.has(person) === true ||
		namesHeld(names, person).length > 0 ||
		invitationFor(view, invitation, person) !== undefined
	);
}

/** The invitation, if this person may use it now. */
export function invitationFor(
	{ state, now: time }: Pick<View, "state" | "now">,
	invitation: InvitationId | undefined,
	identity: Identity,
): Invitation | undefined {
	const { context } = state.server;
	const found = context.invitations?.get(invitation ?? "");
	if (!found || invitation === undefined) return undefined;
	const spent = {
		type: "invitation.spent",
		time,
		invitation,
		identity,
	} as const;
	return brokenServerRule(context, spent) ? undefined : found;
}

/** The person a client speaks for. */
export const personIn = (
	{ state }: Pick<View, "state">,
	who: Pick<Claim, "identity" | "nameKey">,
): Identity => personUnder(state.server.context.names, who);

/** Whether a person may enter a room, and read it. Nobody may enter one that does not exist and can't be opened by its key. */
export const mayEnter = (
	state: State,
	room: RoomName,
	person: Identity,
): boolean =>
	isPublic(room) || state.room(room)?.context.people?.has(person) === true;

/** The rule that keeps a newcomer out while registration is closed. It tells nothing about an email: a name that is owned is refused to all others anyway. */
export const registrationBroken = (view: View, nameKey: NameKey) =>
	view.state.server.context.registration === "closed" &&
	(!view.state.server.context.names.has(nameKey) || isStale(view, nameKey))
		? "registrationIsOpen"
		: undefined;

/** Whether a person has too many other tabs open, or went through rooms so fast that too many seats are reserved. */
export function tabsBroken(
	{ state, client: asker, limits }: View,
	{ identity, client }: Pick<Claimant, "identity" | "client">,
): "tabsAreLeft" | undefined {
	const most = limits.tabsPerIdentity;
	const seats = state.clientsOf(identity).filter((id) => id !== client);
	const tabs = seats.filter(
		(id) =>
			id !== asker?.context.id &&
			state.client(id)?.matches({ inRoom: "attached" }),
	);
	return tabs.length >= most || seats.length >= most * SEATS_PER_TAB
		? "tabsAreLeft"
		: undefined;
}

type Claimant = Pick<
	PlumeEvent<"login.succeeded">,
	"client" | "identity" | "nameKey" | "name"
>;

/** The rule by which this name can't be claimed, if there is one. */
export function claimBroken(view: View, claim: Claimant) {
	const { context } = view.state.server;
	const isTheirs =
		context.names.get(claim.nameKey)?.identity === claim.identity;
	if (!isTheirs && looksReserved(claim.name)) return "nameIsTheirs";
	if (isStale(view, claim.nameKey)) return undefined;
	const event = { type: "login.succeeded", time: view.now, ...claim } as const;
	const broken = brokenServerRule(context, event);
	// That is told only to someone who has proved the email.
	return broken === "isNotBanned" ? undefined : broken;
}

/** What was reported stays for the admins. */
export const isReported = ({ state }: View, room: RoomName): boolean =>
	state.server.context.reports?.some((one) => one.room === room) === true;

/** Whether a person is banned; `person` is the identity without a `+tag`. */
export const isBanned = ({ state, now }: View, person: Identity): boolean =>
	sanctionedUntil(state.server.context.bans, person, now) > 0;

/** Whether a person holds as many names as one person may, and this is not one of them. */
export function namesBroken(
	view: View,
	person: Identity,
	nameKey: NameKey,
): "namesAreLeft" | undefined {
	const names = namesHeld(view.state.server.context.names, person).filter(
		(key) => !isStale(view, key),
	);
	const mayHave =
		names.includes(nameKey) || names.length < view.limits.namesHeld;
	return mayHave ? undefined : "namesAreLeft";
}

/** Whether a name was unused for so long that it is free again. */
export function isStale({ state, now, limits }: View, nameKey: string) {
	const owner = state.server.context.names.get(nameKey);
	if (!owner || owner.identity === BOT_NAME) return false;
	return owner.lastUsed + limits.nameDays * DAY_MS <= now;
}
