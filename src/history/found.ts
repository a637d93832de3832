/** What a search in the log finds. */
import type { Erasable } from "../../machines/events.ts";
import type { Item } from "../../machines/message.ts";
import type { EventSpan } from "../log/log.ts";
import type { IndexedRelation, Person } from "./segment-index.ts";

export type ItemPosition = Pick<Item, "room" | "epoch" | "offset">;

/** A text that was not erased: of a message, a notice, a title or a relation. */
export interface Found extends ItemPosition, EventSpan {
	readonly time: number;
	readonly text: string;
	readonly author: Person;
	/** Set by `saidBy` and `textsIn`: another one than the previous message's if another message under the author's name, which is not found, may be in between. */
	readonly run?: string;
	/** It is the title of a room, or its topic. */
	readonly isTitle?: true;
	/** It is a relation, to the item at this offset. */
	readonly relation?: Pick<IndexedRelation, "kind" | "target">;
}

/** A reaction, with the emoji. */
export interface GivenReaction extends IndexedRelation {
	readonly erasable: Erasable;
}

/** A message as it reads now: `seq` and its span are those of the line that has its words. */
export interface FoundMessage extends Found {
	readonly reactions: readonly GivenReaction[];
	readonly isPinned: boolean;
}
