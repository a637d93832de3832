/**
 * Evidence of how long a log was: snapshots of any format, the indexes of full
 * segments, the copies of edges, and the mark of a backup. A log that ends
 * before one of them is incomplete. Where there is no log at all, what a server
 * makes beside one shows that there was one: known networks, people's own
 * settings, relations, or a search index. Who wants to begin anew deletes all
 * of them.
 *
 * Evidence is collected before the log is listed and read: a running server
 * may add to both meanwhile, and its log is always ahead.
 */
import { basename, join } from "node:path";
import { MARK, readMark } from "./backup-mark.ts";
import { Damage } from "./damage.ts";
import {
	type Disk,
	messageOf,
	namesIn,
	numberedIn,
	replaceFile,
	textOf,
} from "./disk.ts";
import { headsOfCopies } from "./edge-copies.ts";
import type { Stored } from "./log.ts";
import {
	readBatches,
	type Sources,
	segmentName,
	segmentsOf,
} from "./reader.ts";
import { type Head, headsIn } from "./snapshots.ts";
import type { Verifier } from "./verifier.ts";

/** The file in which the scrub leaves what it found; the next start then reads the whole log. */
const DAMAGED = "damaged";
const WHOLE =
	" Look for a newer copy; if there is none, start once with --accept-missing.";
const HOLE =
	" Put it back, or restore a backup; if there is none, plume cut copies what comes before it.";
const ERASED =
	" They deleted something that is gone here, so --accept-missing does not help. Look for a newer copy; if there is none, plume cut makes a sound log of what is there.";
/** In the data folder of a mirror, for commands that know no settings. */
const MIRROR = "mirror";
const ANEW =
	" This is a node's copy of the log: what is missing is fetched when the node starts. If it does not start, delete the folder log, and it fetches all of it.";
const INDEX = /^(\d{20})\.json$/;

/** What is left beside a log once people were here. */
const LEFT = ["known.json", "people", "relations"];

/** Events that were durable are missing. */
export class Incomplete extends Error {
	override readonly name: string = "Incomplete";
}

/** A node's copy of the log is damaged, of another log or of a newer version: it must be fetched anew. */
export class WrongCopy extends Incomplete {
	override readonly name = "WrongCopy";

	static because(cause: Error, isNewer: boolean): WrongCopy {
		const newer = isNewer
			? " If what it is a copy of has that as well, start the version that wrote it."
			: "";
		return new WrongCopy(`${cause.message}.${newer}${ANEW}`, { cause });
	}
}

export interface EvidenceOptions {
	readonly disk: Disk;
	/** The data folder. */
	readonly folder: string;
	/** Accept an incomplete log, and remove the evidence against it. */
	readonly acceptMissing?: boolean;
	/** The log is another one's copy, which may end anywhere: what is missing comes anew. By default it is one if the last server here said so. */
	readonly isMirror?: boolean;
	/** Refuse a backup that was copied here, and with which nothing was done yet. */
	readonly refuseBackup?: boolean;
	/** Whether this log is not synced: after a power cut, the copies of edges may go further. */
	readonly isUnsynced?: boolean;
	/** Called with problems that do not prevent a start. */
	readonly warn?: (error: Error) => void;
}

/** A piece of evidence: a file that was made when the log had reached `seq`. A snapshot has a `head`, and so has a backup. */
interface Trace {
	readonly file: string;
	readonly seq: number;
	readonly head?: Head;
	/** It is an edge's copy of the log. */
	readonly isCopy?: boolean;
}

interface Found extends EvidenceOptions, Pick<Evidence, "damage"> {
	readonly traces: readonly Trace[];
	/** Where the copies of edges end. */
	readonly copies: readonly Trace[];
	readonly isMarked: boolean;
	/** What to do if it is incomplete. */
	readonly remedy: string;
	/** A file or folder that a server makes beside a log. */
	readonly left: string | undefined;
}

/** Whether the log of a data folder is another's copy, as far as anybody said so. */
export const isMarkedCopy = async (disk: Disk, folder: string) =>
	(await namesIn(disk, folder)).includes(MIRROR);

