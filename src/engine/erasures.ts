/**
 * Erases messages for good, and changes them one change at a time. First the
 * event is committed; then the text is overwritten on the disk; only then is
 * the event published. So a crash leaves an erasure either not begun, or to be
 * finished at the next start, before anyone can read.
 */
import {
	type Identity,
	isOverwriting,
	type Overwriting,
	type RoomName,
} from "../../machines/events.ts";
import { BOT_NAME, isPublic, LOBBY } from "../../machines/message.ts";
import type { Found, FoundMessage, ItemPosition } from "../history/found.ts";
import { saidBy, textsIn } from "../history/said.ts";
import { messageOf } from "../log/disk.ts";
import { Deposed } from "../log/group-commit.ts";
import type { Entry } from "../log/log.ts";
import type { Command } from "./command.ts";
import type { Actor } from "./commands/actor.ts";
import type { View } from "./commands/decision.ts";
import {
	decideErasure,
	decideErasures,
	decideFarewell,
	type ErasureView,
	type Overwrite,
} from "./commands/erase.ts";
import { roomOpened } from "./commands/rooms.ts";
import type { Connection } from "./connection.ts";
import { Elsewhere } from "./elsewhere.ts";
import type { ClientSnapshot } from "./machines.ts";
import { type Answer, MessageQueue } from "./message-queue.ts";
import { overwrite, overwriteInSlices } from "./overwrite.ts";
import { isTooNew, type RunningParts, viewOf } from "./parts.ts";
import type { Rule } from "./refusals.ts";
import type { Responder } from "./responder.ts";

/** How many messages are erased at once: until they are overwritten, nothing else is published. */
const SLICE = 250;
/** How long the next ones wait until these are out of the search index. */
const SLICE_WIPED_MS = 15_000;

/** Changes of messages that may wait for their turn. */
const MOST_WAITING = 256;

type Asker = ErasureView["asker"];
type No = (rule: Rule) => void;
type Decide = (
	found: FoundMessage | undefined,
) => Overwrite | { readonly refused: Rule | undefined };

/** Erases what is too old. Texts of rooms that no longer exist are named by events in the lobby. */
const bot: Asker = { identity: BOT_NAME, name: BOT_NAME, room: LOBBY };

export class Erasures {
	readonly #parts: RunningParts;
	readonly #responder: Responder;
	readonly #queue = new MessageQueue();
	/** The texts that each event is about to erase. */
	readonly #found = new Map<Overwriting, readonly Found[]>();
	/** The seqs of texts that are being erased, or were since the oldest search began. */
	readonly #seqs = new Set<number>();
	/** Searches under way: they may find messages that are erased meanwhile. */
	readonly #searches = new Set<object>();
	/** People all of whose messages are being erased: they can say nothing meanwhile. */
	readonly #silent = new Set<Identity>();
	readonly #elsewhere: Elsewhere;
	/** How often another node has come to decide. */
	#term = 0;

	constructor(parts: RunningParts, responder: Responder) {
		this.#parts = parts;
		this.#responder = responder;
		this.#elsewhere = new Elsewhere(parts);
	}

	isSilent(client: ClientSnapshot | undefined): boolean {
		return this.#silent.has(client?.context.identity ?? "");
	}

	/** Whether so many searches and changes wait that more must be refused. */
	get isBusy(): boolean {
		return this.#parts.archive.isBusy || this.#queue.size >= MOST_WAITING;
	}

