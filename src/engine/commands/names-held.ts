/** The names of each person. Addresses that differ only by a `+tag` belong to one person. */
import type { Claim, Identity, NameKey } from "../../../machines/events.ts";
import type { Owner, ServerContext } from "../../../machines/server.ts";
import { foldName } from "../../../machines/text.ts";
import { parseName } from "../../chat/name.ts";

type Names = ServerContext["names"];

/** Indexes by person. A claim makes a new map of names, and so a new index. */
const indexes = new WeakMap<Names, ReadonlyMap<Identity, NameKey[]>>();

/** People by what they are mentioned by, in the same way. */
const mentions = new WeakMap<Names, ReadonlyMap<string, Identity>>();

export const personOf = ({
	identity,
	person,
}: Pick<Owner, "identity" | "person">): Identity => person ?? identity;

export function namesHeld(names: Names, person: Identity): readonly NameKey[] {
	const index = indexes.get(names) ?? indexOf(names);
	indexes.set(names, index);
	return index.get(person) ?? [];
}

/** The names that a person owns, as they are spelled. `identity` leaves out those of their other addresses. */
export const spelled = (
	names: Names,
	person: Identity,
	identity?: Identity,
): readonly string[] =>
	namesHeld(names, person)
		.flatMap((key) => names.get(key) ?? [])
		.filter((owner) => (identity ?? owner.identity) === owner.identity)
		.map(({ name }) => name);

/** The person whom a folded name means. */
export function personCalled(names: Names, folded: string) {
	const people =
		mentions.get(names) ??
		new Map(
			[...names.values()].map(
				(owner) => [foldName(owner.name), personOf(owner)] as const,
			),
		);
	mentions.set(names, people);
	return people.get(folded);
}

/** Who owns a name that somebody typed. */
export function ownerCalled(names: Names, typed: string) {
	const owner = names.get(parseName(typed.replace(/^@/, ""))?.nameKey ?? "");
	return owner && { name: owner.name, person: personOf(owner) };
}

/** Who wrote under a name that may be somebody else's by now. */
export function authorCalled(
	names: Names,
	{ name, identity }: Pick<Claim, "name" | "identity">,
) {
	const isTheirs = (one?: Owner) => one?.identity === identity;
	const called = names.get(parseName(name)?.nameKey ?? "");
	const owner = isTheirs(called) ? called : names.find(isTheirs);
	const person = owner ? personOf(owner) : identity;
	return { name: owner?.name ?? nameOf(names, person), person };
}

/** A person, and every address of theirs that has a name here. */
export const identitiesOf = (
	names: Names,
	person: Identity,
): ReadonlySet<Identity> =>
	new Set([
		person,
		...namesHeld(names, person).flatMap(
			(key) => names.get(key)?.identity ?? [],
		),
	]);

/** The name that a person used last, if they have one. `identity` leaves out those of their other addresses. */
export function lastName(
	names: Names,
	person: Identity,
	identity?: Identity,
): Pick<Claim, "name" | "nameKey"> | undefined {
	let latest: (Owner & { readonly nameKey: NameKey }) | undefined;
	for (const nameKey of namesHeld(names, person)) {
		const owner = names.get(nameKey);
		if (!owner || (identity ?? owner.identity) !== owner.identity) continue;
		if (owner.lastUsed >= (latest?.lastUsed ?? 0))
			latest = { ...owner, nameKey };
	}
	return latest;
}

/** What a person is called: by the name that they used last, or by the beginning of their MAC if they have none now. */
export const nameOf = (names: Names, person: Identity): string =>
	lastName(names, person)?.name ?? `?${person.slice(0, 6)}`;

/** The person who is somewhere under a name of theirs. */
export const personUnder = (
	names: Names,
	{ identity, nameKey }: Pick<Claim, "identity" | "nameKey">,
): Identity => {
	const owner = names.get(nameKey);
	return owner?.identity === identity ? personOf(owner) : identity;
};

function indexOf(owners: Names): ReadonlyMap<Identity, NameKey[]> {
	const index = new Map<Identity, NameKey[]>();
	for (const [nameKey, owner] of owners) {
		const names = index.get(personOf(owner)) ?? [];
		names.push(nameKey);
		index.set(personOf(owner), names);
	}
	return index;
}
