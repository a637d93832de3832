/**
 * New messages for screen readers: a polite live region that changes at most
 * once a second, and gives only a number when there are too many to listen to.
 */

import { type Change, changed } from "../machines/relations.ts";
import { find } from "./element.ts";
import type { Line } from "./frames.ts";
import { t } from "./words.ts";

const EVERY_MS = 1_000;
const MOST = 3;
/** UTF-16 units of a message that a screen reader reads. */
const MOST_READ = 300;

function wordsOf(line: Line): string {
	const text = "text" in line ? line.text : "";
	return "name" in line ? `${line.name}: ${text.slice(0, MOST_READ)}` : text;
}

export function liveRegion() {
	const region = find("#announcer");
	let waiting: readonly Line[] = [];
	/** What can be read now. */
	let shown: readonly Line[] = [];
	let isBusy = false;

	function show(lines: readonly Line[]): void {
		shown = lines;
		const count = lines.length;
		region.textContent =
			count > MOST ? t("log.many", { count }) : lines.map(wordsOf).join("\n");
	}

	function flush(): void {
		// One more turn empties the region.
		isBusy = waiting.length > 0;
		show(waiting);
		waiting = [];
		if (isBusy) setTimeout(flush, EVERY_MS);
	}

	return {
		say(line: Line): void {
			waiting = [...waiting, line];
			if (isBusy) return;
			isBusy = true;
			setTimeout(flush, EVERY_MS / 4);
		},
		/** Words that were erased are not read, and others in the place of those that were edited. */
		change(change: Change): void {
			const later = (line: Line) => {
				const now = changed(line, change);
				return "erased" in now && now.erased ? [] : now;
			};
			waiting = waiting.flatMap(later);
			if (shown.some((line) => changed(line, change) !== line)) show([]);
		},
		clear(): void {
			waiting = [];
			show([]);
		},
	};
}
