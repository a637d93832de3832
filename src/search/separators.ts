/**
 * FTS5 finds the page of a word by separators: for each page the beginning of
 * what was its first word, as far as that differs from the word before. With
 * `secure-delete` it takes words out of the pages, and leaves the separators.
 * Here those of wiped words go, too: the next word that is still there does as
 * well, and a page that is empty needs none.
 */

import type { Database } from "node-sqlite3-wasm";
import type { Wipe } from "./store.ts";
import { INSTANCES } from "./tables.ts";
import { termsIn } from "./terms.ts";

// In memory, as all that is temporary here.
const WIPED = `CREATE TABLE IF NOT EXISTS temp.wiped(word PRIMARY KEY) WITHOUT ROWID;
DELETE FROM temp.wiped;`;
/** A digit stands before each word: 0 in the index of whole words, 1 and 2 in those of their first two and three letters. */
const ADD_WIPED = `INSERT OR IGNORE INTO temp.wiped
SELECT CAST(digit.value || word.value AS BLOB)
FROM json_each('[0,1,2]') AS digit, json_each(?) AS word`;
/**
 * Selects each separator that begins only wiped words, and what replaces it:
 * the next word, or the digit of the next index, since a page may have the end
 * of one index and the beginning of another. `isEmpty` tells that this would
 * not stand before the next separator, so the page has no word.
 */
const STALE = `WITH begun AS MATERIALIZED (
	SELECT segid, term, CAST(CAST(substr(term, 1, 1) AS TEXT) AS INTEGER) AS digit
	FROM texts_idx WHERE length(term) > 0 AND term =
		substr((SELECT min(word) FROM temp.wiped WHERE word >= term), 1, length(term))),
stale AS MATERIALIZED (SELECT segid, term, CAST(coalesce((
	SELECT digit || iif(digit, substr(words.term, 1, digit + 1), words.term)
	FROM temp.instances AS words
	WHERE words.term >= CAST(substr(begun.term, 2) AS TEXT) LIMIT 1),
	digit + 1) AS BLOB) AS next FROM begun)
SELECT *, next >= (SELECT min(term) FROM texts_idx AS later
	WHERE later.segid = stale.segid AND later.term > stale.term) AS isEmpty
FROM stale WHERE substr(next, 1, length(term)) <> term`;
const [MOVE, REMOVE] = [
	`UPDATE texts_idx SET term = ?3 WHERE segid = ?1 AND term = ?2`,
	`DELETE FROM texts_idx WHERE segid = ?1 AND term = ?2`,
];

const isBytes = (value: unknown): value is Uint8Array =>
	value instanceof Uint8Array;

/** Call in the transaction that wipes words, after it has wiped them. */
export function wipeSeparators(db: Database, wipes: readonly Wipe[]): void {
	const wiped = wipes.flatMap(({ text = "" }) => termsIn(text));
	if (wiped.length === 0) return;
	db.exec(INSTANCES + WIPED);
	// FTS5 writes what it still has to write.
	db.all("SELECT 1 FROM temp.instances LIMIT 1");
	db.run(ADD_WIPED, [JSON.stringify(wiped)]);
	for (const { segid, term, next, isEmpty } of db.all(STALE)) {
		if (!isBytes(term) || !isBytes(next)) continue;
		const stale = [Number(segid), term];
		if (isEmpty) db.run(REMOVE, stale);
		else db.run(MOVE, [...stale, next]);
	}
	db.exec(WIPED);
}