/** Another log goes on with what is in this one. */
export const markCopy = (disk: Disk, folder: string) =>
	replaceFile(disk, folder, MIRROR, "");

/** The log of a data folder is a server's own from now on. */
export async function unmarkCopy(disk: Disk, folder: string): Promise<void> {
	if (!(await isMarkedCopy(disk, folder))) return;
	await disk.remove(join(folder, MIRROR));
	await disk.syncFolder(folder);
}

/** Makes the next start read the whole log, so that it reports the damage. */
export async function rememberDamage(
	{ disk, folder }: EvidenceOptions,
	error: unknown,
): Promise<void> {
	// The error is thrown to the caller even if it can't be written.
	await replaceFile(disk, folder, DAMAGED, `${messageOf(error)}\n`).catch(
		() => {},
	);
}

export class Evidence {
	readonly #found: Found;
	/** The damage that the last scrub found, in words, if it found any. */
	readonly damage: string | undefined;

	static async in(options: EvidenceOptions): Promise<Evidence> {
		const { disk, folder, isUnsynced } = options;
		const acceptMissing = options.acceptMissing || options.isMirror === true;
		const indexes = await numberedIn(disk, join(folder, "index"), INDEX);
		const heads = await headsIn(disk, folder);
		const mark = await readMark(disk, folder);
		if (mark) heads.push({ ...mark, file: join(folder, MARK) });
		const names = await namesIn(disk, folder);
		const isMarked = names.includes(MIRROR);
		const { isMirror = isMarked } = options;
		const remedy = isMirror ? ANEW : WHOLE;
		const damage = names.includes(DAMAGED)
			? await textOf(disk, join(folder, DAMAGED))
			: undefined;
		// A first start makes `search` beside the folder `log`, before it logs anything.
		const signs = names.includes("log") ? LEFT : [...LEFT, "search"];
		const left = signs.find((name) => names.includes(name));
		const traces = [...heads.map((head) => ({ ...head, head })), ...indexes];
		const copies = (await headsOfCopies(disk, folder)).map((copy) => ({
			...{ ...copy, isCopy: true },
			head: { ...copy, fsync: !isUnsynced },
		}));
		const found = { left, traces, copies, damage, isMirror, isMarked, remedy };
		return new Evidence({ ...options, acceptMissing, ...found });
	}

	private constructor(found: Found) {
		this.#found = found;
		this.damage = found.damage;
	}

	/** Reads a log, or what comes after a snapshot, as a start does. Throws `Damage`, `Incomplete` or `WrongCopy` where a start would refuse. */
	async *read(
		sources: Sources,
		verifier: Verifier,
	): AsyncGenerator<readonly Stored[], void> {
		await this.#checkForHoles(verifier.seq);
		if (!this.#found.acceptMissing)
			for (const { head } of this.#found.traces)
				if (head?.hash && head.fsync !== false)
					verifier.knownHashes.set(head.seq, head);
		const { isMirror, traces } = this.#found;
		try {
			yield* readBatches(sources, verifier);
			const { seq = 0 } = traces.find(isBackup) ?? {};
			this.#assertErasuresLogged(verifier, isMirror ? Infinity : seq);
		} catch (error) {
			if (!isMirror || !(error instanceof Damage)) throw error;
			throw WrongCopy.because(error, error.isNewer);
		}
		this.check(verifier);
	}

	/** Throws if a text is gone that no event erases: it is damaged, unless events are missing. */
	#assertErasuresLogged(verifier: Verifier, upTo: number): void {
		try {
			verifier.assertErasuresLogged(upTo);
		} catch (error) {
			const longer = this.#longerThan(verifier);
			const [trace] = longer;
			if (!trace || verifier.broken.length > 0) throw error;
			const remedy = this.#remedyFor(longer, ERASED);
			throw new Incomplete(missing(trace, verifier.seq) + remedy);
		}
	}

	/** What shows that the log went on, the furthest first. */
	#longerThan({ id, seq }: Pick<Verifier, "id" | "seq">): readonly Trace[] {
		return [...this.#found.copies, ...this.#found.traces]
			.filter((trace) => trace.seq > seq && isOf(id, trace))
			.sort((a, b) => b.seq - a.seq);
	}

	/** Throws if the log that was read ends before the evidence. */
	check(end: Pick<Verifier, "id" | "seq" | "torn">): void {
		const { refuseBackup, folder, left, traces, remedy } = this.#found;
		const { id, seq, torn } = end;
		const isThis = (trace: Trace) =>
			isBackup(trace) && trace.seq === seq && isOf(id, trace);
		if (refuseBackup && traces.some(isThis))
			throw new Incomplete(
				`${folder} is a backup that was copied here. Start once with --restored, so that people learn of the gap; or put it here with plume restore.`,
			);
		const longer = this.#longerThan(end);
		const proof = longer.find(({ head }) => head?.fsync !== false);
		const [trace = proof] = longer;
		const advice = this.#remedyFor(longer, remedy);
		const why = `${torn ? ` ${torn.message}.` : ""}${advice}`;
		if (trace) this.#refuse(missing(proof ?? trace, seq) + why, !proof);
		else if (seq === 0 && left)
			this.#refuse(
				`${folder} has ${left} in it, but no log: all events are missing.${why}`,
			);
	}

