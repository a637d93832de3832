/** Somebody who is in very many rooms searches all of them. */
import { expect, test } from "vitest";
import { SearchDatabase } from "../src/search/database.ts";
import { wantedOf } from "../src/search/match.ts";
import { parseQuery } from "../src/search/query.ts";

const DAY_MS = 86_400_000;

/** In public rooms, ann's 1000 own and as many of others, in turns; each room three times. */
function openDatabase(): SearchDatabase {
	const database = new SearchDatabase();
	database.begin("log");
	const rows = Array.from({ length: 9000 }, (_, nth) => ({
		...{ seq: nth + 1, segment: 1, at: nth, bytes: 1, offset: nth + 1 },
		room: `${["public", "~ann", "~ben"][nth % 3]}${nth % 3000}`,
		...{ origin: "o", time: DAY_MS, name: "eve", identity: "e" },
		...{ text: nth < 9 ? "rare" : "word", isEdit: false },
	}));
	database.apply({ rows, wipes: [] });
	return database;
}

const annsRooms = Array.from(
	{ length: 1000 },
	(_, nth) => `~ann${3 * nth + 1}`,
);

test.each([
	["word", 5994],
	["rare", 6],
	["missing", 0],
	["from:eve rare", 6],
	["after:1970-01-02", 6000],
	["before:1970-01-02", 0],
])("%s finds what is public, or in rooms of their own", (text, count) => {
	const database = openDatabase();
	const query = parseQuery(text);
	if (typeof query === "string") throw new Error(query);
	const about = { inPublic: true, names: ["ann"], identities: ["a"] };
	const wanted = wantedOf(query, { ...about, rooms: annsRooms });
	const hits = database.find({ ...wanted, limit: 10_000 }) ?? [];
	expect(hits).toHaveLength(count);
	expect(hits.filter(({ room }) => room.startsWith("~ben"))).toEqual([]);
	database.close();
});

test("a word is looked up without a term for each of so many rooms", () => {
	const query = parseQuery("word");
	if (typeof query === "string") throw new Error(query);
	const about = { inPublic: true, names: ["ann"], identities: ["a"] };
	const { match } = wantedOf(query, { ...about, rooms: annsRooms });
	expect(match.match(/"/g)).toHaveLength(2);
});
