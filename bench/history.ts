/**
 * Makes logs of any length with the code that writes real ones, of events
 * that the machines accept: a few people come in and talk for ever after.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
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
	people = PEOPLE,
): Promise<void> {
	const clock = systemClock();
	const ids = () => secrets.id();
	const log = openFileLog({ disk: realDisk, folder, clock, ids });
	let before = 0;
	for await (const read of log.read())
		for (const { event } of read) before = event.time;
	const behind = log.ordered;
	// A start refuses a log whose secret is gone.
	if (behind === 0)
		await writeFile(join(folder, "secret"), `${ids()}${ids()}\n`);
	const time = () => before + 1 + log.ordered - behind;
	const commits = new Commits(log);
	const inside = Array.from({ length: people }, ids);
	await commits.append([
		{ event: { type: "server.started", time: time(), node, version: "bench" } },
		...(log.ordered > 0
			? []
			: [
					{
						event: {
							type: "room.opened" as const,
							time: time(),
							room,
							incarnation: ids(),
						},
					},
				]),
		...inside.flatMap((client) => entering(client, time())),
	]);
	while (log.ordered < events) {
		const count = Math.min(AT_ONCE, events - log.ordered);
		const said = Array.from({ length: count }, (_, index) =>
			saying(
				inside[(log.ordered + index) % people] ?? "",
				log.ordered + index,
				time() + index,
			),
		);
		await commits.append(said);
	}
	await log.close();
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

function saying(client: string, number: number, time: number): Entry {
	const text = `What people say to each other is about this long, mostly. ${number}`;
	const erasable = { salt: sha256(text).slice(0, 22), text };
	const digest = digestOf(erasable);
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
