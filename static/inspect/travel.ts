/**
 * The inspector over a log. Questions go by POST, with the token, to the
 * program that printed the link. When that program ends, the page can only
 * say so.
 */
import type { About, Answers, Question } from "../../machines/travel.ts";
import { find, say } from "../element.ts";
import { activity } from "./activity.ts";
import { difference } from "./difference.ts";
import { inspect } from "./inspector.ts";
import { type Ask, LogTimeline } from "./log-timeline.ts";
import { seekControls } from "./seek-controls.ts";

const LEARN_MS = 400;
const FAILED = "The program could not answer that. Load the page again.";

/** Resolves to whether the token is right. */
export async function travel(token: string): Promise<boolean> {
	const opened = await post(token, { ask: "about" });
	if (!opened?.ok) return false;
	const ask: Ask = async <Asked extends Question>(question: Asked) => {
		const response = await post(token, question);
		if (response?.ok) {
			const answer: Answers[Asked["ask"]] = await response.json();
			return answer;
		}
		say(
			"#status",
			response ? FAILED : "The program that holds the log has ended.",
		);
		return new Promise<never>(() => {});
	};
	const log = new LogTimeline(ask, await opened.json());
	find("#travel").hidden = false;
	// Only a running server has a latest event, and rates.
	for (const id of ["#live", "#rates"]) find(id).hidden = true;
	const inspector = inspect(log);
	for (const control of [seekControls, activity, difference])
		control(inspector, log);
	void learn(log);
	return true;
}

/** Shows how far the log is read, until all of it is. */
async function learn(log: LogTimeline): Promise<void> {
	for (;;) {
		const { about } = log;
		say("#status", wordsOf(about));
		if (about.isWhole || about.trouble) return;
		await new Promise((resolve) => setTimeout(resolve, LEARN_MS));
		log.learn(await log.ask({ ask: "about" }));
	}
}

function wordsOf({ isWhole, trouble, read, first, last }: About): string {
	if (trouble) return trouble;
	if (isWhole) return "";
	if (first === 0)
		return `${read.toLocaleString("en")} events are read so far.`;
	const percent = Math.floor((read / last) * 100);
	return `From event ${first} on; the ones before are being read: ${percent} %`;
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
