/**
 * What outlives a page. The browser keeps the session and the rooms, for all
 * its tabs; a tab keeps, for each room, who it is there, what it has not said
 * yet and what it is writing, and a login under way.
 * A Web Lock says that a client is in use, so that a duplicated tab, which has
 * a copy of all that a tab keeps, finds it taken and starts as a new one.
 */

import { LOBBY } from "../machines/message.ts";
import type { Key, Person } from "../machines/page-events.ts";
import type { Line } from "./outbox.ts";

/** A page that is reloaded may let go of its lock only after the next one has begun. */
const [GRACE_TRIES, RETRY_MS] = [7, 50];

/** Characters of a draft that outlive the page: several times what one message holds. */
const LONGEST_DRAFT = 32_000;
/** UTF-16 units of a key, a name or an address, with room to spare. */
const LONGEST = 512;

const tab = storage("sessionStorage");
const browser = storage("localStorage");
/** What the browser keeps as long as the session. */
const SHARED = ["session", "name", "email", "rooms"] as const;

/** The name under which a tab keeps something of one room; the lobby's is the older one. */
const of = (room: string, what: "client" | "lines" | "draft") =>
	room === LOBBY ? what : `${what} ${room}`;
/** What is far longer than anything we keep there is as good as missing. */
const sane = (value: string | null) =>
	value !== null && value.length <= LONGEST ? value : "";
const kept = (name: string) => sane(tab.getItem(name) ?? browser.getItem(name));

/** A storage; the memory of this page stands in where it is forbidden or has no room left. */
function storage(which: "sessionStorage" | "localStorage") {
	const held = new Map<string, string>();
	let real: Storage | undefined;
	try {
		real = window[which];
	} catch {
		// Some browsers do so where cookies are blocked.
	}
	return {
		names: () => [...held.keys(), ...Object.keys(real ?? {})],
		getItem: (name: string) => held.get(name) ?? real?.getItem(name) ?? null,
		setItem(name: string, value: string) {
			held.set(name, value);
			if (!real) return;
			try {
				real.setItem(name, value);
				held.delete(name);
			} catch {
				// Keeping is best effort: what is older stays there, and is not asked.
			}
		},
		removeItem(name: string) {
			held.delete(name);
			real?.removeItem(name);
		},
	};
}

const claimed = new Set<string>();

/** Held until this page is gone; false if another page has it. */
function lock(client: string): Promise<boolean> {
	// A page that came over plain HTTP has no locks: there the server sends one of two away.
	if (!("locks" in navigator)) return Promise.resolve(true);
	const options = { ifAvailable: true };
	return new Promise((resolve) => {
		const hold = (got: Lock | null) => {
			resolve(got !== null);
			return got && new Promise<never>(() => {});
		};
		navigator.locks
			.request(`client ${client}`, options, hold)
			// Where storage is forbidden, locks may be as well.
			.catch(() => resolve(true));
	});
}

/** A busy machine may be slow to answer: only an answer, not the want of one, says that another page has it. */
async function lockSoon(client: string): Promise<boolean> {
	for (let left = GRACE_TRIES; left > 0; left -= 1) {
		if (await lock(client)) return true;
		await new Promise((then) => setTimeout(then, RETRY_MS));
	}
	return false;
}

/** Makes sure that the client this tab was in a room is still its own to go on as. */
export async function claimClient(room: string): Promise<void> {
	const client = keptClient(room);
	if (!client || claimed.has(client)) return;
	if (await lockSoon(client)) claimed.add(client);
	else
		for (const what of ["client", "lines"] as const)
			tab.removeItem(of(room, what));
}

export const keptClient = (room: string): string =>
	sane(tab.getItem(of(room, "client")));

export function keepClient(room: string, client: string): void {
	if (keptClient(room) === client) return;
	tab.setItem(of(room, "client"), client);
	claimed.add(client);
	void lock(client);
}

export const keptPerson = (): Person => ({
	name: kept("name"),
	email: kept("email"),
});

export function keepPerson({ name, email }: Person): void {
	tab.setItem("name", name);
	tab.setItem("email", email);
}

