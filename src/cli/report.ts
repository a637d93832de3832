/** What a state amounts to, for scripts and for people. */
import type { PlumeEvent } from "../../machines/events.ts";
import type { Folded } from "../engine/fold.ts";
import type { State } from "../engine/state.ts";
import type { Scope } from "./log-arguments.ts";

/** What `--json` prints: INTERFACE for scripts, so fields are only ever added. */
export interface Report {
	readonly format: 1;
	readonly seq: number;
	/** ISO 8601, of the last event. */
	readonly time: string;
	/** Of the whole state. */
	readonly hash: string;
	readonly rooms: readonly RoomReport[];
}

interface RoomReport {
	readonly name: string;
	readonly messages: number;
	readonly owners: readonly string[];
	readonly members: readonly {
		readonly client: string;
		readonly name: string;
		readonly state: unknown;
	}[];
}

/** The names under which anyone ever came into each room. */
export class Visitors {
	readonly #nameKeys = new Map<string, Set<string>>();

	note(event: PlumeEvent): void {
		if (event.type === "room.forgotten") this.#nameKeys.delete(event.room);
		if (event.type !== "client.entered") return;
		const { room, nameKey } = event;
		const known = this.#nameKeys.get(room)?.add(nameKey);
		if (!known) this.#nameKeys.set(room, new Set([nameKey]));
	}

	of(room: string): ReadonlySet<string> | undefined {
		return this.#nameKeys.get(room);
	}
}

/** Of the whole state, or of the part that was asked for. */
export function reportOf(
	state: State,
	{ seq, time }: Folded,
	{ room, client }: Scope,
	visitors: Visitors,
): Report {
	const names = [...state.roomNames].filter((name) => name === (room ?? name));
	const rooms = names.map((name) =>
		roomReport(state, name, client ?? "", visitors.of(name)),
	);
	return {
		format: 1,
		seq,
		time: new Date(time).toISOString(),
		hash: state.hash(),
		rooms: rooms.filter(({ members }) => !client || members.length > 0),
	};
}

function roomReport(
	state: State,
	name: string,
	client: string,
	visitors: ReadonlySet<string> | undefined,
): RoomReport {
	const members = [...(state.room(name)?.context.members ?? [])];
	const owners = state.server.context.names
		.filter((_, nameKey) => visitors?.has(nameKey))
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

export function describe({ seq, time, hash, rooms }: Report): string {
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
