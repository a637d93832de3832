/**
 * Decides what a message may change. Each `decide…` is a pure function of the
 * machines' snapshots, the message, the time and what chance gave: it answers
 * the events to append, or the name of the first rule that failed, or both
 * where a failure is itself a fact (a wrong code).
 *
 * Raw codes, ids and emails leave it beside the events, never in them.
 */
import type {
	ClientId,
	Identity,
	LoginSucceeded,
	NameKey,
	RoomName,
} from "../../../machines/events.ts";
import { BOT_NAME } from "../../../machines/message.ts";
import { firstBroken } from "../../../machines/rules.ts";
import { serverGuards, serverRules } from "../../../machines/server.ts";
import { looksReserved } from "../../chat/name.ts";
import type { User } from "../../chat/user.ts";
import type { Limits } from "../../limits.ts";
import type { Entry } from "../../log/log.ts";
import type { Login } from "../connection.ts";
import type { ClientSnapshot } from "../machines.ts";
import type { Rule } from "../refusals.ts";
import type { Secrets } from "../secrets.ts";
import type { State } from "../state.ts";
import { namesHeld } from "./names-held.ts";

export const DAY_MS = 86_400_000;
const PLACES_PER_TAB = 8;

/** What a deployment allows. */
export interface Policy {
	readonly limits: Limits;
	/** Emails and `@domains` that may enter; empty means everyone. */
	readonly allow: readonly string[];
	/** This process, in the events it writes. */
	readonly node: string;
}

export interface Moment {
	readonly state: State;
	readonly now: number;
}

/** What there is to decide on. */
export interface View extends Moment, Policy {
	/** Whoever asks, if they are anyone yet. */
	readonly client: ClientSnapshot | undefined;
	readonly secrets: Secrets;
}

/** A code that must reach its owner: never logged. */
export interface FreshCode {
	readonly code: string;
	readonly expires: number;
	/** Whom it is mailed to. */
	readonly user: User;
	/** The identity of that address without its `+tag`. */
	readonly person: Identity;
	/** Absent when an old login gets a new code. */
	readonly login?: { readonly client: ClientId; readonly pending: string };
}

/** What a browser keeps to stay logged in; the log holds its hash. */
export interface FreshSession {
	readonly token: string;
	readonly expires: number;
}

/** A returning client: who it is now, and where. */
export interface Returning extends Login {
	readonly room: RoomName;
}

export interface Decision {
	readonly entries: readonly Entry[];
	readonly refused?: Rule;
	readonly retryAfterMs?: number;
	/** The name that was asked for, if it is somebody's: its owner's email can be guessed at. */
	readonly owned?: NameKey;
	readonly fresh?: FreshCode;
	readonly session?: FreshSession;
	/** Whom a visit that comes back speaks for from now on. */
	readonly returning?: Returning;
	/** The highest number taken from who asks, once all this is durable. */
	readonly taken?: number;
	/** The number that should have come. */
	readonly expected?: number;
}

export const refuse = (refused: Rule, retryAfterMs?: number): Decision => ({
	entries: [],
	refused,
	...(retryAfterMs === undefined ? {} : { retryAfterMs }),
});

/** The login under way, if there is one. */
export const pendingLogin = (client: ClientSnapshot | undefined) =>
	client?.matches("awaitingCode") ? client.context : undefined;

/** A code is bound to its login: on another's connection it is only a wrong code. */
export function codeMac(
	secrets: Secrets,
	pending: string,
	code: string,
): string {
	return secrets.mac("code", pending, code);
}

/** Whether whoever has this identity may enter at all; an address is compared by its MACs, which is all that a session has. */
export function isInvited(
	{ allow, secrets }: View,
	{ identity, domain }: { readonly identity: string; readonly domain: string },
): boolean {
	if (allow.length === 0) return true;
	return allow.some((entry) =>
		entry.startsWith("@")
			? secrets.mac("domain", entry.slice(1)) === domain
			: secrets.mac("identity", entry) === identity,
	);
}

/** Whether a person has too many tabs open beside this one, or flipped through rooms so fast that too many places are kept. */
export function tabsBroken(
	{ state, client: asker, limits }: View,
	{ identity, client }: Pick<Claimant, "identity" | "client">,
): "tabsAreLeft" | undefined {
	const most = limits.tabsPerIdentity;
	const places = state.places(identity).filter((id) => id !== client);
	const tabs = places.filter(
		(id) =>
			id !== asker?.context.id &&
			state.client(id)?.matches({ inRoom: "attached" }),
	);
	return tabs.length >= most || places.length >= most * PLACES_PER_TAB
		? "tabsAreLeft"
		: undefined;
}

type Claimant = Pick<
	LoginSucceeded,
	"client" | "identity" | "nameKey" | "name"
>;

/** Why this name can't be claimed for the whole server, if it can't. */
export function claimBroken(view: View, claim: Claimant) {
	const { context } = view.state.server;
	const isTheirs =
		context.names.get(claim.nameKey)?.identity === claim.identity;
	if (!isTheirs && looksReserved(claim.name)) return "nameIsTheirs";
	if (isStale(view, claim.nameKey)) return undefined;
	const type = "login.succeeded" as const;
	const event: LoginSucceeded = { type, time: view.now, ...claim };
	return firstBroken(serverGuards, serverRules[type], context, event);
}

/** Whether a person holds so many names that they may not have this one, too. */
export function namesBroken(
	view: View,
	person: Identity,
	nameKey: NameKey,
): "namesAreLeft" | undefined {
	const held = namesHeld(view.state.server.context.names, person).filter(
		(key) => !isStale(view, key),
	);
	const mayHave = held.includes(nameKey) || held.length < view.limits.namesHeld;
	return mayHave ? undefined : "namesAreLeft";
}

/** A name nobody used for so long is free again. */
export function isStale({ state, now, limits }: View, nameKey: string) {
	const owner = state.server.context.names.get(nameKey);
	if (!owner || owner.identity === BOT_NAME) return false;
	return owner.lastUsed + limits.nameDays * DAY_MS <= now;
}
