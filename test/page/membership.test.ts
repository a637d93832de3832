/** Membership lines in one row: nobody is forgotten, and tabs are not people. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Line } from "../../static/frames.ts";
import {
	groupLines,
	isMembership,
	summarize,
	withoutExtraTabs,
} from "../../static/membership.ts";

const NOON = new Date(2026, 0, 5, 12).getTime();

/** One thing that happens in the room of the model: a tab comes, goes, or says something. */
interface Step {
	readonly name: string;
	readonly tab: number;
	readonly speaks: boolean;
}
const step = fc.record<Step>({
	name: fc.constantFrom("ann", "ben", "ida", "sami", "tom"),
	tab: fc.nat(2),
	speaks: fc.boolean(),
});

interface History {
	readonly lines: readonly Line[];
	/** Who came or went as a person, in order, as the model saw it. */
	readonly people: readonly Line[];
	/** Who is in at the end. */
	readonly members: { client: string; name: string; away: boolean }[];
}

/** A tab that speaks must be in: where it is not, it comes in; else it goes. */
function live(steps: readonly Step[], perHour = 60): History {
	const tabs = new Map<string, string>();
	const lines: Line[] = [];
	const people: Line[] = [];
	for (const { name, tab, speaks } of steps) {
		const client = `${name}-${tab}`;
		const count = () => [...tabs.values()].filter((who) => who === name).length;
		const position = { room: "r", epoch: "e", offset: lines.length + 1 };
		const time = NOON + (lines.length * 3_600_000) / perHour;
		const about = { ...position, name, client, time };
		if (speaks && tabs.has(client)) {
			lines.push({ kind: "said", ...about, text: "hi" });
			continue;
		}
		const kind = tabs.has(client) ? "left" : "entered";
		const line = { kind, ...about } as const;
		lines.push(line);
		if (kind === "entered") tabs.set(client, name);
		else tabs.delete(client);
		if (count() === (kind === "entered" ? 1 : 0)) people.push(line);
	}
	const members = [...tabs].map(([client, name]) => {
		return { client, name, away: false };
	});
	return { lines, people, members };
}

const history = fc.array(step, { maxLength: 60 }).map((steps) => live(steps));

test("folding loses no line, changes no order, and leaves no two rows that belong together", () => {
	fc.assert(
		fc.property(history, fc.nat(60), ({ lines }, cut) => {
			const rows = groupLines(lines);
			expect(rows.flat()).toEqual(lines);
			for (const row of rows)
				expect(row.length === 1 || row.every(isMembership)).toBe(true);
			for (const [at, row] of rows.entries())
				expect(isMembership(row[0]) && isMembership(rows[at + 1]?.[0])).toBe(
					false,
				);
			// A page that comes later joins what stands there as if it had come at once.
			const parts = [
				...groupLines(lines.slice(0, cut)),
				...groupLines(lines.slice(cut)),
			];
			expect(groupLines(parts.flat())).toEqual(rows);
		}),
	);
});

test("comings and goings of two days stand in two rows", () => {
	const steps = ["ann", "ben", "ida"].map((name) => {
		return { name, tab: 0, speaks: false };
	});
	expect(groupLines(live(steps, 1 / 9).lines)).toHaveLength(2);
});

test("whatever part of the past is seen, only people come and go in it", () => {
	fc.assert(
		fc.property(history, fc.nat(60), ({ lines, people, members }, from) => {
			const seen = lines.slice(from);
			const known = people.filter((line) => seen.includes(line));
			const shown = withoutExtraTabs(seen, members);
			expect(shown.filter(isMembership)).toEqual(known);
		}),
	);
});

const tell = (summary: ReturnType<typeof summarize>) =>
	summary
		.map(({ names, others, phrase }) => `${names} +${others} ${phrase}`)
		.join(" · ");

test("a summary counts everyone once, by how they began and how they ended", () => {
	fc.assert(
		fc.property(history, ({ people }) => {
			const comings = people.filter(isMembership);
			const summary = summarize(comings);
			const all = new Set(comings.map(({ name }) => name));
			const counted = summary.map(({ names, others }) => names.length + others);
			expect(counted.reduce((sum, count) => sum + count, 0)).toBe(all.size);
			for (const name of summary.flatMap(({ names }) => names)) {
				const kinds = comings.filter((one) => one.name === name);
				const phrase =
					summary.find(({ names }) => names.includes(name))?.phrase ?? "";
				expect(phrase.startsWith("entered")).toBe(kinds[0]?.kind === "entered");
				expect(phrase.endsWith("left")).toBe(kinds.at(-1)?.kind === "left");
			}
		}),
	);
});

test.each([
	[["+ben"], "ben +0 entered entered"],
	[["+ben", "+ida", "+tom"], "ben,ida,tom +0 entered entered"],
	[
		["+ben", "+ida", "+a", "+b", "+c", "+d", "-sami"],
		"ben,ida +4 entered entered · sami +0 left left",
	],
	[["+ben", "-ben"], "ben +0 entered left"],
	[["-ben", "+ben"], "ben +0 left entered"],
	[["-ben", "+ben", "-ben"], "ben +0 left left"],
])("%s is told as %s", (steps, words) => {
	const comings = steps.map((each, offset) => {
		const kind = each.startsWith("+") ? "entered" : "left";
		const position = { room: "r", epoch: "e", offset, time: NOON };
		return {
			kind,
			...position,
			client: each.slice(1),
			name: each.slice(1),
		} as const;
	});
	expect(tell(summarize(comings))).toBe(words);
});
