/** Reports what fails in the search index, each kind once. */
import { messageOf } from "../log/disk.ts";

/** A full disk, or a broken one: a new index would fail there as well. */
export const IS_OF_DISK = /disk I\/O error|disk is full|ENOSPC/;
const [RETRY_MS, MOST_RETRY_SECONDS] = [1000, 60];
const FAILED = "search failed";

interface Report {
	warn(fields: object, message: string): void;
}

export class Failures {
	readonly #report: Report;
	/** Failed turns and searches since a turn that did not fail, by the words in which they are reported. */
	readonly #counts = new Map<string, number>();
	/** What could not be read of the log, in words. */
	readonly #unread = new Set<string>();

	constructor(report: Report) {
		this.#report = report;
	}

	/** Counts a failure. Answers in how many milliseconds to try again. */
	add(thrown: unknown): number {
		const error = messageOf(thrown);
		const words = IS_OF_DISK.test(error)
			? "the disk takes nothing for the search index: make room, or what is new can't be found"
			: FAILED;
		const count = (this.#counts.get(words) ?? 0) + 1;
		this.#counts.set(words, count);
		if (count === 1) this.#report.warn({ error }, words);
		return RETRY_MS * Math.min(count, MOST_RETRY_SECONDS);
	}

	/** A turn did not fail. */
	clear(): void {
		this.#counts.clear();
	}

	/** A line that has rotted stays so, however often it is looked at. */
	readonly onUnread = (thrown: unknown): void => {
		const error = messageOf(thrown);
		if (this.#unread.has(error)) return;
		this.#unread.add(error);
		this.#report.warn({ error }, FAILED);
	};
}