	/** Erases one message. Answers with the rule that it breaks, or once it is decided; `why` is a moderator's reason. */
	eraseOne(
		actor: Actor,
		position: ItemPosition,
		why: string,
		answer: Answer,
		onDecide = () => {},
	): void {
		this.changeOne(position, answer, (found) => {
			onDecide();
			return decideErasure(viewOf(this.#parts), actor, found, why);
		});
	}

	/** What a request of a connection is decided on now. */
	viewFor({ login, node }: Connection): View {
		return viewOf(this.#parts, login, node);
	}

	/** Decides on a message as it is when all changes of it before are published. Answers once: with the rule that the change breaks, or when it is decided. */
	changeOne(position: ItemPosition, onAnswer: Answer, decide: Decide) {
		const answer = this.#queue.answeringOnce(onAnswer);
		const { pipeline, archive } = this.#parts;
		if (this.isBusy) return answer("isNotTooFast");
		const change = async () => {
			const found = await archive.find(position);
			if (pipeline.stopping) return;
			if (pipeline.frozen) return answer("diskHasSpace");
			pipeline.guarded(() => {
				const isErased = found && this.#seqs.has(found.seq);
				const decided = decide(isErased ? undefined : found);
				if ("refused" in decided) return answer(decided.refused);
				if (isTooNew(this.#parts, [decided])) return answer("nodesAreAlike");
				pipeline.append([this.#overwriting(decided)]);
				this.#elsewhere.whenGone(decided.event, () => answer(undefined));
			});
			await new Promise<unknown>((done) => pipeline.afterwards(done));
		};
		this.#search(answer, () => this.#queue.run(position, change));
	}

	/** Another node decides now: what waits here is not decided, and what was ordered and not committed has not happened. */
	onDeposed(): void {
		this.#queue.clear("sequencerIsThere");
		this.#searches.clear();
		this.#found.clear();
		this.#seqs.clear();
		this.#silent.clear();
		this.#term++;
	}

	/** Erases all that someone ever said. Its answer comes before they are logged out. */
	eraseAll(
		connection: Connection,
		{ identity, name, room, person }: Required<Asker>,
		{ id }: Command<"eraseAll">,
	): void {
		// A room that is not public may be gone by then, and can't be opened again.
		const where = isPublic(room) ? room : LOBBY;
		const asker = { identity, name, room: where, person };
		const no = this.#responder.answering(connection, "eraseDone", id);
		this.#silent.add(identity);
		this.#parts.pipeline.afterwards(() =>
			this.#search(no, async () => {
				try {
					if (this.#parts.pipeline.frozen) return no("diskHasSpace");
					const all = saidBy(identity, this.#parts.archive);
					const tell = id === undefined ? undefined : () => no(undefined);
					await this.#eraseInSlices(asker, all, () => true, { tell });
				} finally {
					this.#silent.delete(identity);
				}
			}),
		);
	}

	/** Erases the texts of a segment that are older than a time, in the rooms that are meant: also by then, since the operator may change meanwhile how long a room keeps it. Resolves with the time of the first text that is not so old, if there is one; rejects if the segment can't be read. */
	async eraseOld(
		segment: number,
		before: number,
		isMeant: (room: RoomName) => boolean,
	): Promise<number | undefined> {
		let left: number | undefined;
		const { archive } = this.#parts;
		const isInUse = (found: Found) => this.#isInUse(found);
		async function* old() {
			for await (const found of textsIn(segment, archive)) {
				if (found.time > before) left = found.time;
				if (left !== undefined) return;
				if (isMeant(found.room) && !isInUse(found)) yield found;
			}
		}
		await this.#searching(() => this.#eraseInSlices(bot, old(), isMeant));
		return left;
	}

	/** Whether it is the title or topic that a room has now: that is as old as the room may be. */
	#isInUse({ isTitle, room, offset }: Found): boolean {
		const now = this.#parts.states.committed.room(room)?.context;
		return isTitle === true && [now?.titled, now?.topic].includes(offset);
	}

	/** Overwrites the texts that a committed event has erased; false if that is left to the next start. */
	async carryOut(event: Overwriting): Promise<boolean> {
		const { segments } = this.#parts.log;
		const found = this.#found.get(event) ?? (await segments.find(event.seqs));
		if (!(await overwrite(this.#parts, found))) return false;
		this.#elsewhere.erase(event);
		this.#found.delete(event);
		this.#forget();
		return true;
	}

	/** Finishes what a crash may have cut short. Until then nothing can be read, and no snapshot taken. */
	redo({ recent, seqs }: RunningParts["unfinished"]): void {
		// Should this node decide next, perhaps before all is overwritten here, it finishes the latest everywhere.
		for (const event of recent) this.#elsewhere.erase(event);
		if (seqs.length === 0) return;
		const done = this.#parts.archive.inTurn(async () => {
			await overwriteInSlices(this.#parts, seqs);
		});
		void this.#parts.pipeline.waitFor(done);
	}

	/** Runs a task that searches the archive and erases what it finds. */
	#search(no: No, task: () => Promise<void>): void {
		this.#searching(task).catch((error: unknown) => {
			if (error instanceof Deposed) return;
			const fields = { error: messageOf(error) };
			this.#parts.report.warn(fields, "what is to be erased could not be read");
			no("historyIsReadable");
		});
	}

	async #searching(task: () => Promise<void>): Promise<void> {
		this.#searches.add(task);
		try {
			await task();
		} finally {
			this.#searches.delete(task);
			this.#forget();
		}
	}

	#forget(): void {
		if (this.#searches.size + this.#found.size === 0) this.#seqs.clear();
	}

	/** Between two slices, what others say is published. A stop leaves the rest undone, as does a room that is not meant any more. Rejects with `Deposed` if another node comes to decide. */
	async #eraseInSlices(
		asker: Asker,
		all: AsyncIterable<Found>,
		isMeant: (room: RoomName) => boolean,
		end?: { readonly tell: (() => void) | undefined },
	): Promise<void> {
		const { search, pipeline } = this.#parts;
		const term = this.#term;
		let slice: Found[] = [];
		const inNextBatch = async (farewell?: typeof decideFarewell) => {
			await new Promise<void>((done, fail) => {
				const settle = this.#queue.answeringOnce((broken) =>
					broken ? fail(new Deposed(broken)) : done(),
				);
				if (term !== this.#term) return settle("sequencerIsThere");
				pipeline.whenWritable(() => {
					const meant = slice.filter(({ room }) => isMeant(room));
					this.#eraseSlice(asker, meant, farewell);
					pipeline.afterwards(() => settle(undefined));
				});
			});
			await search?.wiped(SLICE_WIPED_MS);
			await this.#elsewhere.erased;
			slice = [];
		};
		for await (const found of all) {
			if (slice.length === SLICE) await inNextBatch();
			slice.push(found);
		}
		const isApart = search || end?.tell || !end;
		if (slice.length > 0 && isApart) await inNextBatch();
		if (!end) return;
		await search?.wiped();
		end.tell?.();
		// What is committed together with the end of a connection, another node hears only after that.
		if (end.tell) await inNextBatch();
		await inNextBatch(decideFarewell);
	}

	#eraseSlice(
		asker: Asker,
		found: readonly Found[],
		farewell?: typeof decideFarewell,
	): void {
		const view = { ...viewOf(this.#parts), asker };
		// What was erased or edited meanwhile stays as it is, and so does all between.
		let gaps = 0;
		const left: Found[] = [];
		for (const each of found)
			if (this.#seqs.has(each.seq)) gaps++;
			else left.push({ ...each, run: `${each.run} ${gaps}` });
		const as = asker === bot ? "retention" : "author";
		const all = decideErasures(view, left, as);
		// By the time all is found, the asker may be long gone, and so may their room.
		const isShown = all.some(({ event }) => event.room === asker.room);
		this.#parts.pipeline.append([
			...(isShown ? roomOpened(view, asker.room) : []),
			...all.map((erasing) => this.#overwriting(erasing)),
			...(farewell?.(view) ?? []),
		]);
	}

	#overwriting({ event, found, erasable }: Overwrite): Entry {
		if (isOverwriting(event)) this.#found.set(event, found);
		for (const { seq } of found) this.#seqs.add(seq);
		return { event, ...(erasable && { erasable }) };
	}
}
