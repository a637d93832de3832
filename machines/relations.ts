/**
 * What becomes of a line when something is said of it later: it is erased, or
 * gets other words, a reaction or a pin. The live server, the readers of the
 * log and the page all do it here. Doing it once more changes nothing.
 */
import type { Erasure, Item, Relation, Said } from "./message.ts";

/** An item that changes earlier ones. */
export type Change = Erasure | Relation;

const relations: ReadonlySet<string> = new Set<Relation["kind"]>([
	...(["edited", "reacted", "unreacted", "pinned", "unpinned"] as const),
]);

export const isRelation = <Line extends { readonly kind: string }>(
	line: Line,
): line is Extract<Line, Relation> => relations.has(line.kind);

export const isChange = <Line extends { readonly kind: string }>(
	line: Line,
): line is Extract<Line, Change> => line.kind === "erased" || isRelation(line);

/** A line of the room, or one that only one reader has. */
type AnyLine = Item | { readonly kind: "aside" | "local" };

/** A line after a change: the same object, unless the change is about it. It keeps its offset. */
export const changed = <Line extends AnyLine>(line: Line, change: Change) =>
	change.kind === "erased" ? without(line, change) : related(line, change);

/** A line after an erasure: without its text if the erasure covers it. A title or topic is erased by its own offset only, other words for a message by that of the message too. */
export function without<Line extends AnyLine>(line: Line, erasure: Erasure) {
	if (!("room" in line) || !("text" in line)) return line;
	const { room, epoch, target } = erasure;
	if (line.room !== room || line.epoch !== epoch) return line;
	const isMeant =
		line.offset === target ||
		(line.kind === "edited" && line.target === target) ||
		(line.kind !== "titled" && line.kind !== "topic" && covers(erasure, line));
	if (isMeant) {
		const { reactions, pinned, ...rest } = line as Line & Partial<Said>;
		return { ...rest, text: "", erased: true };
	}
	return line.kind === "said" && line.reactions
		? withReactions(line, (by) => by.filter((one) => !covers(erasure, one)))
		: line;
}

type Placed = Pick<Item, "name" | "offset">;

const covers = (
	{ name, from = 0, through = 0 }: Erasure,
	{ name: whose, offset }: Placed,
) => name === whose && from <= offset && offset <= through;

type Reaction = NonNullable<Said["reactions"]>[number];

/** A line whose reactions have other givers; one without any is left out. */
function withReactions(
	line: Said,
	change: (by: Reaction["by"], text: string) => Reaction["by"],
): Said {
	const { reactions = [], ...rest } = line;
	const left = reactions
		.map(({ text, by }) => ({ text, by: change(by, text) }))
		.filter(({ by }) => by.length > 0)
		.sort((one, other) => firstOf(one) - firstOf(other));
	return left.length > 0 ? { ...rest, reactions: left } : rest;
}

/** Reactions stand in the order of the first who still gives each. */
const firstOf = ({ by: [first] }: Reaction) => first?.offset ?? 0;

function related<Line extends AnyLine>(line: Line, relation: Relation) {
	if (!("room" in line)) return line;
	const { room, epoch, target } = relation;
	if (line.room !== room || line.epoch !== epoch) return line;
	// These words are no longer anywhere.
	const isOlder = line.kind === "edited" && line.offset < relation.offset;
	if (isOlder && relation.kind === "edited" && line.target === target)
		return { ...line, text: "", erased: true };
	if (line.kind !== "said" || line.offset !== target) return line;
	return afterRelation(line, relation);
}

const withoutReaction = (line: Said, at: number) =>
	withReactions(line, (by) => by.filter(({ offset }) => offset !== at));

/** A message after something was said of it. */
function afterRelation(line: Said, relation: Relation): Said {
	switch (relation.kind) {
		case "edited": {
			// Its text is gone: a later change says what became of it.
			if (relation.erased) return line;
			const { erased: _, ...rest } = line;
			return { ...rest, text: relation.text, edited: relation.time };
		}
		case "reacted": {
			// A line without its text may be edited next, and have it again.
			if (relation.erased) return line;
			const { name, offset, text } = relation;
			// A name may have been another person's before.
			const { reactions = [] } = withoutReaction(line, offset);
			const isThere = reactions.some((one) => one.text === text);
			const all = isThere ? reactions : [...reactions, { text, by: [] }];
			return withReactions({ ...line, reactions: all }, (by, emoji) =>
				emoji === text ? [...by, { name, offset }] : by,
			);
		}
		case "unreacted":
			return withoutReaction(line, relation.reaction);
		case "pinned":
			return { ...line, pinned: relation.name };
		case "unpinned": {
			const { pinned: _, ...rest } = line;
			return rest;
		}
	}
}
