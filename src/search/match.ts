/** Writes a query in the syntax of FTS5. Every word and term is in quotation marks and has none itself. */
import type { Query } from "./query.ts";
import type { Wanted } from "./store.ts";
import {
	answeredTerm,
	authorTerm,
	hasTerm,
	mentionTerm,
	PUBLIC,
	roomTerm,
} from "./terms.ts";

/** Where somebody searches, and who they are. */
export interface Scope {
	readonly rooms: readonly string[];
	/** Also in all rooms that anyone may enter. */
	readonly inPublic: boolean;
	readonly names: readonly string[];
	readonly identities: readonly string[];
}

const quoted = (words: string) => `"${words.replaceAll('"', "")}"`;

/** No line has the first one: a list of none finds nothing. */
const oneOf = (terms: readonly string[]) =>
	`terms : (${["none", ...terms].map(quoted).join(" OR ")})`;

/** The index has the beginnings of two and three letters. */
const INDEXED_LETTERS = 3;

/** The beginnings in a query that are looked up word by word. */
const beginningsOf = ({ phrases }: Query): readonly string[] =>
	phrases.flatMap(({ tokens, isPrefix }) => {
		const last = isPrefix ? (tokens.at(-1) ?? "") : "";
		return [...last].length > INDEXED_LETTERS ? [last] : [];
	});

/** Looking up a term takes up to 0.1 ms. With more own rooms than this, checking each hit is quicker than a term for each room. */
const MANY_ROOMS = 32;

export function wantedOf(query: Query, scope: Scope): Omit<Wanted, "limit"> {
	const { rooms, inPublic, names, identities } = scope;
	const conditions = query.has.map((kind) => oneOf([hasTerm[kind]]));
	if (query.from.length > 0) {
		const me = (name: string) => (name === "me" ? names : [name]);
		conditions.push(oneOf(query.from.flatMap(me).map(authorTerm)));
	}
	if (query.toMe)
		conditions.push(
			oneOf([...names.map(mentionTerm), ...identities.map(answeredTerm)]),
		);
	for (const { tokens, isPrefix } of query.phrases)
		conditions.push(
			`words : ${quoted(tokens.join(" "))}${isPrefix ? " *" : ""}`,
		);
	const isWide = inPublic && rooms.length > MANY_ROOMS && conditions.length > 0;
	if (!isWide)
		conditions.push(
			oneOf([...rooms.map(roomTerm), ...(inPublic ? [PUBLIC] : [])]),
		);
	return {
		match: conditions.join(" AND "),
		ownRooms: isWide ? rooms : undefined,
		beginnings: beginningsOf(query),
		...{ after: query.after, before: query.before },
	};
}
