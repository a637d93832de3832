/**
 * Comings and goings as one line: those between two messages are told together,
 * of people rather than of their tabs.
 */

import type { SystemLine } from "../machines/message.ts";
import type { Line, Member } from "./frames.ts";

/** More names than these are a number. */
const NAMED = 3;

/** What became of someone, by the first and the last that is told of them. */
const DID = {
	"entered entered": "came in",
	"left left": "left",
	"entered left": "came in and left",
	"left entered": "left and came back",
};

export const didOf = ({ kind }: SystemLine) => DID[`${kind} ${kind}`];

export const isComing = (line: Line | undefined): line is SystemLine =>
	line?.kind === "entered" || line?.kind === "left";

export const dayOf = ({ time }: Pick<Line, "time">) =>
	new Date(time).setHours(0, 0, 0, 0);

/** What stands in one row: a message alone, comings and goings of a day together. */
export function folded(lines: readonly Line[]): [Line, ...Line[]][] {
	const rows: [Line, ...Line[]][] = [];
	for (const line of lines) {
		const row = rows.at(-1);
		const last = row?.at(-1);
		const isTogether =
			isComing(last) && isComing(line) && dayOf(last) === dayOf(line);
		if (row && isTogether) row.push(line);
		else rows.push([line]);
	}
	return rows;
}

/**
 * The comings and goings of people: not those of a tab beside another. Whoever
 * first appears otherwise than by coming in was in before the first line, as
 * is whoever of `members`, who are in after the last, does not appear at all.
 */
export function ofPeople(
	lines: readonly Line[],
	members: Iterable<Member>,
): readonly SystemLine[] {
	const inside = new Map<string, Set<string>>();
	const known = new Set<string>();
	for (const one of [...lines, ...members]) {
		if (!("client" in one)) continue;
		const tabs = inside.get(one.name) ?? new Set();
		inside.set(one.name, tabs);
		const isNew = "kind" in one && one.kind === "entered";
		if (!known.has(one.client) && !isNew) tabs.add(one.client);
		known.add(one.client);
	}
	return lines.filter(isComing).filter(({ kind, name, client }) => {
		const tabs = inside.get(name);
		if (kind === "left") tabs?.delete(client);
		else tabs?.add(client);
		return tabs?.size === (kind === "left" ? 0 : 1);
	});
}

/** For each way to come and go: some who did the same, and how many others. */
export function summary(comings: readonly SystemLine[]) {
	const kinds = new Map<string, SystemLine["kind"][]>();
	for (const { name, kind } of comings)
		kinds.set(name, [...(kinds.get(name) ?? []).slice(0, 1), kind]);
	return Object.entries(DID).flatMap(([way, did]) => {
		const names = [...kinds].flatMap(([name, told]) => {
			return `${told.at(0)} ${told.at(-1)}` === way ? name : [];
		});
		if (names.length === 0) return [];
		const some = names.length > NAMED ? NAMED - 1 : NAMED;
		const others = Math.max(0, names.length - some);
		return { names: names.slice(0, some), others, did };
	});
}
