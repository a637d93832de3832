/**
 * Answers the page's questions about a log. Unknown fields are ignored, and a
 * seq outside of the log means the nearest one in it.
 */
import type { Answers, Question, Scope } from "../../machines/travel.ts";
import type { LogTimeline } from "./log-timeline.ts";

/** Moments in one answer. */
const MOST_MOMENTS = 5000;
const MOST_PARTS = 2000;

/** Answers a question; undefined if it is none. */
export async function answer(
	log: LogTimeline,
	question: unknown,
): Promise<Answers[Question["ask"]] | undefined> {
	const fields: Readonly<Record<string, unknown>> = Object(question);
	const { timeline } = log;
	const { first, last, index } = timeline;
	const number = (name: string) => {
		const value = fields[name];
		return typeof value === "number" && Number.isFinite(value) ? value : 0;
	};
	const text = (name: string) => {
		const value = fields[name];
		return typeof value === "string" && value ? { [name]: value } : {};
	};
	const seq = (name: string) =>
		Math.max(first, Math.min(Math.floor(number(name)), last));
	const scope: Scope = { ...text("room"), ...text("client") };
	switch (fields.ask) {
		case "about":
			return log.about;
		case "stretch": {
			const from = seq("from");
			const to = Math.min(seq("to"), from + MOST_MOMENTS);
			return timeline.stretch(from, Math.max(from, to));
		}
		case "time":
			return index.seqAt(number("time"));
		case "next":
			return index.next(scope, seq("from"), fields.back === true) ?? null;
		case "marks": {
			const parts = Math.min(Math.floor(number("parts")), MOST_PARTS);
			return index.marks(scope, Math.max(1, parts));
		}
		case "compare":
			return timeline.compare(seq("from"), seq("to"));
		default:
			return undefined;
	}
}
