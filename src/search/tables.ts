/** The tables of the index. */

/** Increment whenever the tables change, or how words are cut. The Unicode tables are part of that. */
export const FORMAT = `1 ${process.versions.unicode}`;

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
USING fts5vocab(main, texts, instance)`;
