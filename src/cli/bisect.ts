/**
 * `plume replay --bisect`: tells the first event after which something holds.
 * What it understands is a fixed grammar of things that become true of a
 * server; names are compared as the server compares them.
 */
import type { PlumeEvent } from "../../machines/events.ts";
import { parseName } from "../chat/name.ts";
import { parseRoomName } from "../chat/room-name.ts";
import { ConfigError } from "../config.ts";
import type { State } from "../engine/state.ts";
import type { Stored } from "../log/log.ts";
import type { Question } from "./source.ts";

/** Whether it is so, now that this event has moved the state. */
type Holds = (state: State, event: PlumeEvent) => boolean;

const GRAMMAR = /^(?:owner:(.+)|member:([^/]+)\/(.+)|messages:([^>]+)>(\d+))$/;

/** Throws `ConfigError` naming all that is understood. */
function parseQuestion(text: string): Holds {
	const [, owner, where, member, said, count] = GRAMMAR.exec(text) ?? [];
	const key = parseName(owner ?? member ?? "")?.nameKey;
	const room = parseRoomName(where ?? said ?? "");
	if (owner && key) return ({ server }) => server.context.names.has(key);
	if (member && room && key)
		// Asked of what can make it so only: looking into a room at every message is slow.
		return (state, { type }) =>
			type === "client.entered" &&
			(state.room(room)?.context.holders.has(key) ?? false);
	if (said && room) return (state) => state.head(room).said > Number(count);
	throw new ConfigError(
		`--bisect is "${text}": say owner:NAME, member:ROOM/NAME or messages:ROOM>N.`,
	);
}

/** Answers 1 if it never is so before what lies behind. */
export function bisect(
	text: string,
	isBehind: (stored: Stored) => boolean,
): Question {
	const holds = parseQuestion(text);
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
