/**
 * A log, opened at any moment of its past. What is asked of it goes to the
 * program that printed the link, by POST and with the token; when that program
 * ends, there is nothing to come back to.
 */
import type { About, Answers, Question } from "../../machines/travel.ts";
import { find, say } from "../element.ts";
import { activity } from "./activity.ts";
import { difference } from "./difference.ts";
import { inspect } from "./inspector.ts";
import { type Ask, LogTimeline } from "./log-timeline.ts";
import { scope } from "./scope.ts";
import { seekControls } from "./seek-controls.ts";

const LEARN_MS = 400;

/** Answers whether the token opens it. */
export async function travel(token: string): Promise<boolean> {
	const opened = await post(token, { ask: "about" });
	if (!opened?.ok) return false;
	const status = find("#status", HTMLElement);
	const ask: Ask = async <Asked extends Question>(question: Asked) => {
		const response = await post(token, question);
		if (response?.ok) {
			const answer: Answers[Asked["ask"]] = await response.json();
			return answer;
		}
		say(status, "The program that holds the log has ended.");
		return new Promise<never>(() => {});
	};
	const log = new LogTimeline(ask, await opened.json());
	for (const [id, isShown] of Object.entries(SHOWN))
		find(`#${id}`, HTMLElement).hidden = !isShown;
	const inspector = inspect(log);
	const parts = { inspector, log, ask };
	seekControls(parts);
	const { show, remember } = activity(parts);
	scope(parts, show);
	difference(parts, remember);
	void learn(log, ask, (words) => say(status, words));
	return true;
}

const SHOWN = {
	"token-form": false,
	inspector: true,
	travel: true,
	// What is the latest, and how much comes a second, is only so where it still runs.
	live: false,
	rates: false,
};

/** Until all of the log is read. */
async function learn(
	log: LogTimeline,
	ask: Ask,
	tell: (words: string) => void,
) {
	for (;;) {
		const { about } = log;
		tell(wordsOf(about));
		if (about.isWhole || about.trouble) return;
		await new Promise((resolve) => setTimeout(resolve, LEARN_MS));
		log.learn(await ask({ ask: "about" }));
	}
}

function wordsOf({ isWhole, trouble, read, first, last }: About): string {
	if (trouble) return trouble;
	if (isWhole) return "";
	if (first === 0)
		return `${read.toLocaleString("en")} events are read so far.`;
	const share = Math.floor((read / last) * 100);
	return `From event ${first} on; the ones before are being read: ${share} %`;
}

function post(token: string, question: Question) {
	return fetch(location.pathname, {
		method: "POST",
		headers: {
			authorization: `Bearer ${token}`,
			"content-type": "application/json",
		},
		body: JSON.stringify(question),
	}).catch(() => undefined);
}
