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
import { saidBy } from "../history/said.ts";
import { messageOf } from "../log/disk.ts";
import { Deposed } from "../log/group-commit.ts";
import type { Entry } from "../log/log.ts";
import type { ActorIn } from "./commands/actor.ts";
import type { View } from "./commands/decision.ts";
import {
	type Ask,
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

/** How many messages are erased at once: until they are overwritten, nothing else is published. */
const SLICE = 250;
/** How long the next ones wait until these are out of the search index. */
const SLICE_WIPED_MS = 15_000;

/** Changes of messages that may wait for their turn. */
const MOST_WAITING = 256;

type Asker = ErasureView["asker"];
type Decide = (
	found: FoundMessage | undefined,
) => Overwrite | { readonly refused: Rule | undefined };

/** Erases what is too old. Texts of rooms that no longer exist are named by events in the lobby. */
const bot: Asker = { identity: BOT_NAME, name: BOT_NAME, room: LOBBY };

export class Erasures {
	readonly #parts: RunningParts;
	readonly #queue = new MessageQueue();
	/** The texts that each event is about to erase. */
	readonly #found = new Map<Overwriting, readonly Found[]>();
	/** The seqs of texts that are being erased, or were since the oldest search began. */
	readonly #seqs = new Set<number>();
	/** Searches under way: they may find messages that are erased meanwhile. */
	readonly #searches = new Set<object>();
	/** People all of whose messages are being erased, and who is to hear how that ends: they can say nothing meanwhile. */
	readonly #silent = new Map<Identity, Ask[]>();
	readonly #elsewhere: Elsewhere;
	/** How often another node has come to decide. */
	#term = 0;

	constructor(parts: RunningParts) {
		this.#parts = parts;
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
		actorIn: ActorIn,
		position: ItemPosition,
		why: string,
		answer: Answer,
		onDecide = () => {},
	): void {
		this.changeOne(position, answer, (found) => {
			onDecide();
			const view = viewOf(this.#parts);
			return decideErasure(view, actorIn(view), found, why);
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

	/** Erases all that someone ever said. Its answer comes before they are logged out. They stay if some of it can't be read: they must be able to ask again. */
	eraseAll({ identity, name, room, person }: Required<Asker>, ask: Ask): void {
		// A room that is not public may be gone by then, and can't be opened again.
		const where = isPublic(room) ? room : LOBBY;
		const asker = { identity, name, room: where, person };
		const { archive, pipeline } = this.#parts;
		const asks = [ask];
		const tell: Answer = (broken) => {
			for (const each of asks.splice(0)) each.answer(broken);
		};
		this.#silent.set(identity, asks);
		pipeline.afterwards(() =>
			this.#search(tell, async () => {
				try {
					if (pipeline.frozen) return tell("diskHasSpace");
					const unread: unknown[] = [];
					const all = saidBy(identity, archive, (error) => unread.push(error));
					const isAllFound = () => unread.length === 0;
					const end = { asks, tell, isAllFound };
					await this.#eraseInSlices(asker, all, () => true, end);
					if (isAllFound()) return;
					this.#warn(unread[0], { segments: unread.length });
					tell("allIsReadable");
				} finally {
					this.#silent.delete(identity);
				}
			}),
		);
	}

	/** Also tells someone who asks again, as a page does that lost its connection. */
	alsoTell(identity: Identity, ask: Ask): void {
		this.#silent.get(identity)?.push(ask);
	}

	/** Erases what is too old, in rooms that are meant by then. */
	eraseOld(
		all: AsyncIterable<Found>,
		isMeant: (room: RoomName) => boolean,
	): Promise<void> {
		return this.#searching(() => this.#eraseInSlices(bot, all, isMeant));
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
		if (recent.length === 0) return;
		const done = this.#parts.archive.inTurn(async () => {
			await overwriteInSlices(this.#parts, seqs);
		});
		void this.#parts.pipeline.waitFor(done);
	}

	/** Runs a task that searches the archive and erases what it finds. */
	#search(no: Answer, task: () => Promise<void>): void {
		this.#searching(task).catch((error: unknown) => {
			if (error instanceof Deposed) return;
			this.#warn(error);
			no("historyIsReadable");
		});
	}

	#warn(error: unknown, fields = {}): void {
		const all = { error: messageOf(error), ...fields };
		this.#parts.report.warn(all, "what is to be erased could not be read");
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
		end?: {
			readonly asks: readonly Ask[];
			readonly tell: Answer;
			readonly isAllFound: () => boolean;
		},
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
		const isAwaited = () => end?.asks.some(({ id }) => id !== undefined);
		const isApart = search || !end || isAwaited() || !end.isAllFound();
		if (slice.length > 0 && isApart) await inNextBatch();
		if (!end) return;
		await search?.wiped();
		if (!end.isAllFound()) return;
		while (isAwaited()) {
			end.tell(undefined);
			// What is committed together with the end of a connection, another node hears only after that.
			await inNextBatch();
		}
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
