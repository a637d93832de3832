/**
 * One segment file, open for appending. An `append` that resolves is durable.
 * One that rejects with `DiskFull` has left nothing behind and may be tried
 * again with the same bytes. After any other rejection the content of the disk
 * is unknown; above all a failed sync must never be repeated, because the
 * second one may succeed without the data.
 */
import { join } from "node:path";
import { asDiskFull, type Disk, type DiskFile, writeAll } from "./disk.ts";
import { segmentName } from "./reader.ts";

export class Segment {
	/** The seq of its first entry, which names the file. */
	readonly first: number;
	/** How many of its bytes are durable. */
	size: number;
	readonly #file: DiskFile;

	/** Opens or makes the segment that begins with `first` and is sound up to `size` bytes. */
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
		this.size = size;
	}

	async append(bytes: Uint8Array): Promise<void> {
		try {
			await writeAll(this.#file, bytes, this.size);
		} catch (error) {
			const full = asDiskFull(error);
			if (!full) throw error;
			await this.#cut();
			throw full;
		}
		await this.sync();
		this.#file.check();
		this.size += bytes.byteLength;
	}

	/** On a read-only disk the written bytes stay; the next try overwrites them. */
	async #cut(): Promise<void> {
		try {
			await this.#file.truncate(this.size);
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
