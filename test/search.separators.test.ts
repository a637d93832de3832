/** What separates the pages of the index when words are erased. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sqlite from "node-sqlite3-wasm";
import { afterEach, beforeEach, expect, test } from "vitest";
import { SearchDatabase } from "../src/search/database.ts";
import type { Row } from "../src/search/store.ts";

let folder: string;
let database: SearchDatabase;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "plume-separators-"));
	database = new SearchDatabase(folder);
	database.begin("log");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const rowsOf = (texts: readonly string[]): readonly Row[] =>
	texts.map((text, nth) => ({
		...{ seq: nth + 1, segment: 1, at: nth * 100, bytes: 100, room: "lobby" },
		...{ origin: "o", offset: nth + 1, time: 0, name: "ann", identity: "i" },
		...{ text, isEdit: false },
	}));

const isOdd = ({ seq }: Row) => seq % 2 === 1;

const add = (rows: readonly Row[]) => database.apply({ rows, wipes: [] });

const wipe = (rows: readonly Row[]) =>
	database.apply({ rows: [], wipes: rows });

/** The beginnings of words that separate pages, after which nothing can be found any more. */
function separators(): ReadonlySet<string> {
	database.close();
	const file = new sqlite.Database(join(folder, "search.db"));
	file.exec("INSERT INTO texts(texts) VALUES('integrity-check')");
	const all = file.all(
		"SELECT CAST(substr(term, 2) AS TEXT) AS word FROM texts_idx",
	);
	file.close();
	return new Set(all.map(({ word }) => String(word)));
}

/** Always the same words, which look as if they were made by chance. */
function words(letters: number, first: string, count: number) {
	let seed = letters;
	const letter = () => {
		seed = (seed * 48_271) % 2_147_483_647;
		return String.fromCodePoint((first.codePointAt(0) ?? 0) + (seed % 26));
	};
	return Array.from({ length: count }, () =>
		Array.from({ length: letters }, letter).join(""),
	);
}

test("no erased word stays as what separates two pages of the index", () => {
	const rows = rowsOf(
		Array.from({ length: 2000 }, (_, nth) => `call 4915${1e9 + 3 * nth}`),
	);
	const isFound = ({ text = "", seq }: Row) =>
		expect(
			database.find({ match: `words : "${text.slice(5)}"`, limit: 2 }),
		).toMatchObject([{ seq }]);
	add(rows);
	wipe(rows.filter(isOdd));
	for (const row of rows) if (row.seq % 80 === 0) isFound(row);
	const left = separators();
	expect(left.size).toBeGreaterThan(5);
	const erased = rows.filter(isOdd).map(({ text }) => text?.slice(5) ?? "");
	expect(erased.filter((word) => left.has(word))).toEqual([]);
});

test("no erased name of three letters stays as what separates two pages", () => {
	const names = [...new Set(words(3, "a", 20_000))].sort();
	const texts = [0, 1].map((rest) =>
		names.filter((_, nth) => nth % 2 === rest),
	);
	const [erased = [], others = []] = texts;
	const rows = rowsOf(texts.map((all) => all.join(" ")));
	add(rows);
	wipe(rows.filter(isOdd));
	const left = separators();
	expect(others.filter((name) => left.has(name))).not.toEqual([]);
	expect(erased.filter((name) => left.has(name))).toEqual([]);
});

test("words that are erased hide no words of others", () => {
	const said = words(5, "a", 4000);
	// They come after all others in the index.
	const late = words(9, "𐐨", 4000);
	const rows = rowsOf(
		Array.from({ length: 1000 }, (_, nth) =>
			(nth % 2 === 0 ? late : said).slice(nth * 4, nth * 4 + 8).join(" "),
		),
	);
	const others = rows.filter((row) => !isOdd(row));
	add(rows);
	wipe(rows.filter(isOdd));
	const beginnings = new Set(said.map((word) => word.slice(0, 2)));
	for (const beginning of beginnings) {
		const match = `words : "${beginning}" *`;
		const found = database.find({ match, limit: rows.length });
		const expected = others.filter(({ text }) =>
			text?.split(" ").some((word) => word.startsWith(beginning)),
		);
		expect(found).toHaveLength(expected.length);
	}
	database.close();
});

test("fifty messages of one long word each are erased at once", () => {
	const rows = rowsOf(words(4000, "𐐨", 50));
	add(rows);
	wipe(rows);
	expect(separators().size).toBeLessThan(10);
});
