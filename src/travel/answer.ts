/**
 * Answers what a page asks about a log. A question is read by allow-list, and
 * an event that is not there is taken for the nearest that is.
 */
import type { Answers, Question, Scope } from "../../machines/travel.ts";
import type { LogTimeline } from "./log-timeline.ts";

/** So many moments are told at once, at most. */
const MOST_MOMENTS = 5000;
const MOST_PARTS = 2000;

/** Undefined if that is no question. */
export async function answer(
	log: LogTimeline,
	question: unknown,
): Promise<Answers[Question["ask"]] | undefined> {
	const asked = read(question);
	if (!asked) return undefined;
	const { timeline } = log;
	const { first, last, index } = timeline;
	const known = (seq: number) =>
		Math.max(first, Math.min(Math.floor(seq), last));
	switch (asked.ask) {
		case "about":
			return log.about;
		case "stretch": {
			const from = known(asked.from);
			const to = Math.min(known(asked.to), from + MOST_MOMENTS);
			return timeline.stretch(from, Math.max(from, to));
		}
		case "time":
			return index.seqAt(asked.time);
		case "next":
			return index.next(asked, known(asked.from), asked.back) ?? null;
		case "marks": {
			const parts = Math.max(1, Math.min(Math.floor(asked.parts), MOST_PARTS));
			return index.marks(asked, parts);
		}
		case "compare":
			return timeline.compare(known(asked.from), known(asked.to));
	}
}

function read(question: unknown): Question | undefined {
	if (typeof question !== "object" || question === null) return undefined;
	const fields: Readonly<Record<string, unknown>> = { ...question };
	const { ask } = fields;
	const number = (name: string) => {
		const value = fields[name];
		return typeof value === "number" && Number.isFinite(value) ? value : 0;
	};
	const text = (name: string) => {
		const value = fields[name];
		return typeof value === "string" && value ? { [name]: value } : {};
	};
	const scope: Scope = { ...text("room"), ...text("client") };
	const span = { from: number("from"), to: number("to") };
	switch (ask) {
		case "about":
			return { ask };
		case "stretch":
		case "compare":
			return { ask, ...span };
		case "time":
			return { ask, time: number("time") };
		case "next":
			return { ask, from: span.from, back: fields.back === true, ...scope };
		case "marks":
			return { ask, parts: number("parts"), ...scope };
		default:
			return undefined;
	}
}
