/**
 * FTS5 finds the page of a word by separators: for each page the beginning of
 * what was its first word, as far as that differs from the word before. With
 * `secure-delete` it takes words out of the pages, and leaves the separators.
 * Here those of wiped words go, too: the next word that is still there does as
 * well, and a page that is empty needs none.
 */

import type { Database } from "node-sqlite3-wasm";
import { tokensOf } from "../../machines/tokens.ts";
import type { Wipe } from "./store.ts";
import { INSTANCES } from "./tables.ts";

/** Each separator that begins a wiped word and no other, the word after it, and the separator after it. “0” stands before the words of the whole index. */
const STALE = `WITH RECURSIVE beginnings(term) AS (
	SELECT CAST('0' || value AS BLOB) FROM json_each(?) UNION
	SELECT substr(term, 1, length(term) - 1) FROM beginnings WHERE length(term) > 2)
SELECT * FROM (SELECT segid, term,
	(SELECT CAST('0' || words.term AS BLOB) FROM temp.instances AS words
		WHERE words.term >= CAST(substr(stale.term, 2) AS TEXT) LIMIT 1) AS word,
	(SELECT min(term) FROM texts_idx AS later
		WHERE later.segid = stale.segid AND later.term > stale.term) AS following
FROM texts_idx AS stale WHERE term IN (SELECT term FROM beginnings))
WHERE word IS NULL OR substr(word, 1, length(term)) <> term`;

/** Each moves to its next word. Only that of an empty page would pass the one after it. */
const [MOVE, REMOVE] = [
	`UPDATE texts_idx SET term = ?3 WHERE segid = ?1 AND term = ?2`,
	`DELETE FROM texts_idx WHERE segid = ?1 AND term = ?2`,
];

const isBytes = (value: unknown): value is Uint8Array =>
	value instanceof Uint8Array;

/** Call in the transaction that wipes words, after it has wiped them. */
export function wipeSeparators(db: Database, wipes: readonly Wipe[]): void {
	const wiped = wipes.flatMap(({ text = "" }) => tokensOf(text));
	if (wiped.length === 0) return;
	db.exec(INSTANCES);
	// FTS5 writes what it still has to write.
	db.all("SELECT 1 FROM temp.instances LIMIT 1");
	const stale = db.all(STALE, [JSON.stringify(wiped)]);
	for (const { segid, term, word, following } of stale) {
		if (!isBytes(term)) continue;
		const isEmpty =
			!isBytes(word) ||
			(isBytes(following) && Buffer.compare(word, following) >= 0);
		const values = [Number(segid), term];
		if (isEmpty) db.run(REMOVE, values);
		else db.run(MOVE, [...values, word]);
	}
}
