/**
 * What was said of each message: its newest words, its reactions, its pin. A
 * projection of the log, found by target, which contains no text. Relations in
 * the growing segment are in its index; those of full segments are merged into
 * blocks on the disk, of so many targets each.
 */
import type { RoomName } from "../../machines/events.ts";
import { asError } from "../log/cache.ts";
import type { Indexes } from "./indexes.ts";
import type { Block, RelationFiles } from "./relation-files.ts";
import type { IndexedRelation, RoomIndex } from "./segment-index.ts";

/** Targets of one block. */
const BLOCK_TARGETS = 256;
/** Blocks in memory. */
const MAX_CACHED = 16;

/** What was said of one message, in the order of the log. */
export interface Related {
	/** Its newest words. */
	readonly edited?: IndexedRelation | undefined;
	readonly reactions: readonly IndexedRelation[];
	readonly pinned?: IndexedRelation | undefined;
}

export const NOTHING_RELATED: Related = { reactions: [] };

const NO_BLOCK: Block = { through: 0, relations: [] };

type RoomPart = Pick<RoomIndex, "origin">;

interface RelationsParts {
	readonly log: { readonly id: string };
	readonly indexes: Indexes;
	/** Without files, all of it is in memory. */
	readonly files?: RelationFiles | undefined;
}

export class Relations {
	readonly #parts: RelationsParts;
	/** The most recently used last; without files, every block. */
	readonly #blocks = new Map<string, Block>();
	/** The last segment that is in the blocks; undefined before the first use. */
	#merged: number | undefined;
	/** The newest segment when a merge failed: it is tried again at the next one. */
	#failedAt = 0;
	/** The newest segment when the files of forgotten rooms were removed. */
	#tidiedAt = 0;

	constructor(parts: RelationsParts) {
		this.#parts = parts;
	}

	/** What was said of some items of a room, by their offsets. Must be called in the archive's turn, when the indexes are up to date. */
	async of(
		room: RoomName,
		{ origin }: RoomPart,
		targets: ReadonlySet<number>,
	): Promise<ReadonlyMap<number, Related>> {
		const related = new Map<number, Related>();
		const blocks = new Set(Array.from(targets, blockOf));
		const keys = Array.from(blocks, (block) => `${origin}-${block}`);
		await this.#forEach(room, origin, keys, (relation) => {
			const { target } = relation;
			if (targets.has(target))
				related.set(target, after(related.get(target), relation));
		});
		return related;
	}

	/** The pins of a room, the oldest first. As `of`. */
	async pinsOf(
		room: RoomName,
		{ origin }: RoomPart,
	): Promise<readonly IndexedRelation[]> {
		const pins = new Map<number, IndexedRelation>();
		await this.#forEach(room, origin, [pinsKey(origin)], (relation) => {
			if (!isAboutPins(relation)) return;
			pins.delete(relation.target);
			if (relation.kind === "pinned") pins.set(relation.target, relation);
		});
		return [...pins.values()];
	}

	/** Calls back with the relations in these blocks, and all of the room that are in no block yet, in the order of the log for each target. */
	async #forEach(
		room: RoomName,
		origin: string,
		keys: readonly string[],
		onRelation: (relation: IndexedRelation) => void,
	): Promise<void> {
		const blocks: Block[] = [];
		try {
			await this.#merge();
			for (const key of keys) blocks.push(await this.#block(key));
		} catch (error) {
			if (!(error instanceof Rotten)) throw error;
			await this.#startAnew(error);
			return this.#forEach(room, origin, keys, onRelation);
		}
		for (const { relations } of blocks)
			for (const relation of relations) onRelation(relation);
		const merged = this.#merged ?? 0;
		for (const segment of this.#parts.indexes.segments) {
			if (segment <= merged) continue;
			const index = await this.#parts.indexes.of(segment);
			const part = index?.rooms.get(room);
			if (part?.origin !== origin) continue;
			for (const relation of part.relations) onRelation(relation);
		}
	}

	/** Puts the relations of full segments into their blocks. If that fails, they are read from the indexes. Rejects with `Rotten`. */
	async #merge(): Promise<void> {
		const { indexes, files, log } = this.#parts;
		const newest = indexes.segments.at(-1) ?? 0;
		this.#merged ??= await this.#mergedBefore();
		const merged = this.#merged;
		const left = indexes.segments.filter(
			(segment) => segment > merged && segment < newest,
		);
		const isDone = left.length === 0 && this.#tidiedAt === newest;
		if (isDone || this.#failedAt === newest) return;
		try {
			for (const segment of left) {
				const index = await indexes.of(segment);
				for (const [key, added] of blocksOf(index?.rooms.values() ?? []))
					await this.#extend(key, added);
				const hash = index?.end.hash ?? "";
				await files?.saveEnd(log.id, { segment, hash });
				this.#merged = segment;
			}
			const rooms = (await indexes.of(newest))?.rooms.values() ?? [];
			await files?.tidy(new Set(Array.from(rooms, ({ origin }) => origin)));
			this.#tidiedAt = newest;
		} catch (error) {
			if (error instanceof Rotten) throw error;
			this.#failedAt = newest;
			files?.warn(asError(error));
		}
	}

	/** The last segment in the blocks on the disk; 0 if they are of no use. */
	async #mergedBefore(): Promise<number> {
		const { indexes, files, log } = this.#parts;
		const end = await files?.loadEnd(log.id).catch(() => undefined);
		const index = end && (await indexes.of(end.segment));
		if (index?.isFull && index.end.hash === end?.hash) return end.segment;
		await files?.discard().catch((error) => files.warn(asError(error)));
		return 0;
	}

	async #extend(key: string, added: readonly IndexedRelation[]): Promise<void> {
		const { through, relations } = await this.#block(key);
		const fresh = added.filter(({ seq }) => seq > through);
		const last = fresh.at(-1)?.seq;
		if (last === undefined) return;
		const current = currentOf([...relations, ...fresh]);
		const block = { through: last, relations: current };
		await this.#parts.files?.saveBlock(key, block);
		this.#cache(key, block);
	}

	async #block(key: string): Promise<Block> {
		const block = this.#blocks.get(key) ?? (await this.#load(key));
		this.#cache(key, block);
		return block;
	}

	async #load(key: string): Promise<Block> {
		try {
			return (await this.#parts.files?.loadBlock(key)) ?? NO_BLOCK;
		} catch (cause) {
			throw new Rotten(`relations ${key} can't be read`, { cause });
		}
	}

	#cache(key: string, block: Block): void {
		this.#blocks.delete(key);
		this.#blocks.set(key, block);
		const [oldest = ""] = this.#blocks.keys();
		if (this.#parts.files && this.#blocks.size > MAX_CACHED)
			this.#blocks.delete(oldest);
	}

	/** A block has rotted: all are made anew from the indexes. */
	async #startAnew(why: unknown): Promise<void> {
		const { files } = this.#parts;
		files?.warn(asError(why));
		await files?.discard();
		this.#blocks.clear();
		this.#merged = 0;
	}
}

