/**
 * Erases what is older than its room keeps it. Each hour the log is read from
 * where the hour before ended, so it is read once in all; a start or a reload
 * begins anew.
 */
import type { PlumeEvent, RoomName } from "../../machines/events.ts";
import type { Found } from "../history/found.ts";
import { textsIn } from "../history/said.ts";
import { messageOf } from "../log/disk.ts";
import { Deposed } from "../log/group-commit.ts";
import { hoursOf, type Retention } from "../retention.ts";
import { retentionChanged } from "./commands/room-retention.ts";
import type { Erasures } from "./erasures.ts";
import { leads, type RunningParts, viewOf } from "./parts.ts";

const HOUR_MS = 3_600_000;

/** How far all texts of one age are erased. */
interface Swept {
	/** The segment of the first text that is left. */
	readonly segment: number;
	/** No text is left that was said before, but in `unread` and for `inUse`. */
	readonly before: number;
	/** Segments that could not be read to their end. Each hour tries them again. */
	readonly unread: Set<number>;
	/** Titles and topics that rooms had when their time came. */
	readonly inUse: readonly Found[];
}

export class RetentionSweep {
	readonly #parts: RunningParts;
	readonly #erasures: Erasures;
	/** By age, in hours. */
	readonly #swept = new Map<number, Swept>();
	/** The setting that `#swept` is about. */
	#retention: Retention | undefined;
	#isSweeping = false;
	/** An hour has passed since the last sweep began. */
	#isDue = false;

	constructor(parts: RunningParts, erasures: Erasures) {
		this.#parts = parts;
		this.#erasures = erasures;
	}

	start(): void {
		this.#notifyRooms();
		this.#parts.pipeline.afterwards(() => this.sweep());
	}

	onCommitted(event: PlumeEvent<"room.opened" | "retention.changed">): void {
		if (event.type === "room.opened") this.#notifyRooms();
		else this.#parts.server.room(event.room).retentionHours = event.hours;
	}

	/** Tells rooms that are new, or whose setting has changed. */
	#notifyRooms(): void {
		const { pipeline } = this.#parts;
		if (!leads(this.#parts)) return;
		pipeline.whenWritable(() => {
			for (const some of retentionChanged(viewOf(this.#parts)))
				pipeline.append(some);
		});
	}

	/** Erases in the background what is too old by now. */
	sweep(): void {
		this.#isDue = true;
		if (this.#isSweeping) return;
		this.#isSweeping = true;
		this.#sweep()
			.catch((error: unknown) => {
				// It may have ended between two segments: all is looked at again.
				this.#swept.clear();
				if (!(error instanceof Deposed)) this.#warn(error);
			})
			.finally(() => {
				this.#isSweeping = false;
			});
	}

	#warn(error: unknown): void {
		const fields = { error: messageOf(error) };
		this.#parts.report.warn(fields, "what is too old could not be read");
	}

	/** For an hour after rooms were told, an operator can take back what was a mistake. */
	get #isTooSoon(): boolean {
		const view = viewOf(this.#parts);
		const since = view.now - HOUR_MS;
		const isNew = view.state.rooms.some(
			({ context: { retention } }) => (retention?.since ?? 0) > since,
		);
		return isNew || retentionChanged(view).length > 0;
	}

	async #sweep(): Promise<void> {
		while (this.#isDue && !this.#isTooSoon) {
			this.#isDue = false;
			const { retention } = this.#parts.policy;
			if (retention !== this.#retention) this.#swept.clear();
			this.#retention = retention;
			for (const hours of new Set(retention.map(({ hours }) => hours)))
				if (Number.isFinite(hours)) await this.#sweepAge(hours, retention);
		}
	}

	async #sweepAge(hours: number, retention: Retention): Promise<void> {
		const { archive, clock, policy } = this.#parts;
		const now = clock.now();
		const before = now - hours * HOUR_MS;
		const none = {
			segment: 0,
			before: 0,
			unread: new Set<number>(),
			inUse: [],
		};
		const swept: Swept = this.#swept.get(hours) ?? none;
		const { unread } = swept;
		let { inUse } = swept;
		const replaced = inUse.filter((one) => !this.#isInUse(one));
		const again = new Set([...unread, ...replaced.map((one) => one.segment)]);
		if (before < swept.before && again.size === 0) return;
		await archive.catchUp();
		for (const segment of archive.indexes.segments) {
			if (segment < swept.segment && !again.has(segment)) continue;
			const used: Found[] = [];
			const left = await this.#eraseOld(
				segment,
				before,
				unread,
				// A reload ends what it no longer wants.
				(room) =>
					policy.retention === retention && hoursOf(retention, room) === hours,
				(found) => used.push(found),
			);
			inUse = [...inUse.filter((one) => one.segment !== segment), ...used];
			this.#swept.set(hours, { segment, before: left ?? now, unread, inUse });
			if (left !== undefined) return;
		}
	}

	/** Erases the texts of a segment that are older than a time, in the rooms that are meant: also by then, since the operator may change meanwhile how long a room keeps it. Resolves with the time of the first text that is not so old, if there is one. */
	async #eraseOld(
		segment: number,
		before: number,
		unread: Set<number>,
		isMeant: (room: RoomName) => boolean,
		onInUse: (found: Found) => void,
	): Promise<number | undefined> {
		let left: number | undefined;
		const { archive } = this.#parts;
		const isInUse = (found: Found) => this.#isInUse(found);
		unread.delete(segment);
		const onUnread = (error: unknown) => {
			unread.add(segment);
			this.#warn(error);
		};
		async function* old() {
			try {
				for await (const found of textsIn(segment, archive)) {
					if (found.time > before) left = found.time;
					if (left !== undefined) return;
					if (!isMeant(found.room)) continue;
					if (isInUse(found)) onInUse(found);
					else yield found;
				}
			} catch (error) {
				onUnread(error);
			}
		}
		await this.#erasures.eraseOld(old(), isMeant);
		return left;
	}

	/** Whether it is the title or topic that a room has now: that is as old as the room may be. */
	#isInUse({ isTitle, room, offset }: Found): boolean {
		const now = this.#parts.states.committed.room(room)?.context;
		return isTitle === true && [now?.titled, now?.topic].includes(offset);
	}
}