/** The server does not tell upper from lower case in an email address. */
export const isSameEmail = (one: string, other: string): boolean =>
	one.toLowerCase() === other.toLowerCase();

/** A tab that begins without a session goes on as whoever is logged in in this browser. */
function adopt(): void {
	if (tab.getItem("session") || !browser.getItem("session")) return;
	const email = browser.getItem("email") ?? "";
	if (isSameEmail(keptPerson().email, email)) return;
	dropUnsaid();
	for (const name of ["name", "email"]) tab.removeItem(name);
}
adopt();

export function keptKey(): Key {
	if (kept("session")) return "session";
	return Number(kept("expires")) > Date.now() ? "pending" : "none";
}

export function keepPending(pending: string, expires: number): void {
	tab.setItem("pending", pending);
	tab.setItem("expires", String(expires));
}

export function keepSession(session: string): void {
	tab.setItem("session", session);
	for (const name of ["session", "name", "email"]) {
		browser.setItem(name, kept(name));
	}
}

export const keptSession = (): string => kept("session");

/** The session of another tab, if that is a newer one, stays. */
export function dropKey(): void {
	if (browser.getItem("session") === tab.getItem("session")) {
		for (const name of SHARED) browser.removeItem(name);
	}
	for (const name of ["session", "pending", "expires"]) tab.removeItem(name);
}

/** What an `open` shows to come back in. */
export function keptKeys(room: string, key: Key): Record<string, string> {
	const [session, client] = [kept("session"), keptClient(room)];
	// Another tab's session is not what whoever types a code here waits for.
	if (key === "pending" || !session) return { pending: kept("pending") };
	// From here on this tab goes with this session, whoever else logs in.
	tab.setItem("session", session);
	return client ? { session, client } : { session };
}

export function keepLines(room: string, lines: readonly Line[]): void {
	tab.setItem(of(room, "lines"), JSON.stringify(lines));
}

export function keptLines(room: string): readonly Line[] {
	// Nobody but this page writes there; a line of an older shape is let go.
	return keptList<Line>(tab.getItem(of(room, "lines"))).filter(
		(line): line is Line =>
			typeof line.text === "string" &&
			typeof line.by === "string" &&
			typeof line.n === "number" &&
			typeof line.why === "string",
	);
}

export const keptDraft = (room: string): string =>
	(tab.getItem(of(room, "draft")) ?? "").slice(0, LONGEST_DRAFT);

export function keepDraft(room: string, draft: string): void {
	if (draft) tab.setItem(of(room, "draft"), draft.slice(0, LONGEST_DRAFT));
	else tab.removeItem(of(room, "draft"));
}

/** What someone else left unsaid, in whatever room, is not for the next to say. */
export function dropUnsaid(): void {
	for (const name of tab.names()) {
		if (/^(lines|draft)\b/.test(name)) tab.removeItem(name);
	}
}

/** A room that was visited, and how much of it was seen. */
export interface Visited {
	readonly name: string;
	readonly epoch: string;
	readonly offset: number;
	readonly said: number;
}

export function keepRooms(rooms: readonly Visited[]): void {
	browser.setItem("rooms", JSON.stringify(rooms));
}

export function keptRooms(): readonly Visited[] {
	return keptList<Visited>(browser.getItem("rooms")).filter(
		(room): room is Visited =>
			typeof room.name === "string" &&
			typeof room.epoch === "string" &&
			typeof room.offset === "number" &&
			typeof room.said === "number",
	);
}

function keptList<Entry>(json: string | null): readonly Partial<Entry>[] {
	try {
		const list: unknown = JSON.parse(json ?? "[]");
		if (!Array.isArray(list)) return [];
		return list.filter((entry) => typeof entry === "object" && entry !== null);
	} catch {
		// What can't be read is as good as missing.
		return [];
	}
}

/** Nobody's name and email are left in the form. */
export function forgetPerson(): void {
	for (const name of ["name", "email"]) {
		tab.removeItem(name);
		browser.removeItem(name);
	}
}

/** How this browser is used, by whomever. */
export const keptSetting = (name: "theme" | "notify"): string =>
	browser.getItem(name) ?? "";

export function keepSetting(name: "theme" | "notify", value: string): void {
	browser.setItem(name, value);
}
