/**
 * Reads a state from a snapshot of the log.
 *
 * The format of `log/snapshots.ts` must change whenever the shape of a context does.
 */
import { Map as PersistentMap } from "immutable";
import type { RoomContext } from "../../machines/room.ts";
import type { ServerContext } from "../../machines/server.ts";
import { machinesAtHand, type Saved } from "./machines.ts";
import { type SavedState, State, type StateParts } from "./state.ts";

/** A context as JSON: its maps are objects. */
type Plain<Context> = {
	readonly [Key in keyof Context]: NonNullable<Context[Key]> extends {
		toObject(): infer Entries;
	}
		? Entries | (undefined extends Context[Key] ? undefined : never)
		: Context[Key];
};

/** `text` is the canonical text, whose hash was checked. */
export function deserialize(
	text: string,
	log: StateParts["log"],
	time = 0,
): State {
	const json: {
		readonly server: Saved<Plain<ServerContext>>;
		readonly rooms: { readonly [name: string]: Saved<Plain<RoomContext>> };
		readonly clients: SavedState["clients"];
	} = JSON.parse(text);
	const { value, context } = json.server;
	const { bans, blocks, reports, invitations, guests } = context;
	const server = machinesAtHand.server.restore({
		value,
		context: {
			...context,
			sessions: mapOf(context.sessions),
			names: mapOf(context.names),
			bans: bans && mapOf(bans),
			blocks: blocks && mapOf(blocks),
			reports: reports && mapOf(reports),
			invitations: invitations && mapOf(invitations),
			guests: guests && mapOf(guests),
		},
	});
	const rooms = mapOf(json.rooms).map(({ value, context }) =>
		machinesAtHand.room.restore({
			value,
			context: {
				...context,
				members: mapOf(context.members),
				holders: mapOf(context.holders),
				last: mapOf(context.last),
				known: mapOf(context.known),
				mutes: context.mutes && mapOf(context.mutes),
				kicks: context.kicks && mapOf(context.kicks),
				people: context.people && mapOf(context.people),
			},
		}),
	);
	const clients = mapOf(json.clients).map(machinesAtHand.client.restore);
	const pending = clients.filter((client) => client.matches("awaitingCode"));
	const inside = clients.filter((client) => client.matches("inRoom"));
	const memberships = PersistentMap<string, readonly string[]>().withMutations(
		(all) => {
			for (const [room, { context }] of rooms)
				for (const person of context.people?.keys() ?? [])
					all.update(person, [], (others) => [...others, room]);
		},
	);
	return new State({
		...{ log, time, server, rooms, clients },
		logins: pending.map(({ context }) => context.pending),
		inside: inside
			.groupBy(({ context }) => context.identity)
			.map((same) => [...same.keys()]),
		memberships,
	});
}

/** By way of entries, since to type-check a map made of an object takes twenty times as long. */
const mapOf = <Value>(plain: { readonly [key: string]: Value }) =>
	PersistentMap(Object.entries(plain));
