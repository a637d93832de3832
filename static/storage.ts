/**
 * What outlives a page. The browser keeps the session, the rooms and the
 * settings, for all its tabs; a tab keeps, for each room, who it is there, what
 * it has not said yet and what it is writing, and a login under way.
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

/** A storage, where "" is missing; the memory of this page stands in where it is forbidden or has no room left. */
class Store<Name extends string> {
	readonly #memory = new Map<string, string>();
	readonly #real: Storage | undefined;

	constructor(which: "sessionStorage" | "localStorage") {
		try {
			this.#real = window[which];
		} catch {
			// Some browsers do so where cookies are blocked.
		}
	}

	get(name: Name): string {
		return this.#memory.get(name) ?? this.#real?.getItem(name) ?? "";
	}

	set(name: Name, value: string): void {
		this.#memory.set(name, value);
		try {
			this.#real?.setItem(name, value);
			if (this.#real) this.#memory.delete(name);
		} catch {
			// Keeping is best effort: what is older stays there, and is not asked.
		}
	}

	remove(...names: readonly string[]): void {
		for (const name of names) {
			this.#memory.delete(name);
			this.#real?.removeItem(name);
		}
	}

	names(): readonly string[] {
		return [...this.#memory.keys(), ...Object.keys(this.#real ?? {})];
	}
}

type Shared = "session" | "name" | "email";
type OfRoom = "client" | "lines" | "draft";

const tab = new Store<
	Shared | "pending" | "expires" | OfRoom | `${OfRoom} ${string}`
>("sessionStorage");
/** Settings stay, whoever logs in. */
export const browser = new Store<Shared | "rooms" | "theme" | "notify">(
	"localStorage",
);

/** The name under which a tab keeps something of one room; the lobby's is the older one. */
const of = (room: string, what: OfRoom) =>
	room === LOBBY ? what : (`${what} ${room}` as const);
/** What is far longer than anything we keep there is as good as missing. */
const sane = (value: string) => (value.length <= LONGEST ? value : "");
const kept = (name: Shared) => sane(tab.get(name) || browser.get(name));

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
	const client = storedClient(room);
	if (!client || claimed.has(client)) return;
	if (await lockSoon(client)) claimed.add(client);
	else tab.remove(of(room, "client"), of(room, "lines"));
}

export const storedClient = (room: string): string =>
	sane(tab.get(of(room, "client")));

export function keepClient(room: string, client: string): void {
	if (storedClient(room) === client) return;
	tab.set(of(room, "client"), client);
	claimed.add(client);
	void lock(client);
}

export const storedPerson = (): Person => ({
	name: kept("name"),
	email: kept("email"),
});

export function keepPerson({ name, email }: Person): void {
	tab.set("name", name);
	tab.set("email", email);
}

/** Nobody's name and email are left in the form. */
export function forgetPerson(): void {
	for (const store of [tab, browser]) store.remove("name", "email");
}

/** The server does not tell upper from lower case in an email address. */
export const isSameEmail = (one: string, other: string): boolean =>
	one.toLowerCase() === other.toLowerCase();

/** A tab that begins without a session goes on as whoever is logged in in this browser. */
export function adoptSession(): void {
	if (tab.get("session") || !browser.get("session")) return;
	if (isSameEmail(storedPerson().email, browser.get("email"))) return;
	dropPendingSends();
	tab.remove("name", "email");
}

export function storedKey(): Key {
	if (storedSession()) return "session";
	return Number(tab.get("expires")) > Date.now() ? "pending" : "none";
}

export function keepPending(pending: string, expires: number): void {
	tab.set("pending", pending);
	tab.set("expires", String(expires));
}

export function keepSession(session: string): void {
	tab.set("session", session);
	for (const name of ["session", "name", "email"] as const)
		browser.set(name, kept(name));
}

export const storedSession = (): string => kept("session");

/** The session of another tab, if that is a newer one, stays. */
export function dropKey(): void {
	if (browser.get("session") === tab.get("session"))
		browser.remove("session", "name", "email", "rooms");
	tab.remove("session", "pending", "expires");
}

/** What an `open` shows to come back in. */
export function storedKeys(room: string, key: Key): Record<string, string> {
	const [session, client] = [storedSession(), storedClient(room)];
	// Another tab's session is not what whoever types a code here waits for.
	if (key === "pending" || !session)
		return { pending: sane(tab.get("pending")) };
	// From here on this tab goes with this session, whoever else logs in.
	tab.set("session", session);
	return client ? { session, client } : { session };
}

export function keepLines(room: string, lines: readonly Line[]): void {
	tab.set(of(room, "lines"), JSON.stringify(lines));
}

export const storedLines = (room: string): readonly Line[] =>
	storedList(tab.get(of(room, "lines")), { text: "", by: "", n: 0, why: "" });

export const storedDraft = (room: string): string =>
	tab.get(of(room, "draft")).slice(0, LONGEST_DRAFT);

export function keepDraft(room: string, draft: string): void {
	tab.set(of(room, "draft"), draft.slice(0, LONGEST_DRAFT));
}

/** What someone else left unsaid, in whatever room, is not for the next to say. */
export function dropPendingSends(): void {
	tab.remove(...tab.names().filter((name) => /^(lines|draft)\b/.test(name)));
}

/** A room that was visited, and how much of it was seen. */
export interface Visited {
	readonly name: string;
	readonly epoch: string;
	readonly offset: number;
	readonly said: number;
}

/** A room of which nothing was seen. */
export const unvisitedRoom = (name: string): Visited => {
	return { name, epoch: "", offset: 0, said: 0 };
};

export function keepRooms(rooms: readonly Visited[]): void {
	browser.set("rooms", JSON.stringify(rooms));
}

export const storedRooms = (): readonly Visited[] =>
	storedList(browser.get("rooms"), unvisitedRoom(""));

/** The entries of a list that have the fields of `sample`, by name and type. What can't be read is as good as missing. */
function storedList<Entry extends object>(
	json: string,
	sample: Entry,
): Entry[] {
	const fields = Object.entries(sample);
	const isEntry = (entry: unknown): entry is Entry =>
		entry instanceof Object &&
		fields.every(
			([name, one]) => typeof Reflect.get(entry, name) === typeof one,
		);
	try {
		const list: unknown = JSON.parse(json || "[]");
		return Array.isArray(list) ? list.filter(isEntry) : [];
	} catch {
		return [];
	}
}
