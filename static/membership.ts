/**
 * Lines about people who came in or left. Those between two messages share a
 * row, and are about people rather than about their tabs.
 */

import type { SystemLine } from "../machines/message.ts";
import type { Line, Member } from "./frames.ts";

/** More people than these are a number. */
const MOST_NAMED = 3;

/** What someone did, by their first and last line in a row. */
const PHRASES = [
	...(["entered entered", "left left"] as const),
	...(["entered left", "left entered"] as const),
];

export const isMembership = (line: Line | undefined): line is SystemLine =>
	line?.kind === "entered" || line?.kind === "left";

export const dayOf = ({ time }: Pick<Line, "time">) =>
	new Date(time).setHours(0, 0, 0, 0);

/** The lines of each row: a message alone, membership lines of one day together. */
export function groupLines(lines: readonly Line[]): [Line, ...Line[]][] {
	const rows: [Line, ...Line[]][] = [];
	for (const line of lines) {
		const row = rows.at(-1);
		const last = row?.at(-1);
		const isTogether =
			isMembership(last) && isMembership(line) && dayOf(last) === dayOf(line);
		if (row && isTogether) row.push(line);
		else rows.push([line]);
	}
	return rows;
}

/**
 * Drops the membership lines of a tab beside another tab of the same person.
 * A client whose first line is not `entered` was in the room before the lines
 * began. So was one of `members`, who are in it after the last line, of whom
 * there is no line.
 */
export function withoutExtraTabs(
	lines: readonly Line[],
	members: Iterable<Member>,
): readonly Line[] {
	const tabsOf = new Map<string, Set<string>>();
	const known = new Set<string>();
	for (const one of [...lines, ...members]) {
		if (!("client" in one)) continue;
		const tabs = tabsOf.get(one.name) ?? new Set();
		tabsOf.set(one.name, tabs);
		const isEntering = "kind" in one && one.kind === "entered";
		if (!known.has(one.client) && !isEntering) tabs.add(one.client);
		known.add(one.client);
	}
	return lines.filter((line) => {
		if (!isMembership(line)) return true;
		const { kind, name, client } = line;
		const tabs = tabsOf.get(name);
		if (kind === "left") tabs?.delete(client);
		else tabs?.add(client);
		return tabs?.size === (kind === "left" ? 0 : 1);
	});
}

/** For each phrase: some of the people who did that, and how many others. */
export function summarize(lines: readonly SystemLine[]) {
	const kinds = new Map<string, SystemLine["kind"][]>();
	for (const { name, kind } of lines)
		kinds.set(name, [...(kinds.get(name) ?? []).slice(0, 1), kind]);
	return PHRASES.flatMap((phrase) => {
		const names = [...kinds].flatMap(([name, of]) =>
			`${of.at(0)} ${of.at(-1)}` === phrase ? name : [],
		);
		if (names.length === 0) return [];
		const named = names.length > MOST_NAMED ? MOST_NAMED - 1 : MOST_NAMED;
		const others = Math.max(0, names.length - named);
		return { names: names.slice(0, named), others, phrase };
	});
}
