/**
 * The difference between two states of a log: who is in which room under which
 * name, and who owns each name. Rooms that are not public are left out. Names may be shown here, to someone who has the
 * log; frames never hold one.
 */
import { isPublic } from "../../machines/message.ts";
import type { Comparison, NameChange, Stay } from "../../machines/travel.ts";
import { botClaim } from "../chat/bot.ts";
import type { State } from "../engine/state.ts";

export function compare(from: State, to: State): Comparison {
	return {
		came: stays(to, from),
		left: stays(from, to),
		names: nameChanges(from, to),
	};
}

/** The names that are in a room of one state, and not in that room of the other. */
function stays(state: State, other: State): readonly Stay[] {
	return [...state.rooms.keys()].filter(isPublic).flatMap((room) => {
		if (membersOf(state, room) === membersOf(other, room)) return [];
		const [names, others] = [namesIn(state, room), namesIn(other, room)];
		return [...names]
			.filter((name) => !others.has(name))
			.map((name) => ({ name, room }));
	});
}

const membersOf = (state: State, room: string) =>
	state.room(room)?.context.members;

/** Someone with several tabs is in a room once. */
const namesIn = (state: State, room: string): ReadonlySet<string> =>
	new Set(
		membersOf(state, room)
			?.map(({ name }) => name)
			.values(),
	);

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
