/**
 * Erases what people said, for good. That it is erased is committed first;
 * then the text is overwritten on the disk; and only then is anyone told. So
 * a crash leaves it either not done, or to be done at the next start, before
 * anyone can read.
 */
import type { Identity, MessageErased } from "../../machines/events.ts";
import { MessageType } from "../../machines/message.ts";
import type { Found } from "../history/archive.ts";
import { DiskFull } from "../log/disk.ts";
import type { Entry, EventSpan, EventSpans } from "../log/log.ts";
import type { Command } from "./command.ts";
import {
	decideErasure,
	decideErasures,
	decideFarewell,
	type Erasing,
	type ErasureView,
} from "./commands/erase.ts";
import { roomOpened } from "./commands/rooms.ts";
import type { Connection, Refuse } from "./connection.ts";
import type { ClientSnapshot } from "./machines.ts";
import type { EngineParts } from "./parts.ts";
import type { Pipeline } from "./pipeline.ts";
import type { Rule } from "./refusals.ts";

const RETRY_MS = 1000;
/** Messages that are erased at once: everything that is told waits for that. */
const SLICE = 250;

type Asker = ClientSnapshot["context"];
type No = (rule: Rule) => void;

export class Erasures {
	readonly #parts: EngineParts;
	readonly #pipeline: Pipeline;
	readonly #refuse: Refuse;
	/** What an event is about to erase. */
	readonly #found = new Map<MessageErased, readonly Found[]>();
	/** Events of the log that are being erased, or were since somebody began to look. */
	readonly #seqs = new Set<number>();
	/** How many look for what they want erased: they may find what is there no more. */
	#looking = 0;
	/** Whose messages are being looked for and erased: they say nothing meanwhile. */
	readonly #silent = new Set<Identity>();

	constructor(parts: EngineParts, pipeline: Pipeline, refuse: Refuse) {
		this.#parts = parts;
		this.#pipeline = pipeline;
		this.#refuse = refuse;
	}

	isSilent(client: ClientSnapshot | undefined): boolean {
		return this.#silent.has(client?.context.identity ?? "");
	}

	ask(
		connection: Connection,
		client: ClientSnapshot | undefined,
		asked: Command<"erase">,
	): void {
		const { id } = asked;
		const no: No = (rule) =>
			this.#refuse(connection, rule, MessageType.erase, { id });
		if (!client?.matches("inRoom")) no("isInside");
		else if (asked.mine) this.#eraseAll(client.context, no);
		else {
			const { room, epoch, target: offset } = asked;
			const done = () => {
				if (id !== undefined) connection.mailbox.put({ kind: "eraseDone", id });
			};
			this.#look(no, async () => {
				const found = await this.#parts.archive.find({ room, epoch, offset });
				this.#eraseOne(client.context, found, no, () =>
					this.#pipeline.tell(connection, done),
				);
			});
		}
	}

	/** Overwrites what an event has erased; called when that is committed. False if that is left to the next start. */
	async carryOut(event: MessageErased): Promise<boolean> {
		const places = new Map<number, EventSpan[]>();
		for (const { segment, span, seq } of this.#found.get(event) ?? []) {
			const spans = places.get(segment) ?? [];
			spans.push({ ...span, seq });
			places.set(segment, spans);
		}
		if (!(await this.#overwrite(places))) return false;
		this.#found.delete(event);
		this.#forget();
		return true;
	}

	/** Does what a crash may have left to do. Nothing can be read, and no snapshot taken, until then. */
	redo(seqs: readonly number[]): void {
		if (seqs.length === 0) return;
		const { archive, log } = this.#parts;
		const done = archive.inTurn(async () => {
			await this.#overwrite(await log.segments.find(seqs));
		});
		void this.#pipeline.waitFor(done);
	}

	async #overwrite(places: EventSpans): Promise<boolean> {
		const { log, clock, report } = this.#parts;
		for (;;)
			try {
				await log.segments.erase(places);
				return true;
			} catch (error) {
				if (!(error instanceof DiskFull)) throw error;
				report.warn({ error: error.message }, "an erasure waits for space");
				if (this.#pipeline.stopping) {
					this.#pipeline.skipFinalSnapshot();
					return false;
				}
				await new Promise<void>((done) => clock.after(RETRY_MS, done));
			}
	}

	/** Looks for what is to be erased, and decides on it. */
	#look(no: No, task: () => Promise<void>): void {
		this.#looking++;
		task()
			.catch((error: unknown) => {
				const { report } = this.#parts;
				const fields = {
					error: error instanceof Error ? error.message : error,
				};
				report.warn(fields, "what is to be erased could not be read");
				no("historyIsReadable");
			})
			.finally(() => {
				this.#looking--;
				this.#forget();
			});
	}

	#forget(): void {
		if (this.#looking + this.#found.size === 0) this.#seqs.clear();
	}

	/** Time has passed while the archive was read: is anything to be decided still? */
	#eraseOne(
		asker: Asker,
		found: Found | undefined,
		no: No,
		done: () => void,
	): void {
		if (this.#pipeline.stopping) return;
		if (this.#pipeline.frozen) {
			no("diskHasSpace");
			return;
		}
		this.#pipeline.guarded(() => {
			const isBusy = found && this.#seqs.has(found.seq);
			const left = isBusy ? undefined : found;
			const decided = decideErasure(this.#view(asker), left);
			if ("refused" in decided) no(decided.refused);
			else {
				this.#pipeline.append(this.#erasing(decided));
				done();
			}
		});
	}

	#eraseAll(asker: Asker, no: No): void {
		const { identity } = asker;
		if (this.#silent.has(identity)) {
			no("isNotErasing");
			return;
		}
		this.#silent.add(identity);
		this.#pipeline.afterwards(() =>
			this.#look(no, async () => {
				const all: Found[] = [];
				try {
					for await (const found of this.#parts.archive.saidBy(identity))
						all.push(found);
					if (this.#pipeline.frozen) no("diskHasSpace");
					else await this.#all(asker, all);
				} finally {
					this.#silent.delete(identity);
				}
			}),
		);
	}

	/** One slice after the other, so that in between is told what others say. A stop leaves the rest undone. */
	async #all(asker: Asker, found: readonly Found[]): Promise<void> {
		for (let to = SLICE; ; to += SLICE) {
			const isLast = to >= found.length;
			await new Promise<unknown>((done) =>
				this.#pipeline.whenWritable(() => {
					this.#slice(asker, found.slice(to - SLICE, to), isLast);
					this.#pipeline.afterwards(done);
				}),
			);
			if (isLast) return;
		}
	}

	#slice(asker: Asker, found: readonly Found[], isLast: boolean): void {
		const view = this.#view(asker);
		const left = found.filter(({ seq }) => !this.#seqs.has(seq));
		const all = decideErasures(view, left);
		// Whoever asked may be long gone, and so may be their room, by the time all is found.
		const isTold = all.some(({ event }) => event.room === asker.room);
		this.#pipeline.append(
			...(isTold ? roomOpened(view, asker.room) : []),
			...all.map((erasing) => this.#erasing(erasing)),
			...(isLast ? decideFarewell(view) : []),
		);
	}

	#erasing({ event, found }: Erasing): Entry {
		this.#found.set(event, found);
		for (const { seq } of found) this.#seqs.add(seq);
		return { event };
	}

	#view(asker: Asker): ErasureView {
		const { states, log, clock, secrets } = this.#parts;
		const state = states.ordered;
		return { state, asker, log: log.id, now: clock.now(), secrets };
	}
}
