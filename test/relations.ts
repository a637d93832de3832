/** What tests of edits, reactions and pins share. */
import { MessageType as types } from "../machines/message.ts";
import { indexFiles } from "../src/history/index-files.ts";
import { openFileLog } from "../src/log/file-log.ts";
import type { Stored } from "../src/log/log.ts";
import { FakeClock } from "./fakes/clock.ts";
import { FakeDisk } from "./fakes/disk.ts";
import {
	type Person,
	type Received,
	TestServer,
	type TestServerOptions,
} from "./test-server.ts";

let starts = 0;

/** A server on a disk. Its segments are so small that most of what is said lies in full ones. */
export function serverOn(
	disk = new FakeDisk(),
	clock = new FakeClock(),
	environment: Readonly<Record<string, string>> = {},
	options: TestServerOptions = {},
): Promise<TestServer> {
	const storage = { disk, folder: "data", warn: () => {} };
	const log = logOn(disk, clock);
	const seed = `relations ${starts++}`;
	const indexes = indexFiles(storage);
	return TestServer.open({
		...{ log, indexes, clock, seed, environment, ...options },
	});
}

function logOn(disk: FakeDisk, clock: FakeClock) {
	const ids = () => "abcdefghijklmnopqrstuv";
	return openFileLog({ disk, folder: "data", clock, ids, segmentBytes: 2000 });
}

/** Every event on a disk, which may be in use. */
export async function eventsOn(disk: FakeDisk): Promise<readonly Stored[]> {
	const events: Stored[] = [];
	const copy = new FakeDisk(disk.files);
	for await (const batch of logOn(copy, new FakeClock()).read())
		events.push(...batch);
	return events;
}

/** All that is on a disk. */
export const textOn = (disk: FakeDisk) =>
	[...disk.files.values()].map((bytes) => bytes.toString()).join("\n");

let asked = 0;

/** Says something of a message, and resolves with the answer. */
export async function relates(
	plume: TestServer,
	person: Person,
	kind: string,
	message: Received | object,
	text?: string,
): Promise<Received> {
	const id = `relation${asked++}`;
	const { room, epoch, offset: target } = { offset: 0, ...message } as Received;
	const frame = { type: types.relation, kind, room, epoch, target, text, id };
	person.raw(JSON.stringify(frame));
	await plume.settle();
	const answer = person.received.findLast((frame) => frame.id === id);
	if (!answer) throw new Error(`${kind} has no answer`);
	return answer;
}

/** The latest line that someone was shown with this text, or at all. */
export function lineOf({ items }: Person, text?: string): Received {
	const line = items.findLast(
		(item) =>
			item.type === types.text && (text === undefined || item.text === text),
	);
	if (!line) throw new Error(`there is no line ${text}`);
	return line;
}

/** Says something, and resolves with the line. */
export async function says(
	plume: TestServer,
	person: Person,
	text: string,
): Promise<Received> {
	person.say(text);
	await plume.settle();
	return lineOf(person, text);
}

/** The messages of the latest page of history. */
export async function readBack(
	plume: TestServer,
	person: Person,
	limit = 50,
): Promise<readonly Received[]> {
	const { room, epoch } = person.memory;
	const before = Number(person.memory.offset) + 1;
	const from = person.received.length;
	person.askHistory({ room, epoch, before, limit });
	await plume.settle();
	return person.received
		.slice(from)
		.filter(({ type, offset }) => type === types.text && offset !== undefined);
}
