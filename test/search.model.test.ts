/**
 * Whatever is said, edited and erased, also while the index reads the log, and
 * whenever the index or the server crashes: a search finds what a linear scan
 * of the log finds, and what was erased is in no file of the index.
 */
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { MessageType as types } from "../machines/message.ts";
import { tokensOf } from "../machines/tokens.ts";
import { FakeClock } from "./fakes/clock.ts";
import { FakeDisk, seeded } from "./fakes/disk.ts";
import { FakeSearchStore } from "./fakes/search-store.ts";
import { eventsOn, serverOn } from "./relations.ts";
import { saysDuringReads, searches } from "./search.ts";
import type { Person, TestServer } from "./test-server.ts";

const RUNS = Number(process.env.TEST_SEARCH ?? 25);
const WORDS = ["fox", "brown", "crème", "東京"] as const;
const QUERIES = ["fox", "brown fox", '"fox brown"', "cre*", "東京"] as const;

interface Step {
	readonly what: (typeof WHAT)[number];
	readonly words: readonly (typeof WORDS)[number][];
	readonly which: number;
	readonly waits: boolean;
}
const WHAT = [
	...(["say", "say", "say", "edit", "erase", "eraseAll"] as const),
	...(["search", "busySearch", "pass", "crash", "fail", "failLate"] as const),
];
const story = fc.array(
	fc.record<Step>({
		what: fc.constantFrom(...WHAT),
		words: fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 4 }),
		which: fc.nat({ max: 6 }),
		waits: fc.boolean(),
	}),
	{ minLength: 5, maxLength: 50 },
);

/** A word that no other text has. Its end looks like no other's, since an index stores words without the beginning of the one before. */
const canary = (nth: number) =>
	createHash("sha256").update(`${nth}`).digest("hex").slice(0, 20);

class World {
	readonly clock = new FakeClock();
	readonly folder = mkdtempSync(join(tmpdir(), "plume-search-"));
	disk = new FakeDisk();
	store = new FakeSearchStore(this.folder);
	texts = 0;
	/** Why the index was made anew. */
	readonly reasons: unknown[] = [];

	async start(): Promise<{ plume: TestServer; ann: Person }> {
		const limits = { PLUME_LIMIT_MESSAGE_BURST: "500" };
		const { disk, clock, store: searchStore } = this;
		const warn = (fields: object) =>
			this.reasons.push("why" in fields && fields.why);
		const report = { info() {}, warn };
		const options = { searchStore, report };
		const plume = await serverOn(disk, clock, limits, options);
		return { plume, ann: await plume.enter("ann", "plume.2") };
	}

	async crash(which: number) {
		this.clock.forgetTimers();
		this.store.kill();
		this.disk = this.disk.crash(seeded(which));
		this.store = new FakeSearchStore(this.folder);
		return this.start();
	}

	/** The next call of the index fails, before or after it had its effect. */
	fail(isLate: boolean): void {
		this.store.onCall = (_, isDone) => {
			if (isDone !== isLate) return;
			this.store.onCall = () => {};
			throw new Error("the worker is gone");
		};
	}

	/** The texts that a linear scan of the log finds, the newest first. */
	async scan(query: string): Promise<readonly string[]> {
		const texts = await this.textsInLog();
		const words = tokensOf(query);
		const isMatch = (text: string) => {
			const all = ` ${tokensOf(text).join(" ")} `;
			if (query.startsWith('"') || query === "東京")
				return all.includes(` ${words.join(" ")} `);
			const end = query.endsWith("*") ? "" : " ";
			return words.every((word) => all.includes(` ${word}${end}`));
		};
		return texts.filter(isMatch).toReversed();
	}

	async textsInLog(): Promise<readonly string[]> {
		const log = await eventsOn(this.disk);
		return log.flatMap(({ event, erasable }) =>
			event.type === "message.posted" || event.type === "message.edited"
				? (erasable?.text ?? [])
				: [],
		);
	}

	async check({ plume, ann }: { plume: TestServer; ann: Person }) {
		await plume.settle();
		for (const query of QUERIES) {
			const seen: string[] = [];
			let before: unknown;
			for (;;) {
				const answer = await searches(plume, ann, query, { before });
				// The worker was gone: it is asked again.
				if (answer.type === types.refused) continue;
				const hits = Array.isArray(answer.hits) ? answer.hits : [];
				seen.push(...hits.map(({ text }) => text));
				before = answer.older;
				if (before === undefined) break;
			}
			expect([query, seen]).toEqual([query, await this.scan(query)]);
		}
	}

	/** Which of all texts ever said are in the files of the index. */
	async checkFiles(): Promise<void> {
		const files = ["search.db", "search.db-journal"].map((name) =>
			readFileSync(join(this.folder, name)).toString("latin1"),
		);
		const left = (await this.textsInLog()).join(" ");
		for (let nth = 0; nth < this.texts; nth++) {
			const word = canary(nth);
			const isThere = files.some((bytes) => bytes.includes(word.slice(4)));
			expect([word, isThere]).toEqual([word, left.includes(word)]);
		}
	}
}

async function act(
	world: World,
	now: Awaited<ReturnType<World["start"]>>,
	step: Step,
) {
	const { plume, ann } = now;
	const { what, words, which } = step;
	const said = ann.items.filter(({ type }) => type === types.text);
	const about = said.at(-1 - which) ?? said[0];
	const target = about?.offset;
	const message = { room: about?.room, epoch: about?.epoch, target };
	const text = () => `${words.join(" ")} ${canary(world.texts++)}`;
	if (what === "crash") return world.crash(which);
	if (what === "fail" || what === "failLate") world.fail(what === "failLate");
	else if (what === "search") ann.search(words.join(" "));
	else if (what === "busySearch") {
		saysDuringReads(plume, world.disk, which, () => ann.say(text()));
		ann.search(words.join(" "));
	} else if (what === "pass") world.clock.advance(5000);
	else if (what === "say") ann.say(text());
	else if (what === "eraseAll" && which === 0) {
		ann.eraseAll();
		// An index that failed is asked again a second later.
		await plume.until(() => {
			world.clock.advance(50);
			return ann.closed !== undefined;
		});
		return { plume, ann: await plume.enter("ann", "plume.2") };
	} else if (what === "erase" && target) ann.erase(message);
	else if (what === "edit" && target) {
		const edit = { type: types.relation, kind: "edit", text: text() };
		ann.raw(JSON.stringify({ ...edit, ...message }));
	}
	if (step.waits) await plume.settle();
	return now;
}

test(
	`${RUNS} stories are found as a scan of the log finds them`,
	async () => {
		await fc.assert(
			fc.asyncProperty(story, async (steps) => {
				const world = new World();
				let now = await world.start();
				for (const step of steps) now = await act(world, now, step);
				world.store.onCall = () => {};
				await world.check(now);
				await world.checkFiles();
				expect(world.reasons).not.toContain("the log is another");
				world.store.kill();
				rmSync(world.folder, { recursive: true });
			}),
			{ numRuns: RUNS, ...(process.env.TEST_SEARCH ? {} : { seed: 1 }) },
		);
	},
	60_000 + RUNS * 2000,
);
