/**
 * Answers what a page asks about a log. A question is read by allow-list, and
 * an event that is not there is taken for the nearest that is.
 */
import type { Answers, Question, Scope } from "../../machines/travel.ts";
import type { Footage, Take } from "./footage.ts";

/** So many moments are told at once, at most. */
const MOST_MOMENTS = 5000;
const MOST_PARTS = 2000;

/** Undefined if that is no question. */
export function answer(
	footage: Footage,
	question: unknown,
): Answers[Question["ask"]] | undefined {
	const asked = read(question);
	if (!asked) return undefined;
	const { take } = footage;
	const { recording, register } = take;
	const { first, last } = recording;
	const known = (seq: number) =>
		Math.max(first, Math.min(Math.floor(seq), last));
	switch (asked.ask) {
		case "about":
			return footage.about;
		case "stretch": {
			const from = known(asked.from);
			const to = Math.min(known(asked.to), from + MOST_MOMENTS);
			return recording.stretch(from, Math.max(from, to));
		}
		case "time":
			return recording.seqAt(asked.time);
		case "next": {
			const groups = groupsIn(take, asked);
			return recording.next(groups, known(asked.from), asked.back) ?? null;
		}
		case "marks": {
			const parts = Math.max(1, Math.min(Math.floor(asked.parts), MOST_PARTS));
			return recording.marks(groupsIn(take, asked), parts);
		}
		case "compare":
			return register.compare(known(asked.from), known(asked.to));
	}
}

/** Of whom someone has a part in every event in scope. */
function groupsIn({ register }: Take, { room, client }: Scope) {
	return [
		...(room ? [register.actorsOfRoom(room)] : []),
		...(client ? [register.clients(client)] : []),
	];
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
