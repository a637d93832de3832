/**
 * Makes logs of any length with the code that writes real ones, of events
 * that the machines accept: a few people come in and talk for ever after.
 */
import type { PlumeEvent } from "../machines/events.ts";
import { systemClock } from "../src/clock.ts";
import { Secrets, sha256 } from "../src/engine/secrets.ts";
import { realDisk } from "../src/log/disk.ts";
import { openFileLog } from "../src/log/file-log.ts";
import { digestOf } from "../src/log/line.ts";
import type { Entry, Log } from "../src/log/log.ts";

const PEOPLE = 50;
/** So many messages are appended at once, as a busy second would. */
const AT_ONCE = 200;
const room = "lobby";
const node = "bench";

/** Writes a log of so many events, and leaves it as a crash would: without `server.stopped`. */
export async function writeHistory(
	folder: string,
	events: number,
): Promise<void> {
	const clock = systemClock();
	const ids = () => secrets.id();
	const log = openFileLog({ disk: realDisk, folder, clock, ids });
	for await (const _ of log.read());
	const commits = new Commits(log);
	const people = Array.from({ length: PEOPLE }, ids);
	await commits.append([
		{ event: { type: "server.started", time: 1, node, version: "bench" } },
		...(log.ordered > 0
			? []
			: [
					{
						event: {
							type: "room.opened" as const,
							time: 1,
							room,
							incarnation: ids(),
						},
					},
				]),
		...people.flatMap(entering),
	]);
	while (log.ordered < events) {
		const count = Math.min(AT_ONCE, events - log.ordered);
		const said = Array.from({ length: count }, (_, index) =>
			saying(people[index % PEOPLE] ?? "", log.ordered + index),
		);
		await commits.append(said);
	}
	await log.close();
}

const secrets = new Secrets("bench", (size) =>
	Uint8Array.from({ length: size }, () => Math.random() * 256),
);

function entering(client: string): readonly Entry[] {
	const claim = { client, identity: client, nameKey: client, name: client };
	const time = 1;
	const login = { pending: client, domain: "", code: "", expires: 1e6 };
	const events: readonly PlumeEvent[] = [
		{
			type: "login.requested",
			time,
			...claim,
			...login,
			room,
			tries: 5,
			resends: 3,
		},
		{ type: "login.succeeded", time, ...claim },
		{ type: "client.entered", time, room, ...claim, node },
	];
	return events.map((event) => ({ event }));
}

function saying(client: string, number: number): Entry {
	const text = `What people say to each other is about this long, mostly. ${number}`;
	const erasable = { salt: sha256(text).slice(0, 22), text };
	const digest = digestOf(erasable);
	const time = 1 + number;
	return {
		event: { type: "message.posted", time, room, client, digest },
		erasable,
	};
}

/** Appends, and waits until it is durable, so that no log is gathered in memory. */
class Commits {
	readonly #log: Log;
	#done = () => {};

	constructor(log: Log) {
		this.#log = log;
		const fail = (error: Error) => {
			throw error;
		};
		log.listen({
			onOrdered() {},
			onGathered() {},
			onCommitted: () => this.#done(),
			onFrozen: fail,
			onThawed() {},
			onFatal: fail,
		});
	}

	append(entries: readonly Entry[]): Promise<void> {
		return new Promise((resolve) => {
			this.#done = () => {
				if (this.#log.committed === this.#log.ordered) resolve();
			};
			this.#log.append(entries);
		});
	}
}
