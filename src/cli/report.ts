/** Describes a state, for scripts and for people. */
import type { PlumeEvent } from "../../machines/events.ts";
import type { Folded } from "../engine/fold.ts";
import type { State } from "../engine/state.ts";

/** Limits a report to one room, and to clients whose id begins so. */
export interface Scope {
	readonly room: string | undefined;
	readonly client: string | undefined;
}

/** The rooms in the order in which they were opened, with the keys of all names that have entered each. */
export type Visitors = Map<string, Set<string>>;

export function noteVisitor(visitors: Visitors, event: PlumeEvent): void {
	if (event.type === "room.forgotten") visitors.delete(event.room);
	if (event.type === "room.opened") visitors.set(event.room, new Set());
	if (event.type === "client.entered")
		visitors.get(event.room)?.add(event.nameKey);
}

/** What `--json` prints. Scripts read it, so fields may be added but not changed. */
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
		/** The last event's time, ISO 8601. */
		time: new Date(state.time).toISOString(),
		/** The hash of the whole state. */
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
	const last = seq > 0 ? `, the last at ${time}` : "";
	return [`${seq} events${last}`, `State ${hash}`, ...lines].join("\n");
}
