/** Texts that are about to be overwritten in the log, or are, and may be in the index. */
import type { Wipe } from "./store.ts";

/** Texts that are taken out at once. */
const WIPE_TEXTS = 50;

export class ErasedTexts {
	readonly #texts = new Map<
		number,
		{ readonly text: string | undefined; isGone: boolean }
	>();
	readonly #onWiped = new Set<() => void>();

	/** Call with what the log still has; undefined if the index can only be deleted. */
	remember(texts: ReadonlyMap<number, string | undefined>): void {
		for (const [seq, text] of texts)
			this.#texts.set(seq, { text, isGone: false });
	}

	/** Call once these are overwritten. */
	onOverwritten(seqs: readonly number[]): void {
		for (const seq of seqs) {
			const known = this.#texts.get(seq);
			if (known) known.isGone = true;
		}
	}

	textOf(seq: number): string | undefined {
		return this.#texts.get(seq)?.text;
	}

	/** Some that are overwritten; none if all are out of the index. */
	next(): readonly Wipe[] {
		const wipes: Wipe[] = [];
		for (const [seq, { text, isGone }] of this.#texts)
			if (isGone && wipes.length < WIPE_TEXTS) wipes.push({ seq, text });
		return wipes;
	}

	/** Call once these are out of the index. */
	onWiped(wipes: readonly Wipe[]): void {
		for (const { seq } of wipes) this.#texts.delete(seq);
		this.#tellWiped();
	}

	/** Call once the index is deleted. */
	onReset(): void {
		for (const [seq, { isGone }] of this.#texts)
			if (isGone) this.#texts.delete(seq);
		this.#tellWiped();
	}

	/** Calls back once no overwritten text is in the index, or when what it returns is called. */
	whenWiped(callback: () => void): () => void {
		this.#onWiped.add(callback);
		this.#tellWiped();
		return () => {
			this.#onWiped.delete(callback);
			callback();
		};
	}

	#tellWiped(): void {
		if (this.next().length > 0) return;
		for (const callback of this.#onWiped) callback();
		this.#onWiped.clear();
	}
}
