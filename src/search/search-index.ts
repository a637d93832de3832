/**
 * Finds messages by their words. The index is a projection of the log that can
 * be deleted at any time: it follows what is published, a turn at a time, and
 * stores how far it has come in the same transaction. What it finds is read
 * from the log, so what was erased is never shown, however late the index is.
 *
 * An erased text must leave the index too, which needs the text: it is read
 * before it is overwritten, and given to the index after. A crash in between
 * shows when the index comes to the event that erased it, which it always does
 * later. Then it is made anew.
 */

import type { Clock } from "../clock.ts";
import type { Archive } from "../history/archive.ts";
import { messageOf } from "../log/disk.ts";
import { GENESIS } from "../log/line.ts";
import type { EventSpan } from "../log/log.ts";
import { ErasedTexts } from "./erased-texts.ts";
import { Failures, IS_OF_DISK } from "./failures.ts";
import { type FoundLines, findLines, type Question } from "./find-lines.ts";
import { readRows, readTexts } from "./log-lines.ts";
import type { Batch, IndexedEnd, SearchStore, Wanted } from "./store.ts";

/** How long a message may wait until it is indexed, if nobody searches. */
const INDEX_MS = 1000;
/** A search waits for so many events to be indexed; if there are more, the newest are missing. */
const MOST_AWAITED = 5000;
/** Rows that are stored at once: many are quicker, few hold up those who talk less. Somebody who searches waits for all of them. */
const [TURN_ROWS, AWAITED_TURN_ROWS, BUSY_TURN_ROWS] = [1000, 400, 50];
/** While people talk, so many times as long as a turn takes is left to them before the next one. */
const REST = 4;
/** For how long no erased text may leave the index while some are in it. Then the index is deleted. */
const LONGEST_WIPE_MS = 10_000;
/** Failures of one kind of question in a row after which the index is made anew. */
const MOST_FAILED = 3;
/** A search that takes too long, or that the index can't parse. */
const IS_OF_SEARCH = /worker|syntax/;
interface SearchIndexParts {
	readonly store: SearchStore;
	readonly archive: Archive;
	readonly clock: Clock;
	readonly report: { warn(fields: object, message: string): void };
	/** The last seq that is published. */
	readonly published: number;
}

export class SearchIndex {
	readonly #parts: SearchIndexParts;
	/** How far the log is indexed; undefined until the index is opened, and after a failure. */
	#end: IndexedEnd | undefined;
	#published: number;
	/** What was published when the turn before began. */
	#publishedBefore: number;
	#turn: Promise<unknown> = Promise.resolve();
	#pending = 0;
	readonly #erased = new ErasedTexts();
	#isDue = false;
	#isClosed = false;
	readonly #failures: Failures;
	/** Failures in a row, by what the index was asked. */
	readonly #failed = new Map<keyof SearchStore, number>();
	/** Why the index is to be made anew, if it is. */
	#flaw: string | undefined;
	#stopWiping: (() => void) | undefined;

	constructor(parts: SearchIndexParts) {
		this.#parts = parts;
		this.#failures = new Failures(parts.report);
		this.#published = this.#publishedBefore = parts.published;
		this.#runSoon(INDEX_MS);
	}

	/** Whether nothing is being read or written. */
	get isIdle(): boolean {
		return this.#pending === 0;
	}

	/** The last seq that is indexed. */
	get indexed(): number {
		return this.#end?.seq ?? 0;
	}

	/** Call once an event is published: its texts are final, or gone. */
	onPublished(seq: number): void {
		this.#published = seq;
		this.#runSoon(INDEX_MS);
	}

