/** A disk in memory, for trying Plume out and for tests. It never fails, and forgets everything with its process. */
import { basename, dirname } from "node:path";
import type { Disk } from "./disk.ts";

interface File {
	/** Larger than the file, so that most writes append without a copy. */
	bytes: Buffer;
	size: number;
}

export function memoryDisk(): Disk {
	const files = new Map<string, File>();
	const fileAt = (path: string): File => {
		const file = files.get(path) ?? { bytes: Buffer.alloc(0), size: 0 };
		files.set(path, file);
		return file;
	};
	return {
		async makeFolder() {},
		async syncFolder() {},
		async list(folder) {
			const inside = [...files.keys()].filter((it) => dirname(it) === folder);
			return inside.map((path) => basename(path));
		},
		async *read(path, from = 0, to = Infinity) {
			const { bytes, size } = fileAt(path);
			if (from < size) yield bytes.subarray(from, Math.min(to, size));
		},
		async open(path) {
			const file = fileAt(path);
			return {
				async write(bytes, position) {
					const end = position + bytes.length;
					if (end > file.bytes.length)
						file.bytes = Buffer.concat([file.bytes], 2 * end);
					file.bytes.set(bytes, position);
					file.size = Math.max(file.size, end);
					return bytes.length;
				},
				async truncate(size) {
					file.size = size;
				},
				async sync() {},
				check() {},
				async close() {},
			};
		},
		async remove(path) {
			files.delete(path);
		},
		async removeFolder(folder) {
			for (const path of files.keys())
				if (path.startsWith(`${folder}/`)) files.delete(path);
		},
		async rename(path, to) {
			files.set(to, fileAt(path));
			files.delete(path);
		},
	};
}