/** A block is not what was saved. */
class Rotten extends Error {}

const blockOf = (target: number) => Math.floor(target / BLOCK_TARGETS);

const pinsKey = (origin: string) => `${origin}-pins`;

const isAboutPins = ({ kind }: IndexedRelation) =>
	kind === "pinned" || kind === "unpinned";

/** The relations of a segment, by the blocks that they belong to. */
function blocksOf(rooms: Iterable<RoomIndex>): Map<string, IndexedRelation[]> {
	const blocks = new Map<string, IndexedRelation[]>();
	const add = (key: string, relation: IndexedRelation) => {
		const block = blocks.get(key) ?? [];
		blocks.set(key, block);
		block.push(relation);
	};
	for (const { origin, relations } of rooms)
		for (const relation of relations) {
			add(`${origin}-${blockOf(relation.target)}`, relation);
			if (isAboutPins(relation)) add(pinsKey(origin), relation);
		}
	return blocks;
}

/** What was said of a message, after one more relation. One that is known already changes nothing. */
function after(
	related: Related = NOTHING_RELATED,
	relation: IndexedRelation,
): Related {
	const { reactions } = related;
	switch (relation.kind) {
		case "edited":
			return { ...related, edited: relation };
		case "pinned":
			return { ...related, pinned: relation };
		case "unpinned":
			return { ...related, pinned: undefined };
		case "reacted": {
			const others = reactions.filter(({ seq }) => seq !== relation.seq);
			return { ...related, reactions: [...others, relation] };
		}
		case "unreacted": {
			const isLeft = ({ offset }: IndexedRelation) =>
				offset !== relation.reaction;
			return { ...related, reactions: reactions.filter(isLeft) };
		}
	}
}

/** The relations that still hold, of any number of targets, in the order of the log. */
function currentOf(
	all: readonly IndexedRelation[],
): readonly IndexedRelation[] {
	const related = new Map<number, Related>();
	for (const relation of all)
		related.set(relation.target, after(related.get(relation.target), relation));
	const current: IndexedRelation[] = [];
	for (const one of related.values()) current.push(...relationsIn(one));
	return current.sort((one, other) => one.seq - other.seq);
}

/** The newest words first: without them, a message counts as erased. */
export const relationsIn = ({ edited, reactions, pinned }: Related) => [
	...(edited ? [edited] : []),
	...reactions,
	...(pinned ? [pinned] : []),
];
