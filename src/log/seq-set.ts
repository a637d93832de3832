/** A set of seqs that takes a byte for eight of them, up to the largest. */
export class SeqSet {
	#bytes = new Uint8Array(1024);

	add(seq: number): void {
		const at = seq >>> 3;
		if (at >= this.#bytes.length) {
			const larger = new Uint8Array(2 * at);
			larger.set(this.#bytes);
			this.#bytes = larger;
		}
		this.#bytes[at] = this.#byte(at) | (1 << (seq & 7));
	}

	has(seq: number): boolean {
		return (this.#byte(seq >>> 3) & (1 << (seq & 7))) !== 0;
	}

	/** Answers whether it was there. */
	delete(seq: number): boolean {
		if (!this.has(seq)) return false;
		const at = seq >>> 3;
		this.#bytes[at] = this.#byte(at) & ~(1 << (seq & 7));
		return true;
	}

	#byte(at: number): number {
		return this.#bytes[at] ?? 0;
	}
}
