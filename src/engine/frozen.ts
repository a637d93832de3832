/**
 * A state as a value: what snapshots hold and state hashes are taken of. It
 * shares the live machines' contexts, which are immutable, so it costs next
 * to nothing and stays as it is. No text is in it: none is in any state.
 *
 * The format of `log/snapshots.ts` must change whenever the shape of a context does.
 */
import { Map as PersistentMap } from "immutable";
import type { StateValue } from "xstate";
import type { ClientContext } from "../../machines/client.ts";
import type { RoomContext } from "../../machines/room.ts";
import type { ServerContext } from "../../machines/server.ts";

/** The part of an actor that is state. */
export interface Face<Context> {
	readonly value: StateValue;
	readonly context: Context;
}

export interface Frozen {
	readonly server: Face<ServerContext>;
	readonly rooms: { readonly [name: string]: Face<RoomContext> };
	readonly clients: { readonly [id: string]: Face<ClientContext> };
}

export function faceOf<Context>(actor: {
	getSnapshot(): Face<Context>;
}): Face<Context> {
	const { value, context } = actor.getSnapshot();
	return { value, context };
}

/** How a map comes back from JSON. */
type Plain<Context> = {
	readonly [Key in keyof Context]: Context[Key] extends {
		toObject(): infer Entries;
	}
		? Entries
		: Context[Key];
};

/** Of entries: types are checked twenty times slower where a map is made of an object. */
const mapOf = <Value>(plain: { readonly [key: string]: Value }) =>
	PersistentMap(Object.entries(plain));

/** Makes a frozen state of its canonical text, which its hash has vouched for. */
export function thaw(text: string): Frozen {
	const json: {
		readonly server: Face<Plain<ServerContext>>;
		readonly rooms: { readonly [name: string]: Face<Plain<RoomContext>> };
		readonly clients: Frozen["clients"];
	} = JSON.parse(text);
	const { sessions, names, ...others } = json.server.context;
	const rooms = Object.entries(json.rooms).map(([name, { value, context }]) => {
		const { members, holders, last, known } = context;
		const maps = {
			members: mapOf(members),
			holders: mapOf(holders),
			last: mapOf(last),
			known: mapOf(known),
		};
		return [name, { value, context: { ...context, ...maps } }] as const;
	});
	return {
		server: {
			value: json.server.value,
			context: {
				...others,
				sessions: mapOf(sessions),
				names: mapOf(names),
			},
		},
		rooms: Object.fromEntries(rooms),
		clients: json.clients,
	};
}
