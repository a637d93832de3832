/**
 * One segment file, open for appending. It promises that an `append` that
 * resolves is durable, and that one that rejects with `DiskFull` has left
 * nothing behind and may be tried again with the same bytes. After any other
 * rejection nobody knows what the disk holds: a failed sync above all must
 * never be repeated, because the second one may succeed without the data.
 */
import { join } from "node:path";
import { asDiskFull, type Disk, type DiskFile, writeAll } from "./disk.ts";
import { segmentName } from "./reader.ts";

export class Segment {
	/** The seq of its first entry, which is its name. */
	readonly first: number;
	readonly #file: DiskFile;
	#size: number;

	/** Opens or makes the segment that begins with `first`, sound up to `size` bytes. */
	static async open(
		disk: Disk,
		folder: string,
		first: number,
		size: number,
	): Promise<Segment> {
		try {
			const file = await disk.open(join(folder, segmentName(first)));
			return new Segment(first, file, size);
		} catch (error) {
			throw asDiskFull(error) ?? error;
		}
	}

	private constructor(first: number, file: DiskFile, size: number) {
		this.first = first;
		this.#file = file;
		this.#size = size;
	}

	get size(): number {
		return this.#size;
	}

	async append(bytes: Uint8Array): Promise<void> {
		try {
			await writeAll(this.#file, bytes, this.#size);
		} catch (error) {
			const full = asDiskFull(error);
			if (!full) throw error;
			await this.#cut();
			throw full;
		}
		await this.sync();
		this.#file.check();
		this.#size += bytes.byteLength;
	}

	/** A disk that is read-only leaves what was written, to be written over by the next try. */
	async #cut(): Promise<void> {
		try {
			await this.#file.truncate(this.#size);
		} catch (error) {
			if (!asDiskFull(error)) throw error;
		}
	}

	sync(): Promise<void> {
		return this.#file.sync();
	}

	close(): Promise<void> {
		return this.#file.close();
	}
}