	/** The lines that match, as they read now; undefined if too many words share a beginning. Rejects if the index or the log can't be read. */
	find(question: Question): Promise<FoundLines | undefined> {
		return this.#inTurn(() => this.#find(question)).catch((error) => {
			this.#fail(error);
			throw error;
		});
	}

	/** Call before texts are overwritten: without them, the index could only be made anew. Never rejects: lines that can't be read count as gone. */
	async remember(spans: readonly EventSpan[]): Promise<void> {
		this.#erased.remember(
			// None is held in memory for an index that is to be deleted.
			this.#flaw
				? new Map(spans.map(({ seq }) => [seq, undefined]))
				: await readTexts(this.#parts.archive, spans, this.#failures.onUnread),
		);
	}

	/** Call once the texts are overwritten. They leave the index soon, or it is deleted. */
	wipe(seqs: readonly number[]): void {
		this.#erased.onOverwritten(seqs);
		this.#wipeSoon();
	}

	/** Resolves once no overwritten text is in the index, or after so long. */
	wiped(mostMs?: number): Promise<void> {
		return new Promise((resolve) => {
			const giveUp = this.#erased.whenWiped(resolve);
			if (mostMs !== undefined) this.#parts.clock.after(mostMs, giveUp);
		});
	}

	async close(): Promise<void> {
		this.#isClosed = true;
		await this.#turn;
		await this.#parts.store.close();
	}

	#wipeSoon(): void {
		this.#inTurn(async () => {}).catch(this.#fail);
	}

	/** Ends what hangs, so that the next turn can delete the index. */
	async #giveUpWiping(): Promise<void> {
		if (this.#isClosed) return;
		this.#flaw = "a text could not be taken out of it in time";
		await this.#parts.store.close().catch(() => {});
		this.#wipeSoon();
	}

	/** Runs tasks one after the other; none once it is closed. Erased texts are taken out before each, however many wait. */
	#inTurn<Value>(task: () => Promise<Value>): Promise<Value> {
		this.#pending++;
		const done = this.#turn
			.then(() => this.#wipe())
			.then(() => {
				if (this.#isClosed) throw new Error("the server stops");
				return task();
			})
			.finally(() => this.#pending--);
		this.#turn = done.catch(() => {});
		return done;
	}

	#runSoon(delayMs: number): void {
		if (this.#isDue || this.#isClosed) return;
		this.#isDue = true;
		this.#parts.clock.after(delayMs, () => {
			this.#isDue = false;
			if (!this.#isClosed) void this.#runTurn();
		});
	}

	async #runTurn(): Promise<void> {
		const { clock } = this.#parts;
		const isBusy = this.#published > this.#publishedBefore;
		this.#publishedBefore = this.#published;
		let began = clock.now();
		try {
			const isMore = await this.#inTurn(() => {
				began = clock.now();
				return this.#index(isBusy ? BUSY_TURN_ROWS : TURN_ROWS);
			});
			this.#failures.clear();
			const restMs = isBusy ? REST * (clock.now() - began) : 0;
			if (isMore) this.#runSoon(restMs);
		} catch (error) {
			this.#fail(error);
		}
	}

	/** What is wrong with the index is no reason to stop: it is tried again. */
	readonly #fail = (thrown: unknown): void => {
		if (!this.#isClosed) this.#runSoon(this.#failures.add(thrown));
	};

	/** Asks the index. If it fails it is opened again, and made anew if that does not help. */
	async #ask<Value>(
		kind: keyof SearchStore,
		answer: Promise<Value>,
	): Promise<Value> {
		try {
			const value = await answer;
			this.#failed.delete(kind);
			return value;
		} catch (error) {
			this.#end = undefined;
			const words = messageOf(error);
			if (IS_OF_DISK.test(words)) throw error;
			if (kind === "find" && IS_OF_SEARCH.test(words)) throw error;
			const failed = (this.#failed.get(kind) ?? 0) + 1;
			this.#failed.set(kind, failed);
			if (failed % MOST_FAILED === 0) this.#flaw = "it fails";
			throw error;
		}
	}

	/** Deletes the index, so that it is made anew. What was to be taken out of it is not in the new one. In a turn only; if it fails, the next turn tries it again. */
	async #reset(why: string): Promise<void> {
		const { store, report } = this.#parts;
		report.warn({ why }, "the search index is made anew");
		this.#flaw = why;
		this.#end = undefined;
		await this.#ask("reset", store.reset());
		this.#flaw = undefined;
		this.#onProgress();
		this.#erased.onReset();
	}

	/** Opens the index, unless it is open. */
	async #begin(): Promise<IndexedEnd> {
		const { store, archive } = this.#parts;
		const { log } = archive;
		const end = await this.#ask("begin", store.begin(log.id));
		if (end) {
			const hash = await log.segments.hashAt(end.segment, end.at);
			if (hash === end.hash) return end;
			await this.#reset("the log is another");
			await this.#ask("begin", store.begin(log.id));
		}
		const [segment = 1] = await log.segments.list();
		return { segment, at: 0, seq: segment - 1, hash: GENESIS };
	}

	/** Indexes the lines of one turn. Answers whether there are more. */
	async #index(turnRows: number): Promise<boolean> {
		this.#end ??= await this.#begin();
		const { archive } = this.#parts;
		const from = this.#end;
		if (from.seq >= this.#published) return false;
		const { rows, erased, end } = await readRows(
			archive,
			from,
			() => this.#published,
			turnRows,
		);
		const textOf = (seq: number) => this.#erased.textOf(seq);
		const wipes = erased.map((seq) => ({ seq, text: textOf(seq) }));
		const isAnything = end.seq > from.seq;
		if (isAnything && !(await this.#apply({ rows, wipes, end }))) return true;
		this.#end = end;
		const isMore = isAnything || end.segment !== from.segment;
		return isMore && end.seq < this.#published;
	}

	/** False if an erased text is not known any more: then the index is made anew. */
	async #apply(batch: Batch): Promise<boolean> {
		if (await this.#ask("apply", this.#parts.store.apply(batch))) return true;
		await this.#reset("an erased text was not known any more");
		return false;
	}

	/** Takes texts out of the index that are gone from the log, or deletes it if it has a flaw. */
	async #wipe(): Promise<void> {
		if (this.#flaw) await this.#reset(this.#flaw);
		for (;;) {
			const wipes = this.#erased.next();
			if (wipes.length === 0) return;
			this.#stopWiping ??= this.#parts.clock.after(
				LONGEST_WIPE_MS,
				() => void this.#giveUpWiping(),
			);
			this.#end ??= await this.#begin();
			if (!(await this.#apply({ rows: [], wipes }))) return;
			this.#onProgress();
			this.#erased.onWiped(wipes);
		}
	}

	#onProgress(): void {
		this.#stopWiping?.();
		this.#stopWiping = undefined;
	}

	async #find(question: Question): Promise<FoundLines | undefined> {
		const isBehind = !(await this.#catchUp());
		const { archive, store } = this.#parts;
		const find = (wanted: Wanted) => this.#ask("find", store.find(wanted));
		const { onUnread } = this.#failures;
		const found = await findLines(archive, question, find, onUnread);
		return found && { ...found, isBehind };
	}

	/** Indexes what was published lately; false if that is too much to wait for. */
	async #catchUp(): Promise<boolean> {
		for (;;) {
			this.#end ??= await this.#begin();
			if (this.#published - this.#end.seq > MOST_AWAITED) return false;
			if (!(await this.#index(AWAITED_TURN_ROWS))) return true;
		}
	}
}
