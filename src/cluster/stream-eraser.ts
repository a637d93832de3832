/** Deletes texts from the stream for good, after they were erased from this node's own files. */
import { RecentErasures } from "../engine/recent-erasures.ts";
import { messageOf } from "../log/disk.ts";
import { locate, messageAt, strip, type Trying } from "./stream-lines.ts";

const RETRY_MS = 1000;

export class StreamEraser {
	readonly #parts: Trying;
	#erasing = Promise.resolve();
	readonly #recent = new RecentErasures<{
		readonly time: number;
		readonly seqs: readonly number[];
	}>();

	constructor(parts: Trying) {
		this.#parts = parts;
	}

	/** Tries until it is done, while `leads`. Every node remembers it, with the time of the event. */
	async erase(
		seqs: readonly number[],
		time: number,
		term: number,
		leads: () => boolean,
	): Promise<void> {
		const { clock, report } = this.#parts;
		this.#recent.add({ time, seqs });
		// One after another: two may concern one batch.
		this.#erasing = this.#erasing.then(async () => {
			while (leads())
				try {
					return await this.#erase(seqs, term);
				} catch (error) {
					report.warn({ error: messageOf(error) }, "an erasure waits for NATS");
					await new Promise<void>((done) => clock.after(RETRY_MS, done));
				}
		});
		await this.#erasing;
	}

	/** Finishes what the sequencer before may have left undone, by the time of its last event. */
	redo(last: number, term: number, leads: () => boolean): void {
		const recent = this.#recent.until(last);
		this.#recent.clear();
		for (const { seqs, time } of recent)
			void this.erase(seqs, time, term, leads);
	}

	async #erase(seqs: readonly number[], term: number): Promise<void> {
		const { port } = this.#parts;
		const wanted = new Set(seqs);
		for (const seq of seqs) {
			if (!wanted.has(seq)) continue;
			const at = (await locate(port, seq - 1)) + 1;
			const [bytes, original] = await this.#batchFrom(at);
			for (const each of strip(bytes, wanted).seqs) wanted.delete(each);
			const stripped = strip(bytes, new Set(seqs)).bytes;
			await port.erase(original.seq, { ...original, bytes: stripped }, term);
		}
	}

	/** The first batch with events, behind any claims. */
	async #batchFrom(from: number) {
		const { port } = this.#parts;
		for (let at = from; ; at++) {
			const message = (await port.getErased(at)) ?? (await messageAt(port, at));
			if (message.bytes.length > 0) return [message.bytes, message] as const;
		}
	}
}
