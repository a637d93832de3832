/**
 * What outlives a page. The browser stores the session, the rooms and the
 * settings for all its tabs. A tab stores a login under way, that everything
 * is to be erased and, for each room, its client, its pending lines, its
 * draft, what that answers, the edit in the field, edits and commands on their
 * way, and those that were left, were refused or had no answer, which wait for
 * the field to be free.
 */

import { LOBBY } from "../machines/message.ts";
import type { Key, Person } from "../machines/page-events.ts";
import { isForNobody } from "./bot-command.ts";
import { lockClient } from "./client-lock.ts";
import type { PendingLine } from "./outbox.ts";
import { browser, type Shared, Store } from "./store.ts";
import { parseList } from "./stored-list.ts";

/** Characters of a draft that are stored: several times what one message holds. */
const LONGEST_DRAFT = 32_000;
/** UTF-16 units that a key, a name or an address may have, with room to spare. */
const LONGEST = 512;
/** A page that was loaded anew goes on to erase everything for so long after the last one was in use. */
const GOES_ON_MS = 3_600_000;
/** In place of the address of a person for whom notes are: nobody's. */
const NOBODY = "-";

type RoomItem =
	| ("client" | "lines" | "draft" | "reply")
	| ("edit" | "edits" | "commands" | "sent");

const tab = new Store<
	| (Shared | "pending" | "expires" | "invitation" | "farewell")
	| RoomItem
	| `${RoomItem} ${string}`
>("sessionStorage");

/** Where a tab stores an item of one room; the lobby's has no suffix because it is older. */
const keyOf = (room: string, item: RoomItem) =>
	room === LOBBY ? item : (`${item} ${room}` as const);
/** A value that is far too long was not stored by this page. */
const sane = (value: string) => (value.length <= LONGEST ? value : "");
const shared = (name: Shared) => sane(tab.get(name) || browser.get(name));

export const storedClient = (room: string): string =>
	sane(tab.get(keyOf(room, "client")));

export function saveClient(room: string, client: string): void {
	if (storedClient(room) === client) return;
	tab.set(keyOf(room, "client"), client);
	void lockClient(client);
}

/** Forgets the room's client, with its pending lines, if another page is in use as it. */
export async function claimClient(room: string): Promise<void> {
	const client = storedClient(room);
	if (client && !(await lockClient(client)))
		tab.remove(keyOf(room, "client"), keyOf(room, "lines"));
}

export const storedPerson = (): Person => ({
	name: shared("name"),
	email: shared("email"),
});

export function savePerson({ name, email }: Person): void {
	tab.set("name", name);
	tab.set("email", email);
}

export function forgetPerson(): void {
	for (const store of [tab, browser]) store.remove("name", "email");
}

/** The server ignores the case of an email address. */
export const isSameEmail = (one: string, other: string): boolean =>
	one.toLowerCase() === other.toLowerCase();

/** A tab without a session continues as the person who is logged in in this browser. */
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

export function savePending(pending: string, expires: number): void {
	tab.set("pending", pending);
	tab.set("expires", String(expires));
}

export function saveSession(session: string): void {
	tab.set("session", session);
	for (const name of ["session", "name", "email"] as const)
		browser.set(name, shared(name));
}

export const storedSession = (): string => shared("session");

/** Whether notes to this browser are for this person, as far as that was stored: nobody who comes after has turned them on. */
export const hasPush = (email: string): boolean =>
	isSameEmail(browser.get("push") || email, email);

/** A newer session of another tab stays. Returns whether notes to this browser end with it. */
export function dropKey(): boolean {
	if (browser.get("session") === tab.get("session"))
		browser.remove("session", "name", "email", "rooms");
	tab.remove("session", "pending", "expires");
	const isOver = !storedSession() && hasPush(tab.get("email"));
	if (isOver) browser.set("push", NOBODY);
	return isOver;
}

/** What to say once everything is erased, if it was still to be when the page ended; empty if that was long ago. */
export function storedFarewell(): string {
	const stored = tab.get("farewell");
	const isRecent = Number.parseInt(stored, 10) > Date.now() - GOES_ON_MS;
	return isRecent ? stored.replace(/^\d+ /, "") : "";
}

/** It was still to be, too long ago. */
export const isFarewellOld = (): boolean =>
	tab.get("farewell") !== "" && storedFarewell() === "";

export const saveFarewell = (words: string): void =>
	tab.set("farewell", words && `${Date.now()} ${words}`);

/** The token of an invitation that was opened in this tab, and is not used yet. */
export const storedInvitation = (): string => sane(tab.get("invitation"));
export const saveInvitation = (token: string): void =>
	tab.set("invitation", token);
export const dropInvitation = (): void => tab.remove("invitation");

/** The credentials for an `open` frame. */
export function openCredentials(room: string, key: Key) {
	const [session, client] = [storedSession(), storedClient(room)];
	// A person who types a code here does not want another tab's session.
	if (key === "pending" || !session)
		return { pending: sane(tab.get("pending")) };
	// From here on this tab keeps this session, even if another tab logs in as someone else.
	tab.set("session", session);
	return client ? { session, client } : { session };
}

