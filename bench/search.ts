/**
 * `npm run search-bench -- [LINES]`: how fast the search index is made from a
 * log with nobody on, how large it is, how long a mix of searches takes, and
 * how long it takes until erased lines are out of it.
 */
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "../src/clock.ts";
import { pooledRandom, Secrets } from "../src/engine/secrets.ts";
import { Archive } from "../src/history/archive.ts";
import { indexFiles } from "../src/history/index-files.ts";
import { realDisk } from "../src/log/disk.ts";
import { openFileLog } from "../src/log/file-log.ts";
import { digestOf } from "../src/log/line.ts";
import type { Log } from "../src/log/log.ts";
import { unsynced } from "../src/log/unsynced-disk.ts";
import { wantedOf } from "../src/search/match.ts";
import { parseQuery } from "../src/search/query.ts";
import { SearchIndex } from "../src/search/search-index.ts";
import { SearchThread } from "../src/search/thread.ts";
import { PEOPLE, textOf } from "./search-text.ts";

const LINES = Number(process.argv[2] ?? 1_000_000);
if (!(LINES > 0)) {
	process.stderr.write("Say npm run search-bench -- [LINES]\n");
	process.exit(2);
}
const ROOMS = 20;
const PER_COMMIT = 1000;
const ROUNDS = 20;
/** The mix: common and rare words, phrases, beginnings, conditions, nothing at all. */
const MIX = [
	...["word1", "word1 word2", "word700", "word2999", '"word1 word2"'],
	...["wo*", "word29*", "from:person7 word3", "has:link", "has:reply word2"],
	...["to:me", "from:person9", "missing", "word1 word2 word3 word4"],
	...["in:room3 word5", "after:1970-01-01 word2", "word5 before:2000-01-01"],
] as const;

const print = (line: string) => process.stdout.write(`${line}\n`);
const secrets = new Secrets("bench", pooledRandom());
const ids = () => secrets.id();

async function write(log: Log): Promise<void> {
	for await (const _ of log.read());
	let onCommitted = () => {};
	log.listen({
		onOrdered() {},
		onCommitted: () => onCommitted(),
		...{ onFrozen() {}, onThawed() {} },
		onFatal(error) {
			throw error;
		},
	});
	const time = Date.now();
	const roomOf = (nth: number) => `room${nth % ROOMS}`;
	for (let nth = 0; nth < ROOMS; nth++) {
		const event = { type: "room.opened", time, room: roomOf(nth) } as const;
		log.append([{ event: { ...event, incarnation: ids() } }]);
	}
	for (let nth = 0; nth < PEOPLE * ROOMS; nth++) {
		const name = `person${Math.floor(nth / ROOMS)}`;
		const claim = { identity: `${name}@`, nameKey: name, name };
		const about = { time, room: roomOf(nth), client: `${name} ${roomOf(nth)}` };
		const type = "client.entered";
		log.append([{ event: { type, ...about, ...claim, node: "n" } }]);
	}
	for (let from = 0; from < LINES; from += PER_COMMIT) {
		const count = Math.min(PER_COMMIT, LINES - from);
		const committed = new Promise<void>((resolve) => {
			onCommitted = () => log.committed === log.ordered && resolve();
		});
		log.append(
			Array.from({ length: count }, (_, at) => {
				const nth = from + at;
				const erasable = { salt: ids(), text: textOf(nth) };
				const room = roomOf(nth);
				const client = `person${Math.floor(nth / ROOMS) % PEOPLE} ${room}`;
				const digest = digestOf(erasable);
				const event = { type: "message.posted", time, room, client } as const;
				return { event: { ...event, digest }, erasable };
			}),
		);
		await committed;
	}
}

const p = (times: readonly number[], share: number) =>
	times.toSorted((a, b) => a - b)[Math.floor(times.length * share)] ?? 0;

async function searchAll(search: SearchIndex): Promise<void> {
	const scope = {
		...{ rooms: [], inPublic: true, names: ["person7"] },
		identities: ["person7@"],
	};
	const all: number[] = [];
	for (const text of MIX) {
		const query = parseQuery(text);
		if (typeof query === "string") throw new Error(`${text}: ${query}`);
		const asked = {
			...wantedOf(query, scope),
			...{ limit: 20, mayRead: () => true },
		};
		const times: number[] = [];
		let hits = 0;
		for (let round = 0; round < ROUNDS; round++) {
			const began = performance.now();
			hits = (await search.find(asked))?.items.length ?? 0;
			times.push(performance.now() - began);
		}
		all.push(...times);
		print(
			`${text.padEnd(28)} ${String(hits).padStart(3)} hits  p50 ${p(times, 0.5).toFixed(1)} ms  p95 ${p(times, 0.95).toFixed(1)} ms`,
		);
	}
	print(
		`the whole mix: p50 ${p(all, 0.5).toFixed(1)} ms, p95 ${p(all, 0.95).toFixed(1)} ms`,
	);
}

async function erase(log: Log, search: SearchIndex, count: number) {
	const seqs = Array.from(
		{ length: count },
		(_, nth) => log.committed - 7 * nth,
	);
	const spans = await log.segments.find(seqs);
	const began = performance.now();
	await search.remember(spans);
	search.wipe(seqs);
	await search.wiped();
	print(
		`${count} lines are out of it after ${(performance.now() - began).toFixed(0)} ms`,
	);
}

const folder = await mkdtemp(join(tmpdir(), "plume-search-bench-"));
const disk = unsynced(realDisk);
const clock = systemClock();
const log = openFileLog({ disk, folder, clock, ids });
await write(log);
const warn = (error: Error) => print(error.message);
const archive = new Archive(log, indexFiles({ disk, folder, warn }));
const search = new SearchIndex({
	...{ archive, clock, published: log.committed },
	store: new SearchThread({ folder: join(folder, "search"), clock }),
	report: {
		warn: (fields, words) => print(`${words} ${JSON.stringify(fields)}`),
	},
});
const began = performance.now();
while (search.indexed < log.committed) await sleep(20);
const seconds = (performance.now() - began) / 1000 - 1;
let bytes = 0;
for (const name of await readdir(join(folder, "search")))
	bytes += (await stat(join(folder, "search", name))).size;
print(
	`${LINES} lines indexed in ${seconds.toFixed(1)} s: ${Math.round(LINES / seconds)}/s, ${(bytes / 1e6).toFixed(0)} MB`,
);
await searchAll(search);
await erase(log, search, 1);
await erase(log, search, 1000);
await search.close();
await log.close();
await rm(folder, { recursive: true });
