/**
 * New messages for screen readers: a polite live region that changes at most
 * once a second, and gives only a number when there are too many to listen to.
 */

import { find } from "./element.ts";
import { t } from "./words.ts";

const EVERY_MS = 1_000;
const MOST = 3;

export function liveRegion() {
	const region = find("#announcer");
	let waiting: string[] = [];
	let isBusy = false;

	function flush(): void {
		const isTooMany = waiting.length > MOST;
		region.textContent = isTooMany
			? t("log.many", { count: waiting.length })
			: waiting.join("\n");
		// One more turn empties the region.
		isBusy = waiting.length > 0;
		if (isBusy) setTimeout(flush, EVERY_MS);
		waiting = [];
	}

	return {
		say(words: string): void {
			waiting.push(words);
			if (isBusy) return;
			isBusy = true;
			setTimeout(flush, EVERY_MS / 4);
		},
		clear(): void {
			waiting = [];
			region.textContent = "";
		},
	};
}
