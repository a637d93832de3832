/** What a state amounts to, for scripts and for people. */
import type { PlumeEvent } from "../../machines/events.ts";
import type { Folded } from "../engine/fold.ts";
import type { State } from "../engine/state.ts";

/** What is to be told: of one room only, of clients whose id begins so only. */
export interface Scope {
	readonly room: string | undefined;
	readonly client: string | undefined;
}

/** The rooms, in the order in which they were opened, and the names under which anyone ever came into each. */
export type Visitors = Map<string, Set<string>>;

export function noteVisitor(visitors: Visitors, event: PlumeEvent): void {
	if (event.type === "room.forgotten") visitors.delete(event.room);
	if (event.type === "room.opened") visitors.set(event.room, new Set());
	if (event.type === "client.entered")
		visitors.get(event.room)?.add(event.nameKey);
}

/** What `--json` prints, of the whole state or of the part that was asked for: scripts read it, so fields are only ever added. */
export function reportOf(
	{ state, seq }: Folded,
	{ room = "", client = "" }: Scope,
	visitors: Visitors,
) {
	const rooms = [...visitors]
		.filter(([name]) => !room || name === room)
		.map(([name, nameKeys]) => roomReport(state, name, client, nameKeys));
	return {
		format: 1,
		seq,
		/** ISO 8601, of the last event. */
		time: new Date(state.time).toISOString(),
		/** Of the whole state. */
		hash: state.hash(),
		rooms: rooms.filter(({ members }) => !client || members.length > 0),
	};
}

function roomReport(
	state: State,
	name: string,
	client: string,
	nameKeys: ReadonlySet<string>,
) {
	const members = [...(state.room(name)?.context.members ?? [])];
	const owners = state.server.context.names
		.filter((_, nameKey) => nameKeys.has(nameKey))
		.valueSeq()
		.map((owner) => owner.name);
	return {
		name,
		messages: state.head(name).said,
		owners: [...owners].sort(),
		members: members
			.filter(([id]) => id.startsWith(client))
			.map(([client, member]) => ({
				client,
				name: member.name,
				state: state.client(client)?.value,
			})),
	};
}

export function describe(report: ReturnType<typeof reportOf>): string {
	const { seq, time, hash, rooms } = report;
	const lines = rooms.flatMap(({ name, messages, owners, members }) => [
		"",
		`Room ${name}: ${messages} messages`,
		`  names   ${owners.join(", ") || "none yet"}`,
		`  inside  ${members.map((member) => member.name).join(", ") || "nobody"}`,
	]);
	return [`${seq} events, the last at ${time}`, `State ${hash}`, ...lines].join(
		"\n",
	);
}
