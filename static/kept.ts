/**
 * What outlives a page. The browser keeps the session, for all its tabs; a tab
 * keeps who it is in the room, what it has not said yet, and a login under way.
 * A Web Lock says that a client is in use, so that a duplicated tab, which has
 * a copy of all that a tab keeps, finds it taken and starts as a new one.
 */

import type { Key, Person } from "../machines/page.ts";
import type { Line } from "./outbox.ts";

/** A page that is reloaded may let go of its lock only after the next one has begun. */
const GRACE_MS = 300;

const [tab, browser] = [sessionStorage, localStorage];
/** What the browser keeps as long as the session. */
const SHARED = ["session", "name", "email"] as const;

const kept = (name: string) => tab.getItem(name) ?? browser.getItem(name) ?? "";

/** Held until this page is gone; false if another page has it. */
function lock(client: string): Promise<boolean> {
	// A page that came over plain HTTP has no locks: there the server sends one of two away.
	if (!("locks" in navigator)) return Promise.resolve(true);
	const signal = AbortSignal.timeout(GRACE_MS);
	return new Promise((resolve) => {
		const hold = () => {
			resolve(true);
			return new Promise<never>(() => {});
		};
		navigator.locks
			.request(`client ${client}`, { signal }, hold)
			.catch(() => resolve(false));
	});
}

/** The client that this tab was and may go on as, or none. */
export async function claimClient(): Promise<string> {
	const client = kept("client");
	if (!client || (await lock(client))) return client;
	tab.removeItem("client");
	tab.removeItem("lines");
	return "";
}

export function keepClient(client: string): void {
	if (kept("client") === client) return;
	tab.setItem("client", client);
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
	for (const name of SHARED) browser.setItem(name, kept(name));
}

/** The session of another tab, if that is a newer one, stays. */
export function dropKey(): void {
	if (browser.getItem("session") === tab.getItem("session")) {
		for (const name of SHARED) browser.removeItem(name);
	}
	for (const name of ["session", "pending", "expires"]) tab.removeItem(name);
}

/** What an `open` shows to come back in. */
export function keptKeys(): Record<string, string> {
	const [session, client] = [kept("session"), kept("client")];
	if (!session) return { pending: kept("pending") };
	// From here on this tab goes with this session, whoever else logs in.
	tab.setItem("session", session);
	return client ? { session, client } : { session };
}

export function keepLines(lines: readonly Line[]): void {
	tab.setItem("lines", JSON.stringify(lines));
}

export function keptLines(): readonly Line[] {
	const lines: unknown = JSON.parse(tab.getItem("lines") ?? "[]");
	if (!Array.isArray(lines)) return [];
	// Nobody but this page writes there; a line of an older shape is let go.
	return lines.filter(
		(line): line is Line =>
			typeof line?.text === "string" &&
			typeof line.by === "string" &&
			typeof line.n === "number" &&
			typeof line.why === "string",
	);
}
