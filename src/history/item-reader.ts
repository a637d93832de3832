/** Reads items from the log, each with what was said of it: its newest words, its reactions and its pin. */
import { isVisible, isWithText } from "../../machines/events.ts";
import { itemOf } from "../../machines/item.ts";
import type { Item, Said } from "../../machines/message.ts";
import { changed, isChange } from "../../machines/relations.ts";
import type { Log } from "../log/log.ts";
import type { FoundMessage, GivenReaction, ItemPosition } from "./found.ts";
import {
	NOTHING_RELATED,
	type Related,
	type Relations,
	relationsIn,
} from "./relations.ts";
import { authorOf, isTitle } from "./said.ts";
import {
	ItemKind,
	type ItemSpan,
	itemsFrom,
	type RoomIndex,
	type SegmentIndex,
} from "./segment-index.ts";

/** A room's part of a segment's index. */
export interface RoomPart {
	readonly index: SegmentIndex;
	readonly part: RoomIndex;
}

/** An item, and what was said of it. */
export interface DescribedItem extends ItemSpan {
	readonly related: Related;
}

/** About what a reader is sent of an item, in bytes of the log. */
export const bytesOf = ({ bytes, related }: DescribedItem): number =>
	relationsIn(related).reduce((sum, one) => sum + one.bytes, bytes);

interface ItemReaderParts {
	readonly log: Pick<Log, "id" | "segments">;
	readonly relations: Relations;
}

/** Its methods must be called in the archive's turn. */
export class ItemReader {
	readonly #parts: ItemReaderParts;

	constructor(parts: ItemReaderParts) {
		this.#parts = parts;
	}

	/** What was said of items of a room, which may be in any order. */
	async describe(
		{ part }: RoomPart,
		room: string,
		items: readonly ItemSpan[],
	): Promise<readonly DescribedItem[]> {
		if (items.length === 0) return [];
		const targets = new Set(items.map(({ offset }) => offset));
		const related = await this.#parts.relations.of(room, part, targets);
		return items.map((item) => ({
			...item,
			related: related.get(item.offset) ?? NOTHING_RELATED,
		}));
	}

	/** The items as they read now. They must be ascending. */
	async read(
		{ index }: RoomPart,
		{ room, epoch }: Pick<Item, "room" | "epoch">,
		described: readonly DescribedItem[],
	): Promise<readonly Item[]> {
		const { segments } = this.#parts.log;
		const found = await segments.fetch(index.segment, described);
		const relations = described.flatMap(({ related }) => relationsIn(related));
		const lines = await segments.fetchAll(relations);
		return found.map((stored, nth) => {
			const { at, offset, related } = described[nth] ?? NO_ITEM;
			const { event, seq, erasable } = stored;
			const person =
				"client" in event ? index.personAt(event.client, at) : undefined;
			const isKnown = person || !("client" in event);
			if (!isVisible(event) || event.room !== room || !isKnown)
				throw new Error(`event ${seq} is not what the index says it is`);
			const { name } = person ?? ("name" in event ? event : { name: "" });
			const item = itemOf(event, { epoch, offset }, name, erasable?.text);
			const now = relationsIn(related).reduce((line, { seq, offset, name }) => {
				const said = lines.get(seq);
				if (!said || !isVisible(said.event)) return line;
				const { event, erasable } = said;
				const change = itemOf(event, { epoch, offset }, name, erasable?.text);
				return isChange(change) ? changed(line, change) : line;
			}, item);
			return now.kind === "said" && now.erased ? withoutRelations(now) : now;
		});
	}

	/** A message, or a title, whose text was not erased. */
	async message(
		found: RoomPart,
		position: ItemPosition,
	): Promise<FoundMessage | undefined> {
		const { room, offset } = position;
		const items = itemsFrom(found.part, offset, 1);
		const [item] = await this.describe(found, room, items);
		if (!item || item.kind === ItemKind.relation) return undefined;
		const { segment } = found.index;
		const { segments } = this.#parts.log;
		const [said] = await segments.fetch(segment, [item]);
		if (!said || !isWithText(said.event)) return undefined;
		const author = authorOf(said.event, found.index, item.at);
		if (!author || said.event.type === "notice.posted") return undefined;
		const { edited, pinned } = item.related;
		const now = await segments.fetchAll(edited ? [edited] : []);
		const words = edited ? now.get(edited.seq) : said;
		if (!words?.erasable) return undefined;
		const { at, bytes, segment: of } = edited ?? { ...item, segment };
		return {
			...{ ...position, at, bytes, segment: of, seq: words.seq },
			...{ time: said.event.time, text: words.erasable.text, author },
			...(isTitle(said.event) && { isTitle: true as const }),
			isPinned: pinned !== undefined,
			reactions: await this.#reactions(item.related),
		};
	}

	/** The reactions whose text is still there. */
	async #reactions({ reactions }: Related): Promise<readonly GivenReaction[]> {
		const lines = await this.#parts.log.segments.fetchAll(reactions);
		return reactions.flatMap((relation) => {
			const erasable = lines.get(relation.seq)?.erasable;
			return erasable ? { ...relation, erasable } : [];
		});
	}
}

const NO_ITEM: DescribedItem = {
	...{ at: 0, bytes: 0, offset: 0, kind: ItemKind.other },
	related: NOTHING_RELATED,
};

function withoutRelations({ reactions: _, pinned: __, ...line }: Said): Said {
	return line;
}
