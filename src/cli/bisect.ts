/**
 * `plume replay --bisect`: prints the first event after which a condition
 * holds. Conditions have a fixed grammar; names are compared as the server
 * compares them.
 */
import type { PlumeEvent } from "../../machines/events.ts";
import { parseName } from "../chat/name.ts";
import { parseRoomName } from "../chat/room-name.ts";
import { ConfigError } from "../config.ts";
import type { State } from "../engine/state.ts";
import type { Stored } from "../log/log.ts";
import type { Query } from "./source.ts";

/** Whether the condition holds in the state after this event. */
type Condition = (state: State, event: PlumeEvent) => boolean;

const GRAMMAR = /^(?:owner:(.+)|member:([^/]+)\/(.+)|messages:([^>]+)>(\d+))$/;

/** Throws `ConfigError` with the grammar. */
function parseCondition(text: string): Condition {
	const [, owner, where, member, said, count] = GRAMMAR.exec(text) ?? [];
	const key = parseName(owner ?? member ?? "")?.nameKey;
	const room = parseRoomName(where ?? said ?? "");
	if (owner && key) return ({ server }) => server.context.names.has(key);
	if (member && room && key)
		// Only this event can make it true; looking into the room at every message would be slow.
		return (state, { type }) =>
			type === "client.entered" &&
			(state.room(room)?.context.holders.has(key) ?? false);
	if (said && room) return (state) => state.head(room).said > Number(count);
	throw new ConfigError(
		`--bisect is "${text}": say owner:NAME, member:ROOM/NAME or messages:ROOM>N.`,
	);
}

/** Exits with 1 if the condition never holds up to `isBehind`. */
export function bisect(
	text: string,
	isBehind: (stored: Stored) => boolean,
): Query {
	const holds = parseCondition(text);
	return async (log, { print }) => {
		let found: Stored | undefined;
		const { seq } = await log.fold(
			({ stored, after }) => {
				if (holds(after, stored.event)) found = stored;
			},
			(entry) => found !== undefined || isBehind(entry),
		);
		if (!found) {
			print(`${text} never holds in these ${seq} events.`);
			return 1;
		}
		const { time, type } = found.event;
		const at = new Date(time).toISOString();
		print(`${text} holds from event ${found.seq} on, at ${at}: ${type}`);
		return 0;
	};
}
