/**
 * What is different between two states of a log: who is in which room under
 * which name, and who owns each name. Names are for the people who hold the log;
 * frames never tell them.
 */
import type { Comparison, NameChange, Stay } from "../../machines/travel.ts";
import { botClaim } from "../chat/bot.ts";
import type { State } from "../engine/state.ts";

export function compare(from: State, to: State): Comparison {
	const [were, are] = [staysIn(from), staysIn(to)];
	return {
		came: missing(are, were),
		left: missing(were, are),
		names: nameChanges(from, to),
	};
}

/** Someone with many tabs is in a room once. */
function staysIn({ parts }: State): ReadonlyMap<string, Stay> {
	const stays = new Map<string, Stay>();
	for (const [room, { context }] of parts.rooms)
		for (const { name } of context.members.values())
			stays.set(JSON.stringify([name, room]), { name, room });
	return stays;
}

const missing = (
	some: ReadonlyMap<string, Stay>,
	others: ReadonlyMap<string, Stay>,
) => [...some].flatMap(([key, stay]) => (others.has(key) ? [] : stay));

function nameChanges(from: State, to: State): readonly NameChange[] {
	const before = from.server.context.names;
	const after = to.server.context.names;
	if (before === after) return [];
	const keys = new Set([...before.keys(), ...after.keys()]);
	keys.delete(botClaim.nameKey);
	return [...keys].flatMap((key) => {
		const [was, is] = [before.get(key), after.get(key)];
		if (was?.identity === is?.identity && was?.name === is?.name) return [];
		return { ...(was && { before: was.name }), ...(is && { after: is.name }) };
	});
}
