/** The tables of the index. */

/** Increment whenever the tables change, or how words are cut. The Unicode tables are part of that. */
export const FORMAT = `3 ${process.versions.unicode}`;

// No write-ahead log, which would have a copy of each text. The journal stays,
// to be overwritten in its place.
export const PRAGMAS = `PRAGMA journal_mode=PERSIST; PRAGMA synchronous=NORMAL;
PRAGMA secure_delete=ON; PRAGMA temp_store=MEMORY;`;
export const TABLES = `
CREATE TABLE progress(format, log, segment, at, seq, hash);
CREATE TABLE rooms(id INTEGER PRIMARY KEY, room, origin, UNIQUE(room, origin));
CREATE TABLE people(id INTEGER PRIMARY KEY, identity, name, UNIQUE(identity, name));
CREATE TABLE lines(seq INTEGER PRIMARY KEY, segment, at, bytes, room, offset, time,
	person, isReply, answered, isIndexed);
CREATE INDEX messages ON lines(room, offset);
CREATE TABLE days(day INTEGER PRIMARY KEY, seq);
CREATE VIRTUAL TABLE texts USING fts5(terms, words, content='',
	tokenize="ascii tokenchars '_'", prefix='2 3');
INSERT INTO texts(texts, rank) VALUES('secure-delete', 1);`;

/** Every word that was said, in its order; FTS5 makes it of what it has. */
export const INSTANCES = `CREATE VIRTUAL TABLE IF NOT EXISTS temp.instances
USING fts5vocab(main, texts, instance);`;

/** How often the words from the first up to the second were said. */
export const COUNT = `SELECT count(*) AS n FROM
	(SELECT 1 FROM temp.instances WHERE term >= ? AND term < ? LIMIT ?)`;

/**
 * How many pages such words may take, each with “0” before it. FTS5 numbers the
 * pages of a segment in the order of words, and has in `texts_idx` how the
 * first word of each begins; one that only goes on with a word has no row. So
 * the count may include a neighbouring word.
 */
export const PAGES = `WITH RECURSIVE segments(id) AS (
	SELECT min(segid) FROM texts_idx UNION ALL
	SELECT (SELECT min(segid) FROM texts_idx WHERE segid > id) FROM segments WHERE id > 0)
SELECT min(?3, sum(
	(SELECT pgno >> 1 FROM texts_idx
		WHERE segid = id AND term >= CAST(?2 AS BLOB) ORDER BY term LIMIT 1) -
	(SELECT pgno >> 1 FROM texts_idx
		WHERE segid = id AND term <= CAST(?1 AS BLOB) ORDER BY term DESC LIMIT 1))) AS n
FROM segments`;
