/**
 * A bar on a terminal while a log is being read, once that has taken a
 * second. It watches a disk's reads, and changes nothing about them.
 */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Disk, realDisk } from "../log/disk.ts";
import { logFolder } from "../log/reader.ts";

const PATIENCE_MS = 1000;
const REDRAW_MS = 100;
const WIDTH = 30;
/** To the line's beginning, and clear what stood there. */
const AGAIN = "\r\u001b[K";

export interface ProgressParts {
	readonly read: Disk["read"];
	/** The files that will be read, in this order, with their sizes in bytes. */
	readonly files: readonly { readonly path: string; readonly size: number }[];
	readonly draw: (text: string) => void;
	/** Milliseconds, from any moment on. */
	readonly now: () => number;
}

/** What to read with, and what to call when all is read. */
export function watched({ read, files, draw, now }: ProgressParts) {
	const total = files.reduce((sum, { size }) => sum + size, 0);
	let due = now() + PATIENCE_MS;
	let isOver = false;
	let isDrawn = false;

	async function* counted(path: string, from: number, to?: number) {
		const nth = files.findIndex((file) => file.path === path);
		const before = files.slice(0, nth);
		let done = before.reduce((sum, { size }) => sum + size, from);
		for await (const chunk of read(path, from, to)) {
			done += chunk.length;
			if (!isOver && now() >= due) {
				due = now() + REDRAW_MS;
				isDrawn = true;
				draw(barOf(Math.min(1, done / total)));
			}
			yield chunk;
		}
	}

	return {
		read(path: string, from = 0, to?: number) {
			const isWatched = files.some((file) => file.path === path);
			return isWatched ? counted(path, from, to) : read(path, from, to);
		},
		done() {
			isOver = true;
			if (isDrawn) draw(AGAIN);
		},
	};
}

function barOf(share: number): string {
	const bar = "█".repeat(Math.round(share * WIDTH)).padEnd(WIDTH, "░");
	return `${AGAIN}Reading the log ${bar} ${Math.floor(share * 100)} %`;
}

/** The disk, and on a terminal a bar while a data folder's log is read from it. */
export function shown(path: string) {
	if (process.stderr.isTTY !== true) return { disk: realDisk, done() {} };
	const folder = logFolder(path);
	const names = existsSync(folder) ? readdirSync(folder).sort() : [];
	const files = names.map((name) => {
		const path = join(folder, name);
		return { path, size: statSync(path).size };
	});
	const now = () => performance.now();
	const draw = (text: string) => process.stderr.write(text);
	const { read, done } = watched({ read: realDisk.read, files, draw, now });
	return { disk: { ...realDisk, read }, done };
}
