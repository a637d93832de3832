/**
 * What else in a data folder shows how long its log was: snapshots, whatever
 * their format, and the indexes of full segments. They may be deleted, but as
 * long as they are there, a log that ends before them is not whole.
 *
 * It is collected before the log is listed and read: a server that runs beside
 * may add to both, and the log is always the longer one.
 */
import { basename, join } from "node:path";
import { type Disk, messageOf, namesIn, replaceFile, textOf } from "./disk.ts";
import type { Stored } from "./log.ts";
import { readBatches, type Source, segmentName, segmentsOf } from "./reader.ts";
import { type Head, headsIn } from "./snapshots.ts";
import type { Verifier } from "./verifier.ts";

/** Says what the background check found; its next start reads the whole log. */
const DAMAGED = "damaged";
const WHOLE = " Is this copy whole?";
const INDEX = /^(\d{20})\.json$/;

/** Events are missing that were durable once. */
export class Incomplete extends Error {
	override readonly name = "Incomplete";
}

export interface EvidenceOptions {
	readonly disk: Disk;
	/** The data folder. */
	readonly folder: string;
	/** Take the log as it is, and forget what contradicts it. */
	readonly acceptMissing?: boolean;
	/** Hears what does not keep anyone from going on. */
	readonly warn?: (error: Error) => void;
}

/** What was made when the log had reached a seq; `head` is a snapshot's. */
interface Trace {
	readonly file: string;
	readonly seq: number;
	readonly head?: Head;
}

/** Makes the next start read the whole log, which names the place. */
export async function rememberDamage(
	{ disk, folder }: EvidenceOptions,
	error: unknown,
): Promise<void> {
	// A disk that cannot keep it must not hide what was found.
	await replaceFile(disk, folder, DAMAGED, `${messageOf(error)}\n`).catch(
		() => {},
	);
}

export class Evidence {
	readonly #options: EvidenceOptions;
	readonly #traces: readonly Trace[];
	/** What the last server found wrong, if it did. */
	readonly damage: string | undefined;

	static async in(options: EvidenceOptions): Promise<Evidence> {
		const { disk, folder } = options;
		const index = join(folder, "index");
		const indexes = (await namesIn(disk, index)).flatMap((name) => {
			const seq = Number(INDEX.exec(name)?.[1]);
			return seq ? [{ file: join(index, name), seq }] : [];
		});
		const heads = await headsIn(disk, folder);
		const snapshots = heads.map((head) => ({ ...head, head }));
		const damage = (await namesIn(disk, folder)).includes(DAMAGED)
			? await textOf(disk, join(folder, DAMAGED))
			: undefined;
		return new Evidence(options, [...snapshots, ...indexes], damage);
	}

	private constructor(
		options: EvidenceOptions,
		traces: readonly Trace[],
		damage: string | undefined,
	) {
		this.#options = options;
		this.#traces = traces;
		this.damage = damage;
	}

	/** Yields a log, or what is behind a snapshot, as a start reads it. Throws `Damage` or `Incomplete` where a start would refuse. */
	async *read(
		sources: readonly Source[],
		verifier: Verifier,
	): AsyncGenerator<readonly Stored[], void> {
		await this.#checkForHoles();
		if (!this.#options.acceptMissing)
			for (const { head } of this.#traces)
				if (head?.hash && head.fsync !== false)
					verifier.expected.set(head.seq, head);
		yield* readBatches(sources, verifier);
		verifier.assertErasuresLogged();
		this.check(verifier);
	}

	/** Throws unless all that is known of was read. */
	check({ id, seq, torn }: Pick<Verifier, "id" | "seq" | "torn">): void {
		const longer = this.#traces
			.filter((trace) => trace.seq > seq && isOf(id, trace))
			.sort((a, b) => b.seq - a.seq);
		const proof = longer.find(({ head }) => head?.fsync !== false);
		const [trace = proof] = longer;
		if (!trace) return;
		const why = torn ? ` ${torn.message}.` : "";
		this.#refuse(`${missing(proof ?? trace, seq)}${WHOLE}${why}`, !proof);
	}

	/** The end of a log may be torn, so a segment that is missing there is told by `check`. */
	async #checkForHoles(): Promise<void> {
		const { disk, folder } = this.#options;
		const firsts = (await segmentsOf(disk, folder)).map(
			({ first = 0 }) => first,
		);
		for (const { seq, head } of this.#traces)
			if (!head && !firsts.includes(seq) && firsts.some((it) => it > seq))
				this.#refuse(
					`The segment ${segmentName(seq)} is missing.${WHOLE}`,
					false,
				);
	}

	#refuse(why: string, isHarmless: boolean): void {
		const { acceptMissing, warn } = this.#options;
		const error = new Incomplete(why);
		if (!acceptMissing && !isHarmless) throw error;
		warn?.(error);
	}

	/** Removes what speaks against a log that was read and accepted. */
	async forget(): Promise<void> {
		const { disk, folder, acceptMissing } = this.#options;
		if (this.damage !== undefined) await disk.remove(join(folder, DAMAGED));
		if (!acceptMissing) return;
		const segments = await segmentsOf(disk, folder);
		for (const { file, seq, head } of this.#traces)
			if (head || !segments.some(({ first }) => first === seq))
				await disk.remove(file);
	}
}

/** A snapshot of another log says nothing of this one. */
const isOf = (id: string, { head }: Trace) =>
	!id || typeof head?.log !== "string" || head.log === id;

function missing({ file, seq, head }: Trace, end: number): string {
	const lost = seq - end;
	const events = lost === 1 ? "1 event is" : `${lost} events are`;
	return head
		? `The log ends at event ${end}, but a snapshot was taken after ${seq}: ${events} missing.`
		: `The log ends at event ${end}, but the index ${basename(file)} begins with event ${seq}: at least ${events} missing.`;
}
