/** Searches what was said in rooms that one may enter. It is read from an index and the log, so the answer comes later. */
import type { Identity } from "../../../machines/events.ts";
import { parseRoomName } from "../../chat/room-name.ts";
import { wantedOf } from "../../search/match.ts";
import { parseQuery } from "../../search/query.ts";
import { SEARCH_CURSOR } from "../pages.ts";
import { inside, mayEnter, NOTHING, refuse, type View } from "./decision.ts";
import { identitiesOf, namesHeld } from "./names-held.ts";

/** A key that no room has. */
const NO_ROOM = "~";

/** By then the search that the person has under way is mostly done. */
const AGAIN_MS = 500;

export const find = inside<"find">(
	({ view, connection, asker, person }, command, { pages, liveUpdates }) => {
		const { state } = view;
		const query = parseQuery(command.text);
		if (typeof query === "string") return refuse(query);
		const { room = asker.room, before } = command;
		const named = query.in.map((name) => parseRoomName(name) ?? NO_ROOM);
		const inPublic = command.all === true && named.length === 0;
		const mine = inPublic ? state.roomsOf(person) : [room];
		const rooms = named.length > 0 ? named : mine;
		const isThere = inPublic || rooms.some((one) => state.room(one));
		// Before anything is read: what one may not enter is not there.
		if (!isThere || !rooms.every((one) => mayEnter(state, one, person)))
			return refuse("isOpenToThem");
		const below =
			before === undefined
				? undefined
				: view.secrets.unseal(SEARCH_CURSOR, before);
		if (before !== undefined && below === undefined)
			return refuse("placeIsKnown");
		const scope = { rooms, inPublic, ...whoIs(view, person) };
		const wanted = { ...wantedOf(query, scope), below };
		const mayRead = (one: string) => liveUpdates.mayRead(person, one);
		const asked = { person, wanted, phrases: query.phrases, id: command.id };
		return pages.askSearch(connection, mayRead, asked)
			? NOTHING
			: refuse("isNotTooFast", { retryAfterMs: AGAIN_MS });
	},
);

/** What a person is called here, and every address of theirs, as keyed hashes. */
function whoIs({ state }: View, person: Identity) {
	const { names } = state.server.context;
	const keys = namesHeld(names, person);
	return {
		names: keys.flatMap((key) => names.get(key)?.name ?? []),
		identities: [...identitiesOf(names, person)],
	};
}
