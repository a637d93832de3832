/** Which names a person holds. Addresses that differ by a `+tag` are one person's. */
import type { Identity, NameKey } from "../../../machines/events.ts";
import type { Owner, ServerContext } from "../../../machines/server.ts";

type Names = ServerContext["names"];

/** Of the names as they are at one time, which a later claim changes into others. */
const indexes = new WeakMap<Names, ReadonlyMap<Identity, NameKey[]>>();

export const personOf = ({ identity, person }: Owner): Identity =>
	person ?? identity;

export function namesHeld(names: Names, person: Identity): readonly NameKey[] {
	const index = indexes.get(names) ?? indexOf(names);
	indexes.set(names, index);
	return index.get(person) ?? [];
}

function indexOf(names: Names): ReadonlyMap<Identity, NameKey[]> {
	const index = new Map<Identity, NameKey[]>();
	for (const [nameKey, owner] of names) {
		const held = index.get(personOf(owner)) ?? [];
		held.push(nameKey);
		index.set(personOf(owner), held);
	}
	return index;
}
