/**
 * Erases what people said, for good. That it is erased is committed first;
 * then the text is overwritten on the disk; and only then is anyone told. So
 * a crash leaves it either not done, or to be done at the next start, before
 * anyone can read.
 */
import type { Identity, MessageErased } from "../../machines/events.ts";
import { MessageType } from "../../machines/message.ts";
import type { Found } from "../archive/archive.ts";
import { DiskFull } from "../log/disk.ts";
import type { Entry, EventSpan, Places } from "../log/log.ts";
import {
	decideErasure,
	decideErasures,
	decideFarewell,
	type ErasureView,
} from "./decide/erase.ts";
import { roomOpened } from "./decide/rooms.ts";
import type { EngineParts } from "./parts.ts";
import type { Pipeline } from "./pipeline.ts";
import type { Rule } from "./refusals.ts";
import type { ClientSnapshot } from "./state.ts";
import type { Refuse, Visit } from "./visit.ts";

const RETRY_MS = 1000;
/** Messages that are erased at once: everything that is told waits for that. */
const SLICE = 250;

/** One message, or all that whoever asks ever said. */
export type ErasureAsked = { readonly id?: string } & (
	| {
			readonly mine: false;
			readonly room: string;
			readonly epoch: string;
			/** Its offset. */
			readonly target: number;
	  }
	| { readonly mine: true }
);

type Asker = ClientSnapshot["context"];

export class Erasures {
	readonly #parts: EngineParts;
	readonly #pipeline: Pipeline;
	readonly #refuse: Refuse;
	/** Where the text stands that an event is about to erase. */
	readonly #places = new Map<MessageErased, Places>();
	/** Events of the log that are being erased, or were since somebody began to look. */
	readonly #seqs = new Set<number>();
	/** Those of them that are. */
	#erased: number[] = [];
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
		visit: Visit,
		client: ClientSnapshot | undefined,
		asked: ErasureAsked,
	): void {
		if (!client?.matches("inRoom")) this.#no(visit, "isInside", asked);
		else if (asked.mine) this.#eraseAll(visit, client.context, asked);
		else this.#eraseOne(visit, client.context, asked);
	}

	/** Overwrites what an event has erased; called when that is committed. False if that is left to the next start. */
	async carryOut(event: MessageErased): Promise<boolean> {
		const places = this.#places.get(event) ?? new Map();
		if (!(await this.#overwrite(places))) return false;
		this.#places.delete(event);
		for (const seq of event.seqs) this.#erased.push(seq);
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

	async #overwrite(places: Places): Promise<boolean> {
		const { log, clock, report } = this.#parts;
		for (;;)
			try {
				await log.segments.erase(places);
				return true;
			} catch (error) {
				if (!(error instanceof DiskFull)) throw error;
				report.warn({ error: error.message }, "an erasure waits for space");
				if (this.#pipeline.stopping) {
					this.#pipeline.owe();
					return false;
				}
				await new Promise<void>((done) => clock.after(RETRY_MS, done));
			}
	}

	#eraseOne(
		visit: Visit,
		asker: Asker,
		asked: Extract<ErasureAsked, { mine: false }>,
	): void {
		const { room, epoch, target } = asked;
		this.#look(visit, asked, async () => {
			const place = { room, epoch, offset: target };
			const found = await this.#parts.archive.find(place);
			this.#decided(visit, asked, () => this.#one(visit, asker, asked, found));
		});
	}

	/** Looks for what is to be erased, and decides on it. */
	#look(visit: Visit, asked: ErasureAsked, task: () => Promise<void>): void {
		this.#looking++;
		task()
			.catch((error: unknown) => this.#failed(visit, asked, error))
			.finally(() => {
				this.#looking--;
				this.#forget();
			});
	}

	#forget(): void {
		if (this.#looking > 0) return;
		for (const seq of this.#erased) this.#seqs.delete(seq);
		this.#erased = [];
	}

	#one(
		visit: Visit,
		asker: Asker,
		asked: ErasureAsked,
		found: Found | undefined,
	): void {
		const { id } = asked;
		const isBusy = found && this.#seqs.has(found.seq);
		const decided = decideErasure(
			this.#view(asker),
			isBusy ? undefined : found,
		);
		if ("refused" in decided) this.#no(visit, decided.refused, asked);
		else if (found) {
			const { event } = decided;
			this.#prepare(event, [found]);
			this.#pipeline.append({ event });
			if (id !== undefined)
				this.#pipeline.tell(visit, () =>
					visit.mailbox.put({ kind: "eraseDone", id }),
				);
		}
	}

	#eraseAll(visit: Visit, asker: Asker, asked: ErasureAsked): void {
		const { identity } = asker;
		if (this.#silent.has(identity)) {
			this.#no(visit, "isNotErasing", asked);
			return;
		}
		this.#silent.add(identity);
		this.#pipeline.afterwards(() =>
			this.#look(visit, asked, async () => {
				const all: Found[] = [];
				try {
					for await (const found of this.#parts.archive.saidBy(identity))
						all.push(found);
					if (this.#pipeline.frozen) this.#no(visit, "diskHasSpace", asked);
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
		const all = found.filter(({ seq }) => !this.#seqs.has(seq));
		const view = this.#view(asker);
		const erased = decideErasures(view, all);
		const bySeq = new Map(all.map((found) => [found.seq, found]));
		for (const event of erased)
			this.#prepare(
				event,
				event.seqs.flatMap((seq) => bySeq.get(seq) ?? []),
			);
		this.#pipeline.append(
			...this.#reopened(asker, erased),
			...erased.map((event) => ({ event })),
			...(isLast ? decideFarewell(view) : []),
		);
	}

	/** Whoever asked may be long gone, and so may be their room, by the time all is found. */
	#reopened(asker: Asker, erased: readonly MessageErased[]): readonly Entry[] {
		const { state, clock, secrets } = this.#parts;
		const { room } = asker;
		if (!erased.some((event) => event.room === room)) return [];
		return roomOpened({ state, now: clock.now() }, room, secrets);
	}

	#prepare(event: MessageErased, all: readonly Found[]): void {
		const places = new Map<number, EventSpan[]>();
		for (const { segment, span, seq } of all) {
			const spans = places.get(segment) ?? [];
			spans.push({ ...span, seq });
			places.set(segment, spans);
		}
		this.#places.set(event, places);
		for (const seq of event.seqs) this.#seqs.add(seq);
	}

	/** Time has passed while the archive was read: is anything to be decided still? */
	#decided(visit: Visit, asked: ErasureAsked, task: () => void): void {
		if (this.#pipeline.stopping) return;
		if (this.#pipeline.frozen) this.#no(visit, "diskHasSpace", asked);
		else this.#pipeline.guarded(task);
	}

	#view(asker: Asker): ErasureView {
		const { state, log, clock } = this.#parts;
		return { state, asker, log: log.id, now: clock.now() };
	}

	#failed(visit: Visit, asked: ErasureAsked, error: unknown): void {
		const fields = { error: error instanceof Error ? error.message : error };
		this.#parts.report.warn(fields, "what is to be erased could not be read");
		this.#no(visit, "historyIsReadable", asked);
	}

	#no(visit: Visit, rule: Rule, { id }: ErasureAsked): void {
		this.#refuse(visit, rule, MessageType.erase, { id });
	}
}
