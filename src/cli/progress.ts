/**
 * Shows a progress bar on a terminal if reading a log takes more than a
 * second. It counts the bytes that are read from a disk.
 */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Disk, realDisk } from "../log/disk.ts";
import { logFolder } from "../log/reader.ts";

const DELAY_MS = 1000;
const REDRAW_MS = 100;
const WIDTH = 30;
/** Returns to the start of the line and clears it. */
const CLEAR_LINE = "\r\u001b[K";

export interface ProgressParts {
	readonly read: Disk["read"];
	/** The files that will be read, in order, with their sizes in bytes. */
	readonly files: readonly { readonly path: string; readonly size: number }[];
	readonly draw: (text: string) => void;
	/** A monotonic clock, in milliseconds. */
	readonly now: () => number;
}

/** Wraps `read`. Call `done` when all is read. */
export function watched({ read, files, draw, now }: ProgressParts) {
	/** The bytes in the files before each. */
	const starts = new Map<string, number>();
	let total = 0;
	for (const { path, size } of files) {
		starts.set(path, total);
		total += size;
	}
	let due = now() + DELAY_MS;
	let isOver = false;
	let isDrawn = false;

	async function* counted(path: string, from = 0, to?: number) {
		let done = (starts.get(path) ?? 0) + from;
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
		read: (path: string, ...range: [from?: number, to?: number]) =>
			(starts.has(path) ? counted : read)(path, ...range),
		done() {
			isOver = true;
			if (isDrawn) draw(CLEAR_LINE);
		},
	};
}

function barOf(share: number): string {
	const bar = "█".repeat(Math.round(share * WIDTH)).padEnd(WIDTH, "░");
	return `${CLEAR_LINE}Reading the log ${bar} ${Math.floor(share * 100)} %`;
}

/** The real disk, with a progress bar on a terminal while a data folder's log is read. */
export function diskWithProgress(path: string) {
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
