/**
 * Makes logs of any length with the code that writes real ones, of events
 * that the machines accept: a few people enter a room and only talk from then
 * on. Nothing is synced: a log that is lost in a power cut is made again.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { PlumeEvent } from "../machines/events.ts";
import { systemClock } from "../src/clock.ts";
import { canonicalPieces } from "../src/engine/canonical.ts";
import { evolveStored } from "../src/engine/fold.ts";
import { Secrets, sha256 } from "../src/engine/secrets.ts";
import { State } from "../src/engine/state.ts";
import { realDisk } from "../src/log/disk.ts";
import { openFileLog } from "../src/log/file-log.ts";
import { digestOf } from "../src/log/line.ts";
import type { Entry, Log } from "../src/log/log.ts";
import { readBatches, segmentsOf } from "../src/log/reader.ts";
import { Snapshots } from "../src/log/snapshots.ts";
import { unsynced } from "../src/log/unsynced-disk.ts";
import { Verifier } from "../src/log/verifier.ts";

const PEOPLE = 50;
/** Messages in one append. */
const PER_APPEND = 100;
/** Messages that are appended before they must be committed: the log makes batches of them. */
const PER_COMMIT = 2000;
const room = "lobby";
const node = "bench";
const disk = unsynced(realDisk);

/** Appends to a log until it has this many events, and leaves it as a crash would: without `server.stopped`. */
export async function writeHistory(
	folder: string,
	events: number,
	people = PEOPLE,
	textOf = whatPeopleSay,
): Promise<void> {
	const ids = () => secrets.id();
	const log = openFileLog({ disk, folder, clock: systemClock(), ids });
	let lastTime = 0;
	for await (const read of log.read())
		for (const { event } of read) lastTime = event.time;
	const isNew = log.ordered === 0;
	// A start refuses a log whose secret is gone.
	if (isNew) await writeFile(join(folder, "secret"), `${ids()}${ids()}\n`);
	/** One event each millisecond, from the last one of the log on. */
	const firstTime = lastTime + 1 - log.ordered;
	const time = () => firstTime + log.ordered;
	const opened: PlumeEvent = {
		...{ type: "room.opened", time: time() },
		...{ room, incarnation: ids() },
	};
	const inside = Array.from({ length: people }, ids);
	const commits = new Commits(log);
	log.append([
		{ event: { type: "server.started", time: time(), node, version: "bench" } },
		...(isNew ? [{ event: opened }] : []),
	]);
	for (const client of inside) log.append(entering(client, time()));
	await commits.done();
	while (log.ordered < events) {
		const until = Math.min(log.ordered + PER_COMMIT, events);
		while (log.ordered < until) {
			const [said, now] = [log.ordered, time()];
			const length = Math.min(PER_APPEND, until - said);
			log.append(
				Array.from({ length }, (_, nth) => {
					const client = inside[(said + nth) % people] ?? "";
					return saying(client, textOf(said + nth), now + nth);
				}),
			);
		}
		await commits.done();
	}
	await log.close();
}

/** Leaves the snapshot that a server would have written after about so many events. */
export async function writeSnapshot(
	folder: string,
	events: number,
): Promise<void> {
	const verifier = new Verifier();
	let state = State.initial(verifier);
	for await (const batch of readBatches(
		await segmentsOf(disk, folder),
		verifier,
	)) {
		for (const stored of batch) state = evolveStored(state, stored);
		if (verifier.seq >= events) break;
	}
	const { id, seq, hash, offset } = verifier;
	const snapshots = new Snapshots({
		...{ disk, folder },
		warn(error) {
			throw error;
		},
	});
	await disk.makeFolder(join(folder, "snapshots"));
	const pieces = canonicalPieces(state.serialize(), 1);
	await snapshots.save({ log: id, seq, hash, offset }, pieces, state.time);
}

const secrets = new Secrets("bench", (size) =>
	Uint8Array.from({ length: size }, () => Math.random() * 256),
);

/** With a session, as the page has one: so a start finds them inside still. */
function entering(client: string, time: number): readonly Entry[] {
	const claim = { identity: client, nameKey: client, name: client };
	const session = sha256(client);
	const [domain, expires] = ["", time + 1e12];
	const login = { pending: client, domain, code: "", expires };
	const events: readonly PlumeEvent[] = [
		{
			...{ type: "login.requested", time, client, ...claim, ...login },
			...{ room, tries: 5, resends: 3 },
		},
		{ type: "session.opened", time, session, ...claim, domain, expires },
		{ type: "login.succeeded", time, client, ...claim, session },
		{ type: "client.entered", time, room, client, ...claim, session, node },
	];
	return events.map((event) => ({ event }));
}

const whatPeopleSay = (nth: number) =>
	`What people say to each other is about this long, mostly. ${nth}`;

function saying(client: string, text: string, time: number): Entry {
	const erasable = { salt: sha256(text).slice(0, 22), text };
	const digest = digestOf(erasable);
	return {
		event: { type: "message.posted", time, room, client, digest },
		erasable,
	};
}

/** Waits until all that was appended is committed, so that memory stays small. */
class Commits {
	readonly #log: Log;
	#onCommitted = () => {};

	constructor(log: Log) {
		this.#log = log;
		const fail = (error: Error) => {
			throw error;
		};
		log.listen({
			onOrdered() {},
			onCommitted: () => this.#onCommitted(),
			onFrozen: fail,
			onThawed() {},
			onFatal: fail,
		});
	}

	done(): Promise<void> {
		return new Promise((resolve) => {
			this.#onCommitted = () => {
				if (this.#log.committed === this.#log.ordered) resolve();
			};
			this.#onCommitted();
		});
	}
}