export function saveLines(room: string, lines: readonly PendingLine[]): void {
	tab.set(keyOf(room, "lines"), JSON.stringify(lines));
}

export const storedLines = (room: string): readonly PendingLine[] =>
	parseList(tab.get(keyOf(room, "lines")), { text: "", by: "", n: 0, why: "" });

/** What was typed for the bot, and why it is to be sent again. */
type Commands = readonly { readonly text: string; readonly words: string }[];

export const saveCommands = (room: string, commands: Commands): void =>
	tab.set(keyOf(room, "commands"), JSON.stringify(commands));

export const storedCommands = (room: string): Commands =>
	parseList(tab.get(keyOf(room, "commands")), { text: "", words: "" });

/** One more waits until its room is entered. */
export const keepCommand = (room: string, text: string, words = ""): void =>
	saveCommands(room, [...storedCommands(room), { text, words }]);

/** Rooms that this tab has something to send to. */
export function roomsWithLines(): readonly string[] {
	const items = tab.names().map((name) => name.split(" "));
	return items.flatMap(([item, room = LOBBY]) =>
		item === "lines" && storedLines(room).length > 0 ? room : [],
	);
}

export const storedDraft = (room: string): string =>
	tab.get(keyOf(room, "draft")).slice(0, LONGEST_DRAFT);

export function saveDraft(room: string, words: string): void {
	tab.set(keyOf(room, "draft"), words.slice(0, LONGEST_DRAFT));
}

/** Which message something is about. */
export interface Target {
	readonly epoch: string;
	readonly offset: number;
}

/** Other words for a message, and why they are to be sent again. */
export interface Edit extends Target {
	readonly text: string;
	readonly words: string;
}

const editsIn = (json: string): readonly Edit[] =>
	parseList(json, { text: "", words: "", epoch: "", offset: 0 });

const jsonOf = (edits: readonly Edit[]) =>
	JSON.stringify(
		edits.map(({ text, words, epoch, offset }) => {
			const start = text.slice(0, LONGEST_DRAFT);
			return { text: start, words, epoch, offset };
		}),
	);

export const saveEdits = (room: string, edits: readonly Edit[]): void =>
	tab.set(keyOf(room, "edits"), jsonOf(edits));

/** Edits that wait. */
export const storedEdits = (room: string): readonly Edit[] =>
	editsIn(tab.get(keyOf(room, "edits")));

export const keepEdit = (room: string, edit: Edit): void =>
	saveEdits(room, [...storedEdits(room), edit]);

/** The edit in the field; empty if there is none. */
export const saveEdit = (
	{ room, epoch, offset }: Target & { readonly room: string },
	text = "",
): void =>
	tab.set(
		keyOf(room, "edit"),
		text && jsonOf([{ text, words: "", epoch, offset }]),
	);

/** What the draft answers. */
export const saveReply = (room: string, to?: Target): void =>
	tab.set(
		keyOf(room, "reply"),
		to ? JSON.stringify([{ epoch: to.epoch, offset: to.offset }]) : "",
	);

export const storedReply = (room: string): Target | undefined =>
	parseList(tab.get(keyOf(room, "reply")), { epoch: "", offset: 0 })[0];

/** Whether something is written for a room: the draft, or edits that wait. */
export const hasDraft = (room: string): boolean =>
	storedDraft(room) !== "" || storedEdits(room).length > 0;

/** What was written for a room and not said there, as far as it is known. */
export const unsentWords = (room: string): string =>
	[...storedLines(room), ...storedEdits(room), { text: storedDraft(room) }]
		.map(({ text }) => text)
		.filter((text) => text !== "")
		.join("\n");

/** Puts the words of an edit behind the draft of the room. A command waits instead, or it would take them to the bot. */
export function keepInDraft(room: string, words: string): void {
	const draft = storedDraft(room);
	const isCommand = isForNobody(draft);
	if (isCommand) keepCommand(room, draft);
	saveDraft(room, draft && !isCommand ? `${draft}\n${words}` : words);
}

/** How many edits and commands were sent. */
let sent = 0;

/** Stores an edit or a command until its answer is there. Returns what forgets it. */
export function keepSent(room: string, what: string | Edit): () => void {
	const key = keyOf(`${room} ${sent++}`, "sent");
	tab.set(key, typeof what === "string" ? what : jsonOf([what]));
	return () => tab.remove(key);
}

/** What was being edited, or was on its way, when the page ended waits in its room: what was sent as something that was not answered. */
export function keepEdits(unanswered: string): void {
	for (const name of tab.names()) {
		const [item, ...rest] = name.split(" ");
		if (item !== "edit" && item !== "sent") continue;
		const [room = LOBBY] = rest;
		const what = tab.get(keyOf(rest.join(" ") || room, item));
		const words = item === "sent" ? unanswered : "";
		if (isForNobody(what)) keepCommand(room, what, words);
		for (const edit of editsIn(what)) keepEdit(room, { ...edit, words });
		tab.remove(name);
	}
}

/** The next person must not send what this one left unsent, in any room. */
export function dropPendingSends(): void {
	tab.remove(
		...tab
			.names()
			.filter((name) =>
				/^(lines|commands|draft|reply|edits?|sent)\b/.test(name),
			),
	);
}
