/**
 * What `--bisect` understands: a fixed grammar of things that become true of
 * a server at some event. Names are compared as the server compares them.
 */
import type { PlumeEvent } from "../../machines/events.ts";
import { parseName } from "../chat/name.ts";
import { parseRoomName } from "../chat/room-name.ts";
import { ConfigError } from "../config.ts";
import type { State } from "../engine/state.ts";

export interface Question {
	/** As it was asked. */
	readonly text: string;
	/** Whether it is so, now that this event has moved the state. */
	readonly holds: (state: State, event: PlumeEvent) => boolean;
}

const GRAMMAR = /^(?:owner:(.+)|member:([^/]+)\/(.+)|messages:([^>]+)>(\d+))$/;

/** Throws `ConfigError` naming all that is understood. */
export function parseQuestion(text: string): Question {
	const [, owner, where, member, room, count] = GRAMMAR.exec(text) ?? [];
	if (owner !== undefined) {
		const nameKey = keyOf(owner, text);
		return { text, holds: ({ server }) => server.context.names.has(nameKey) };
	}
	if (where !== undefined && member !== undefined) {
		const [name, nameKey] = [roomOf(where, text), keyOf(member, text)];
		// Asked of what can make it so only: looking into a room at every message is slow.
		const holds: Question["holds"] = (state, event) =>
			event.type === "client.entered" &&
			(state.room(name)?.context.holders.has(nameKey) ?? false);
		return { text, holds };
	}
	if (room !== undefined) {
		const [name, most] = [roomOf(room, text), Number(count)];
		return { text, holds: (state) => state.head(name).said > most };
	}
	throw misunderstood(text);
}

function keyOf(raw: string, text: string): string {
	const { nameKey } = parseName(raw) ?? {};
	if (nameKey === undefined) throw misunderstood(text);
	return nameKey;
}

function roomOf(raw: string, text: string): string {
	const name = parseRoomName(raw);
	if (name === undefined) throw misunderstood(text);
	return name;
}

const misunderstood = (text: string) =>
	new ConfigError(
		`--bisect is "${text}": say owner:NAME, member:ROOM/NAME or messages:ROOM>N.`,
	);
