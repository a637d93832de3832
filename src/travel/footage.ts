/**
 * A log as it can be looked at: first what lies behind the last snapshot, so
 * that there is something to see at once, then, read from the beginning and
 * verified, all of it. It reads a little at a time, so that questions are
 * answered meanwhile, and it never writes.
 *
 * A snapshot is believed only until the whole log is read. Where that fails
 * verification it ends, and says why.
 */
import { setImmediate } from "node:timers/promises";
import type { About } from "../../machines/travel.ts";
import { botClaim } from "../chat/bot.ts";
import { fold } from "../engine/fold.ts";
import { type Frozen, thaw } from "../engine/frozen.ts";
import { State } from "../engine/state.ts";
import { Tap } from "../inspect/tap.ts";
import type { Disk } from "../log/disk.ts";
import type { Stored } from "../log/log.ts";
import { readBatches, type Source, sourcesAfter } from "../log/reader.ts";
import { newestSnapshot } from "../log/snapshots.ts";
import { Verifier } from "../log/verifier.ts";
import { Recording } from "./recording.ts";
import { Register } from "./register.ts";

/** Events that are folded in one turn of the event loop. */
const EVENTS_PER_TURN = 250;

export interface Beginning {
	readonly seq?: number;
	readonly saved?: Frozen;
	readonly between?: number;
}

/** A log as it was read from one place on. */
export class Take {
	readonly recording: Recording;
	readonly register: Register;
	readonly #state: State;

	/** Begins after event `seq`, with what the log had come to there; `between` is for the recording. */
	constructor(
		log: { readonly id: string },
		{ seq = 0, saved, between }: Beginning = {},
	) {
		this.#state = new State(log, botClaim, saved);
		this.register = new Register(this.#state, seq);
		const recordings: Recording[] = [];
		const commits = {
			onceCommitted: (show: (seq: number) => void) => show(seq),
		};
		new Tap(this.#state, commits).watch((moment) => {
			const [recording] = recordings;
			if (recording) recording.add(moment);
			else recordings.push(new Recording(moment, between));
		});
		const [recording] = recordings;
		if (!recording) throw new Error("The tap showed no beginning.");
		this.recording = recording;
	}

	/** Reads on. Throws where the machines do not take an event. */
	async read(stored: AsyncIterable<readonly Stored[]>): Promise<void> {
		await fold(this.#state, inTurns(stored), (_event, _item, entry) =>
			this.register.note(entry),
		);
	}
}

export class Footage {
	/** Of a log that is read from the beginning. */
	readonly #verifier: Verifier;
	readonly #whole: Take;
	/** What is known until that is through. */
	#tail: Take | undefined;
	#trouble: string | undefined;
	#isWhole = false;

	/** `lone` is one segment, at its own word. */
	constructor(lone = false) {
		this.#verifier = new Verifier({ lone });
		this.#whole = new Take(this.#verifier);
	}

	/** What can be looked at. */
	get take(): Take {
		const { last } = this.#whole.recording;
		const { last: known = 0 } = this.#tail?.recording ?? {};
		return this.#tail && last < known ? this.#tail : this.#whole;
	}

	get about(): About {
		const { recording, register } = this.take;
		const { first, last } = recording;
		return {
			...{ first, last },
			from: recording.timeOf(first + 1),
			to: recording.timeOf(last),
			read: this.#whole.recording.last,
			isWhole: this.#isWhole,
			...(this.#trouble && { trouble: this.#trouble }),
			rooms: register.roomNames,
		};
	}

	/** Reads all that there is, once. `folder` is the data folder, if it is one. */
	async read(
		disk: Disk,
		sources: readonly Source[],
		folder?: string,
	): Promise<void> {
		if (folder !== undefined) await this.#readTail(disk, folder, sources);
		const verifier = this.#verifier;
		try {
			await this.#whole.read(readBatches(sources, verifier));
			if (verifier.torn)
				this.#trouble = `A torn tail was left out: ${verifier.torn.message}.`;
			this.#isWhole = true;
		} catch (error) {
			this.#trouble = `${error instanceof Error ? error.message : error}.`;
		}
		this.#tail = undefined;
	}

	/** What is behind the newest snapshot, if that fits; if not, nothing is lost but time. */
	async #readTail(
		disk: Disk,
		folder: string,
		sources: readonly Source[],
	): Promise<void> {
		try {
			const snapshot = await newestSnapshot(disk, folder);
			if (!snapshot) return;
			const { mark, state } = snapshot;
			const behind = await sourcesAfter(sources, mark);
			const tail = new Take(
				{ id: mark.log },
				{ seq: mark.seq, saved: thaw(state) },
			);
			await tail.read(readBatches(behind, new Verifier({ after: mark })));
			this.#tail = tail;
		} catch {
			// What is wrong with the log itself shows when all of it is read.
		}
	}
}

async function* inTurns(stored: AsyncIterable<readonly Stored[]>) {
	for await (const entries of stored)
		for (let at = 0; at < entries.length; at += EVENTS_PER_TURN) {
			yield entries.slice(at, at + EVENTS_PER_TURN);
			await setImmediate();
		}
}