	/** What to do about missing events: a copy may have them. `without` is what to do without it. */
	#remedyFor(longer: readonly Trace[], without: string): string {
		const copy = longer.find(({ isCopy }) => isCopy);
		return copy && !this.#found.isMirror
			? ` First replace the folder log by ${join(copy.file, "log")}, which goes to event ${copy.seq}.${without}`
			: without;
	}

	/** Throws if a segment is missing before the last one. `check` covers the end, which may be torn. A hole can't be accepted: reading the whole log fails there, but reading only what comes after a seq would not. */
	async #checkForHoles(after: number): Promise<void> {
		const { disk, folder, isMirror } = this.#found;
		const remedy = isMirror ? ANEW : HOLE;
		const segments = await segmentsOf(disk, folder);
		const firsts = segments.map(({ first = 0 }) => first);
		for (const { seq, head } of this.#found.traces)
			if (!head && !firsts.includes(seq) && firsts.some((it) => it > seq)) {
				const why = `The segment ${segmentName(seq)} is missing.${remedy}`;
				if (after > 0) throw new Incomplete(why);
				this.#refuse(why);
			}
	}

	#refuse(why: string, isHarmless = false): void {
		const { acceptMissing, warn } = this.#found;
		const error = new Incomplete(why);
		if (!acceptMissing && !isHarmless) throw error;
		warn?.(error);
	}

	/** The log was read to its end: damage that was found before is mended. Marks a mirror as one. Returns what removes the evidence against a log that is accepted. */
	async accept(): Promise<() => Promise<void>> {
		const { disk, folder, acceptMissing, isMirror, isMarked } = this.#found;
		if (isMirror && !isMarked) await markCopy(disk, folder);
		if (this.damage !== undefined) await disk.remove(join(folder, DAMAGED));
		if (!acceptMissing) return async () => {};
		// The last one grows on.
		const full = (await segmentsOf(disk, folder)).slice(0, -1);
		const against = this.#found.traces.filter(
			({ seq, head }) => head || !full.some(({ first }) => first === seq),
		);
		const remove = async () => {
			for (const { file } of against) await disk.remove(file);
			await disk.syncFolder(folder);
		};
		if (isMirror) await remove();
		return isMirror ? async () => {} : remove;
	}
}

const isBackup = ({ file }: Trace) => basename(file) === MARK;

/** A snapshot of another log is no evidence about this one. */
const isOf = (id: string, { head }: Trace) =>
	!id || typeof head?.log !== "string" || head.log === id;

function missing({ file, seq, head, isCopy }: Trace, end: number): string {
	const lost = seq - end;
	const events = lost === 1 ? "1 event is" : `${lost} events are`;
	if (isCopy)
		return `The log ends at event ${end}, but the copy of an edge in ${file} goes to ${seq}: ${events} missing.`;
	return head
		? `The log ends at event ${end}, but a ${basename(file) === MARK ? "backup" : "snapshot"} was taken after ${seq}: ${events} missing.`
		: `The log ends at event ${end}, but the index ${basename(file)} begins with event ${seq}: at least ${events} missing.`;
}
