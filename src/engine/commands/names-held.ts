/** The names of each person. Addresses that differ only by a `+tag` belong to one person. */
import type { Identity, NameKey } from "../../../machines/events.ts";
import type { Owner, ServerContext } from "../../../machines/server.ts";

type Names = ServerContext["names"];

/** Indexes by person. A claim makes a new map of names, and so a new index. */
const indexes = new WeakMap<Names, ReadonlyMap<Identity, NameKey[]>>();

export const personOf = ({ identity, person }: Owner): Identity =>
	person ?? identity;

export function namesHeld(names: Names, person: Identity): readonly NameKey[] {
	const index = indexes.get(names) ?? indexOf(names);
	indexes.set(names, index);
	return index.get(person) ?? [];
}

/** Every address of a person that has a name here. */
export const identitiesOf = (
	names: Names,
	person: Identity,
): ReadonlySet<Identity> =>
	new Set(
		namesHeld(names, person).flatMap((key) => names.get(key)?.identity ?? []),
	);

/** Whether a person has blocked another, whichever of their addresses these are. */
export function hasBlocked(
	{ names, blocks }: ServerContext,
	reader: Identity,
	writer: Identity,
): boolean {
	if (!blocks) return false;
	const [by, blocked] = [reader, writer].map(
		(identity) =>
			names.find((owner) => owner.identity === identity)?.person ?? identity,
	);
	return blocks.get(by ?? "")?.includes(blocked ?? "") === true;
}

function indexOf(owners: Names): ReadonlyMap<Identity, NameKey[]> {
	const index = new Map<Identity, NameKey[]>();
	for (const [nameKey, owner] of owners) {
		const names = index.get(personOf(owner)) ?? [];
		names.push(nameKey);
		index.set(personOf(owner), names);
	}
	return index;
}
