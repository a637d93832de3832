/**
 * The index in SQLite, by FTS5. It stores no text: only which words and terms
 * are in which line. So a line can be taken out only by giving its text once
 * more, and then nothing of it is left in the file.
 *
 * Words are cut and folded before they come here (`machines/tokens.ts`);
 * FTS5's own tokenizers cut words at the marks of many scripts.
 */
import { mkdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type * as sqlite from "node-sqlite3-wasm";
import { tokensOf } from "../../machines/tokens.ts";
import { overwriteJournal } from "./journal.ts";
import { wipeSeparators } from "./separators.ts";
import type { Batch, Hit, IndexedEnd, Row, Wanted, Wipe } from "./store.ts";
import { COUNT, FORMAT, INSTANCES, PAGES, PRAGMAS, TABLES } from "./tables.ts";
import { termsOf } from "./terms.ts";

// Its names can't be imported: they are set while it runs.
const { Database }: typeof sqlite = createRequire(import.meta.url)(
	"node-sqlite3-wasm",
);

const DAY_MS = 86_400_000;
/** How often the words with the beginnings of a query may have been said: counting and finding them takes about 0.6 s. */
const MOST_SAID = 1_500_000;
/** Pages of the index: to read so many takes 0.2 s at most. */
const COUNTED_PAGES = 1000;
const NEVER = Number.MAX_SAFE_INTEGER;

type Values = readonly (number | string | null)[];
type Found = Readonly<Record<string, unknown>>;

export class SearchDatabase {
	readonly #folder: string | undefined;
	#db: sqlite.Database;
	readonly #statements = new Map<string, sqlite.Statement>();
	/** Ids of rows of small tables. */
	readonly #ids = new Map<string, number>();
	#lastDay = -1;

	/** Without a folder, the index is in memory. The process must be the only one that uses the folder. */
	constructor(folder?: string) {
		this.#folder = folder;
		this.#db = open(folder);
	}

	/** As `SearchStore.begin`, as are the methods of the same names. */
	begin(log: string): IndexedEnd | undefined {
		const isThere = this.#get(
			"SELECT 1 FROM sqlite_schema WHERE name = 'progress'",
		);
		const end = isThere && this.#get("SELECT * FROM progress");
		if (end?.format === FORMAT && end.log === log) {
			const { segment, at, seq } = numbersIn(end);
			overwriteJournal(this.#folder);
			if (typeof end.hash !== "string") return undefined;
			return { segment, at, seq, hash: end.hash };
		}
		this.reset();
		this.#db = open(this.#folder);
		this.#db.exec("BEGIN");
		this.#db.exec(TABLES);
		const nothing = "INSERT INTO progress VALUES(?, ?, 0, 0, 0, NULL)";
		this.#run(nothing, [FORMAT, log]);
		this.#db.exec("COMMIT");
		return undefined;
	}

	apply({ rows, wipes, end }: Batch): boolean {
		this.#db.exec("BEGIN");
		try {
			for (const row of rows) this.#add(row);
			const areWiped = wipes.every((wipe) => this.#wipe(wipe));
			if (areWiped) wipeSeparators(this.#db, wipes);
			if (end) {
				const { segment, at, seq, hash } = end;
				const set = "segment = ?, at = ?, seq = ?, hash = ?";
				this.#run(`UPDATE progress SET ${set}`, [segment, at, seq, hash]);
			}
			if (areWiped) this.#db.exec("COMMIT");
			if (areWiped && wipes.length > 0) overwriteJournal(this.#folder);
			return areWiped;
		} finally {
			if (this.#db.inTransaction) {
				this.#db.exec("ROLLBACK");
				this.#lastDay = -1;
				this.#ids.clear();
			}
		}
	}

	find(wanted: Wanted): readonly Hit[] | undefined {
		const { match, ownRooms, limit, beginnings = [], ...bounds } = wanted;
		if (this.#areShared(beginnings)) return undefined;
		const { from, to } = this.#range(bounds);
		return this.#all(
			`SELECT lines.seq, segment, at, bytes, rooms.room, origin, offset, time, name
			FROM texts CROSS JOIN lines ON lines.seq = texts.rowid
			JOIN rooms ON rooms.id = lines.room JOIN people ON people.id = lines.person
			WHERE texts MATCH ?1 AND texts.rowid >= ?2 AND texts.rowid < ?3
			AND (?4 IS NULL OR rooms.room NOT GLOB '~*'
				OR rooms.room IN (SELECT value FROM json_each(?4)))
			ORDER BY texts.rowid DESC LIMIT ?5`,
			[match, from, to, ownRooms ? JSON.stringify(ownRooms) : null, limit],
		).map((hit) => {
			const { seq, segment, at, bytes, offset, time } = numbersIn(hit);
			const texts = { room: String(hit.room), origin: String(hit.origin) };
			const name = String(hit.name);
			return { seq, segment, at, bytes, offset, time, name, ...texts };
		});
	}

	/** Whether words with these beginnings were said too often. Counts them only if they may take very many pages. */
	#areShared(beginnings: readonly string[]): boolean {
		const leftOf = (sql: string, mark: string, most: number) =>
			beginnings.reduce((left, each) => {
				const range = [mark + each, `${mark}${each}\u{10FFFF}`];
				return left - (this.#number(sql, [...range, left]) ?? 0);
			}, most);
		if (leftOf(PAGES, "0", COUNTED_PAGES) > 0) return false;
		this.#db.exec(INSTANCES);
		return leftOf(COUNT, "", MOST_SAID) <= 0;
	}

	/** Closes the file and deletes it. */
	reset(): void {
		this.close();
		if (this.#folder !== undefined) rmSync(this.#folder, LEFT_BEHIND);
	}

	close(): void {
		this.#ids.clear();
		for (const statement of this.#statements.values()) statement.finalize();
		this.#statements.clear();
		this.#db.close();
	}

	/** The lines that a query is about: from the first one up to, but not including, the second. */
	#range(wanted: Omit<Wanted, "match" | "limit">) {
		const { after, before, below = NEVER } = wanted;
		const dayFrom = (day: number) =>
			this.#number("SELECT min(seq) AS n FROM days WHERE day >= ?", [day]) ??
			NEVER;
		return {
			from: after === undefined ? 0 : dayFrom(after),
			to: Math.min(below, before === undefined ? NEVER : dayFrom(before)),
		};
	}

	#add(row: Row): void {
		const { seq, segment, at, bytes, offset, text, isEdit } = row;
		const room = this.#idOf("rooms", "room", "origin", [row.room, row.origin]);
		const said = isEdit ? this.#message(room, offset) : undefined;
		// Whose words these are is known from the message that is edited.
		if (isEdit && !said) return;
		const person =
			said?.person ??
			this.#idOf("people", "identity", "name", [row.identity, row.name]);
		const isReply = said?.isReply ?? Number(row.replyTo !== undefined);
		const answered =
			said?.answered ??
			(row.replyTo && this.#message(room, row.replyTo)?.person);
		this.#run("INSERT INTO lines VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", [
			...[seq, segment, at, bytes, room, offset, said?.time ?? row.time],
			...[person, isReply, answered ?? null, Number(text !== undefined)],
		]);
		const day = Math.floor(row.time / DAY_MS);
		if (day !== this.#lastDay)
			this.#run("INSERT OR IGNORE INTO days VALUES(?, ?)", [day, seq]);
		this.#lastDay = day;
		if (text === undefined) return;
		this.#run("INSERT INTO texts(rowid, terms, words) VALUES(?, ?, ?)", [
			...[seq, ...wordsOf(isEdit || isReply ? this.#about(seq) : row, text)],
		]);
	}

	/** Returns false if the line is indexed and its text is not given. */
	#wipe({ seq, text }: Wipe): boolean {
		const isIndexed = "SELECT isIndexed AS n FROM lines WHERE seq = ?";
		if (!this.#number(isIndexed, [seq])) return true;
		if (text === undefined) return false;
		this.#run(
			"INSERT INTO texts(texts, rowid, terms, words) VALUES('delete', ?, ?, ?)",
			[seq, ...wordsOf(this.#about(seq), text)],
		);
		this.#run("UPDATE lines SET isIndexed = 0 WHERE seq = ?", [seq]);
		return true;
	}

	/** What the terms of a line are made of. */
	#about(seq: number): About {
		const line = this.#get(
			`SELECT rooms.room, author.name, isReply, other.identity AS answered FROM lines
			JOIN rooms ON rooms.id = lines.room JOIN people AS author ON author.id = person
			LEFT JOIN people AS other ON other.id = answered WHERE seq = ?`,
			[seq],
		);
		return {
			...{ room: String(line?.room), name: String(line?.name) },
			isReply: line?.isReply === 1,
			answered: line?.answered ? String(line.answered) : undefined,
		};
	}

	/** The line in which a message was said. */
	#message(room: number, offset: number) {
		const line = this.#get(
			"SELECT * FROM lines WHERE room = ? AND offset = ? ORDER BY seq LIMIT 1",
			[room, offset],
		);
		if (!line) return undefined;
		const { answered } = line;
		return {
			...numbersIn(line),
			answered: answered === null ? undefined : Number(answered),
		};
	}

	/** The id of a row of a small table, which is made if it is not there. */
	#idOf(table: string, one: string, other: string, values: Values): number {
		const key = [table, ...values].join("\n");
		const known = this.#ids.get(key);
		if (known !== undefined) return known;
		const select = `SELECT id AS n FROM ${table} WHERE ${one} = ? AND ${other} = ?`;
		this.#run(
			`INSERT OR IGNORE INTO ${table}(${one}, ${other}) VALUES(?, ?)`,
			values,
		);
		const id = this.#number(select, values) ?? 0;
		this.#ids.set(key, id);
		return id;
	}

	#number(sql: string, values: Values): number | undefined {
		const found = this.#get(sql, values)?.n;
		return typeof found === "number" ? found : undefined;
	}

	/** The first row. The library's own `get` would stay in the middle of its rows, and lock the file. */
	#get(sql: string, values: Values = []): Found | undefined {
		return this.#all(sql, values)[0];
	}

	#all(sql: string, values: Values = []): readonly Found[] {
		return this.#use(sql, (statement) => statement.all([...values]));
	}

	#run(sql: string, values: Values): void {
		this.#use(sql, (statement) => statement.run([...values]));
	}

	/** A statement that failed would throw its error once more when it is used again, so it is dropped. */
	#use<Value>(sql: string, use: (statement: sqlite.Statement) => Value): Value {
		const statement = this.#statements.get(sql) ?? this.#db.prepare(sql);
		this.#statements.set(sql, statement);
		try {
			return use(statement);
		} catch (error) {
			this.#statements.delete(sql);
			drop(statement);
			throw error;
		}
	}
}

