/**
 * What is read aloud as it happens: a polite region that speaks once a second
 * at most, and only counts when there was too much to listen to.
 */

import { find } from "./element.ts";

const EVERY_MS = 1_000;
const MOST = 3;

export function liveRegion() {
	const region = find("#announcer", HTMLElement);
	let waiting: string[] = [];
	let isSpeaking = false;

	function flush() {
		const many = waiting.length > MOST;
		const words = many ? [`${waiting.length} new messages.`] : waiting;
		region.textContent = words.join("\n");
		// One more turn, in which what was read aloud goes.
		isSpeaking = waiting.length > 0;
		if (isSpeaking) setTimeout(flush, EVERY_MS);
		waiting = [];
	}

	return {
		speak(words: string) {
			waiting.push(words);
			if (isSpeaking) return;
			isSpeaking = true;
			setTimeout(flush, EVERY_MS / 4);
		},
		/** Nothing that was to be said is said any more. */
		hush() {
			waiting = [];
			region.textContent = "";
		},
	};
}
