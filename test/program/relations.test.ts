/** Edits and reactions on a real server that is killed: while it merges what was said of messages, and while it overwrites words that were replaced. */
import { randomBytes } from "node:crypto";
import { cp, mkdir, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { expect, test } from "vitest";
import { isOverwriting } from "../../machines/events.ts";
import { LOBBY, MessageType as types } from "../../machines/message.ts";
import { Archive } from "../../src/history/archive.ts";
import { indexFiles } from "../../src/history/index-files.ts";
import { realDisk } from "../../src/log/disk.ts";
import { openFileLog } from "../../src/log/file-log.ts";
import { readBatches, segmentsOf } from "../../src/log/reader.ts";
import { unsynced } from "../../src/log/unsynced-disk.ts";
import { Verifier } from "../../src/log/verifier.ts";
import { plume2 } from "../../src/transport/protocol-v2.ts";
import { FakeClock } from "../fakes/clock.ts";
import { FakeDisk } from "../fakes/disk.ts";
import { type Received, TestServer } from "../test-server.ts";
import { Caller } from "./caller.ts";
import { filesIn, newDataFolder, Plume, run } from "./program.ts";

/** Half of them while relations are merged, half while words are overwritten. */
const KILLS = Number(process.env.TEST_KILLS ?? 2);
const MESSAGES = 600;
const AT_ONCE = 20;
const SEGMENT_BYTES = 10_000;
/** Messages that are edited at once, each again and again. */
const EDITED = 8;
const EMOJI = ["👍", "🎉", "🚀"];
const KINDS = ["react", "pin", "edit", "unreact", "unpin"];
const SECRET = "a secret that the program has as well";

const disk = unsynced(realDisk);
const ids = () => randomBytes(16).toString("base64url");
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Words that occur only once. */
const wording = () => `${randomBytes(10).toString("hex")} they say`;
const WHOLE = /^[0-9a-f]{20} they say$/;
/** An index stores words without the beginning of the one before. */
const rare = (text: string) => text.slice(6, 20);

/** A log of many segments, as one that grew for years would have. Resolves with the session of the one who wrote it. */
async function writeRelations(folder: string): Promise<string> {
	const clock = new FakeClock(Date.now());
	const memory = new FakeDisk();
	const storage = { disk: memory, folder, warn: () => {} };
	const log = openFileLog({
		...{ ...storage, clock, ids, segmentBytes: SEGMENT_BYTES },
	});
	const plume = await TestServer.open({
		...{ log, indexes: indexFiles(storage), clock, secret: SECRET },
		environment: { PLUME_LIMITS: "off", PLUME_ADMINS: "ann@example.org" },
	});
	const ann = await plume.enter("ann", "plume.2");
	const { epoch, session } = ann.memory;
	for (let nth = 0; nth < MESSAGES; nth++) {
		ann.say(wording());
		if (nth % AT_ONCE > 0) continue;
		await plume.settle();
		const said = ann.items.filter(({ type }) => type === types.text);
		for (let n = 0; n < 2 * AT_ONCE; n++) {
			const target = said[((nth + n) * 7919) % said.length]?.offset;
			const about = { type: types.relation, room: LOBBY, epoch, target };
			const kind = KINDS[n % KINDS.length];
			const text = kind === "edit" ? wording() : EMOJI[n % EMOJI.length];
			ann.raw(JSON.stringify({ ...about, kind, text }));
		}
	}
	await plume.settle();
	await plume.log.close();
	await writeFile(join(folder, "secret"), SECRET);
	await mkdir(join(folder, "log"));
	for (const [path, bytes] of memory.files)
		if (dirname(path) === join(folder, "log")) await writeFile(path, bytes);
	return `${session}`;
}

/** Comes in, and is shown the latest. */
async function comeIn(plume: Plume, session: string): Promise<Caller> {
	const caller = await Caller.call(plume.port, { protocol: "plume.2" });
	caller.raw.send({ type: types.open, session, room: LOBBY });
	await caller.until(({ done }) => done === true);
	return caller;
}

type ReadPage = (before: number) => Promise<{
	readonly items: readonly Received[];
	readonly more: boolean;
}>;

/** All items, the latest first. */
async function readBack(head: number, read: ReadPage): Promise<Received[]> {
	const all: Received[] = [];
	for (let before = head + 1; ; ) {
		const { items, more } = await read(before);
		all.push(...items.toReversed());
		if (!more) return all;
		before = Number(items[0]?.offset);
	}
}

const isWelcome = ({ type }: Received) => type === types.welcome;

const isItem = ({ type, offset }: Received) =>
	offset !== undefined && (type === types.text || type === types.system);

/** As somebody reads it from the server. */
const fromServer =
	(caller: Caller, epoch: unknown): ReadPage =>
	async (before) => {
		const from = caller.received.length;
		const asked = { room: LOBBY, epoch, before, limit: 200, id: `${before}` };
		caller.raw.send({ type: types.history, ...asked });
		const { code, more } = await caller.until(({ id }) => id === asked.id);
		expect(code).toBeUndefined();
		const page = caller.received
			.slice(from)
			.filter((frame) => isItem(frame) && Number(frame.offset) < before);
		return { items: page, more: more === true };
	};

/** The blocks of relations in a data folder. */
const blocksIn = async (folder: string) =>
	(await filesIn(join(folder, "relations")))
		.map(([path, text]) => [basename(path), text])
		.filter(([name]) => name?.endsWith(".json"));

/** What the log alone says, with all indexes and relations made anew. */
async function madeAnew(data: string, epoch: string, head: number) {
	const folder = await newDataFolder();
	await cp(join(data, "log"), join(folder, "log"), { recursive: true });
	const clock = new FakeClock(Date.now());
	const log = openFileLog({ disk, folder, clock, ids });
	for await (const _ of log.read());
	log.listen({
		...{ onOrdered() {}, onCommitted() {}, onFrozen() {}, onThawed() {} },
		onFatal() {},
	});
	const warn = (error: Error) => {
		throw error;
	};
	const archive = new Archive(log, indexFiles({ disk, folder, warn }));
	const frames = await readBack(head, async (before) => {
		const asked = { room: LOBBY, epoch, before };
		const page = await archive.page({ ...asked, limit: 200 });
		if (!page) throw new Error("there is no such page");
		const sent = plume2.encode({ kind: "page", ...asked, ...page });
		const items = sent.map((frame): Received => JSON.parse(frame));
		return { items: items.filter(isItem), more: page.more };
	});
	const blocks = await blocksIn(folder);
	await log.close();
	await rm(folder, { recursive: true });
	return { frames, blocks };
}

/** Logged edits whose old words are still there. */
async function editsLeft(data: string): Promise<number> {
	const texts = new Set<number>();
	let left = 0;
	const sources = await segmentsOf(realDisk, data);
	for await (const batch of readBatches(sources, new Verifier()))
		for (const { seq, event, erasable } of batch) {
			if (erasable) texts.add(seq);
			if (isOverwriting(event) && event.seqs.some((of) => texts.has(of)))
				left++;
		}
	return left;
}

/** What somebody edits, and what it may read then. */
class Story {
	/** By offset: the words that were acknowledged, then those that are under way. */
	readonly possible = new Map<number, string[]>();
	/** Words that must be gone. */
	readonly replaced = new Set<string>();
	acknowledged = 0;

	/** Edits one message again and again, until the server dies. */
	async edit(caller: Caller, epoch: unknown, target: number): Promise<void> {
		const possible = this.possible.get(target) ?? [];
		for (let nth = 0; ; nth++) {
			const [text, id] = [wording(), `${target}.${nth}`];
			possible.push(text);
			const about = { room: LOBBY, epoch, target, text, id };
			caller.raw.send({ type: types.relation, kind: "edit", ...about });
			const answer = await caller.until((frame) => frame.id === id);
			if (answer.kind !== "done") throw new Error(JSON.stringify(answer));
			for (const old of possible.splice(0, possible.length - 1))
				this.replaced.add(old);
			this.acknowledged++;
		}
	}

	/** Takes what messages read now. */
	settle(items: readonly Received[]): void {
		for (const { offset, text = "" } of items) {
			const possible = this.possible.get(Number(offset));
			if (!possible) continue;
			expect(possible).toContain(text);
			for (const other of possible)
				if (other !== text) this.replaced.add(other);
			possible.splice(0, possible.length, text);
		}
	}
}

/** After a start: nothing is torn, nothing replaced is left, and relations are what the log says. */
async function check(plume: Plume, caller: Caller, story: Story) {
	const { data } = plume;
	const welcome = await caller.until(isWelcome);
	const { epoch } = welcome;
	const head = Number(welcome.offset);
	const items = await readBack(head, fromServer(caller, epoch));
	for (const { type, text } of items)
		if (type === types.text) expect(text).toMatch(WHOLE);
	story.settle(items);
	const anew = await madeAnew(data, `${epoch}`, head);
	expect(items).toEqual(anew.frames);
	expect(await blocksIn(data)).toEqual(anew.blocks);
	const found = async (words: Iterable<string>) => {
		const files = await filesIn(data);
		const isFound = (one: string) =>
			files.some(([, text]) => text.includes(rare(one)));
		return [...words].filter(isFound);
	};
	await expect.poll(() => found(story.replaced)).toEqual([]);
	const present = [...story.possible.values()].flat();
	expect(await found(present)).toEqual(present);
	const { code, stderr } = await run(["replay", "--verify", data]);
	expect([code, stderr]).toEqual([0, ""]);
	return { epoch, items };
}

/** Kills the server when some of its messages were edited, with other edits under way. */
async function killAtEdits(
	plume: Plume,
	caller: Caller,
	{ epoch, items }: Awaited<ReturnType<typeof check>>,
	story: Story,
): Promise<void> {
	const lines = items.filter(({ type }) => type === types.text);
	for (const { offset, text = "" } of lines.slice(0, EDITED)) {
		const target = Number(offset);
		if (!story.possible.has(target)) story.possible.set(target, [text]);
	}
	const until = story.acknowledged + 1 + Math.random() * 40;
	for (const target of story.possible.keys())
		void story.edit(caller, epoch, target);
	while (story.acknowledged < until) await pause(1);
	await pause(Math.random() * 5);
	plume.kill("SIGKILL");
	await plume.ended;
	await caller.raw.closed;
}

/** Kills the server while somebody who reads waits for relations to be merged. Resolves with whether they still were. */
async function killAtMerge(plume: Plume, session: string): Promise<boolean> {
	const folder = join(plume.data, "relations");
	const changed = () =>
		stat(folder).then(
			({ mtimeMs }) => mtimeMs,
			() => 0,
		);
	const before = await changed();
	let isMerged = false;
	const caller = await comeIn(plume, session);
	const { epoch, offset } = await caller.until(isWelcome);
	void fromServer(
		caller,
		epoch,
	)(Number(offset) + 1).then(() => {
		isMerged = true;
	});
	while (!isMerged && (await changed()) === before) await pause(1);
	await pause(Math.random() * 400);
	const isMerging = !isMerged;
	plume.kill("SIGKILL");
	await plume.ended;
	return isMerging;
}

test(
	`${KILLS} kills: every message has one wording, the newest, and nothing of those before is left`,
	async () => {
		const data = await newDataFolder();
		const session = await writeRelations(data);
		const start = () => Plume.start({ PLUME_DATA: data, PLUME_LIMITS: "off" });
		const story = new Story();
		const counts = { merging: 0, overwriting: 0 };
		let plume = await start();
		let caller = await comeIn(plume, session);
		for (let kills = 0; kills < KILLS; kills += 2) {
			await killAtEdits(
				plume,
				caller,
				await check(plume, caller, story),
				story,
			);
			if ((await editsLeft(data)) > 0) counts.overwriting++;
			await rm(join(data, "relations"), { recursive: true, force: true });
			plume = await start();
			if (await killAtMerge(plume, session)) counts.merging++;
			plume = await start();
			caller = await comeIn(plume, session);
		}
		await check(plume, caller, story);
		console.info(
			`${KILLS} kills: ${counts.merging} while relations were merged, ${counts.overwriting} while words were overwritten; ${story.acknowledged} edits`,
		);
		expect(story.acknowledged).toBeGreaterThan(0);
		caller.raw.drop();
		await plume.stop();
		await rm(data, { recursive: true });
	},
	180_000 + KILLS * 10_000,
);