/** Frees what a statement has, which also throws the error that it had. */
function drop(statement: sqlite.Statement): void {
	try {
		statement.finalize();
	} catch {}
}

const LEFT_BEHIND = { recursive: true, force: true };

function open(folder: string | undefined): sqlite.Database {
	if (folder !== undefined) {
		mkdirSync(folder, { recursive: true, mode: 0o700 });
		// A process that was killed leaves it, and nobody could open the file again.
		rmSync(join(folder, "search.db.lock"), LEFT_BEHIND);
	}
	const path = folder === undefined ? ":memory:" : join(folder, "search.db");
	const db = new Database(path);
	db.exec(PRAGMAS);
	return db;
}

type About = Omit<Parameters<typeof termsOf>[0], "text">;

/** What is indexed of a line: its terms and its words. */
const wordsOf = (about: About, text: string) =>
	[termsOf({ text, ...about }), tokensOf(text).join(" ")] as const;

/** The columns of a row that are numbers. */
const numbersIn = ({ ...row }: Found) => ({
	seq: Number(row.seq),
	segment: Number(row.segment),
	at: Number(row.at),
	bytes: Number(row.bytes),
	offset: Number(row.offset),
	time: Number(row.time),
	person: Number(row.person),
	isReply: Number(row.isReply),
});
