/** The search index fails for once, and the next time it does not. */
import fs, { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { Archive } from "../src/history/archive.ts";
import { textOf } from "../src/log/disk.ts";
import { memoryDisk } from "../src/log/memory-disk.ts";
import { SearchDatabase } from "../src/search/database.ts";
import { wantedOf } from "../src/search/match.ts";
import { parseQuery } from "../src/search/query.ts";
import { SearchIndex } from "../src/search/search-index.ts";
import type { Row } from "../src/search/store.ts";
import { FakeClock } from "./fakes/clock.ts";
import { memoryLog } from "./fakes/memory-log.ts";
import { FakeSearchStore } from "./fakes/search-store.ts";
import { found, openSearchable } from "./search.ts";

const folder = mkdtempSync(join(tmpdir(), "plume-failing-"));
afterEach(() => {
	vi.restoreAllMocks();
	rmSync(folder, { recursive: true, force: true });
});

const row: Row = {
	...{ seq: 1, segment: 1, at: 0, bytes: 100, room: "lobby", origin: "o" },
	...{ offset: 1, time: 0, name: "ann", identity: "i", text: "fox" },
	isEdit: false,
};

test("a query that fails does not fail the next one", () => {
	const database = new SearchDatabase();
	database.begin("log");
	database.apply({ rows: [row], wipes: [] });
	const find = (match: string) => database.find({ match, limit: 1 });
	expect(() => find('words : "')).toThrow();
	expect(find('words : "fox"')).toMatchObject([{ seq: 1 }]);
	database.close();
});

test("a search for somebody without a name finds nothing", () => {
	const database = new SearchDatabase();
	database.begin("log");
	database.apply({ rows: [row], wipes: [] });
	const query = parseQuery("from:me");
	if (typeof query === "string") throw new Error(query);
	const scope = {
		rooms: ["lobby"],
		inPublic: false,
		names: [],
		identities: [],
	};
	const wanted = wantedOf(query, scope);
	expect(database.find({ ...wanted, limit: 1 })).toEqual([]);
	database.close();
});

test("a write that fails does not fail the next one", () => {
	const database = new SearchDatabase(folder);
	database.begin("log");
	const batch = {
		rows: [row],
		wipes: [],
		end: { segment: 1, at: 100, seq: 1, hash: "h" },
	};
	// So many that some are written before the commit.
	const rows = Array.from({ length: 3000 }, (_, nth) => ({
		...{ ...row, seq: nth + 2, offset: nth + 2 },
		text: Array.from({ length: 20 }, (_, at) => `word${nth}x${at}`).join(" "),
	}));
	const write = vi.spyOn(fs, "writeSync").mockImplementation(() => {
		throw new Error("ENOSPC");
	});
	expect(() => database.apply({ ...batch, rows })).toThrow("disk");
	write.mockRestore();
	expect(database.apply(batch)).toBe(true);
	database.close();
});

test("a beginning is refused if its words were said too often", () => {
	const database = new SearchDatabase();
	database.begin("log");
	const text = "worda wordb ".repeat(1000);
	const rows = Array.from({ length: 2200 }, (_, nth) => {
		const at = { seq: nth + 1, offset: nth + 1 };
		return { ...row, ...at, text: nth === 0 ? "rare" : text };
	});
	database.apply({ rows, wipes: [] });
	const find = (beginning: string) =>
		database.find({
			...{ match: `words : "${beginning}" *`, limit: 1 },
			beginnings: [beginning],
		});
	expect(find("word")).toBeUndefined();
	expect(find("worda")).toHaveLength(1);
	expect(find("rare")).toHaveLength(1);
	database.close();
});

test("a search for too many words is refused by the rule of its beginning", async () => {
	const { plume, searchStore } = await openSearchable();
	const ann = await plume.enter("ann", "plume.2");
	const asked: unknown[] = [];
	searchStore.find = async ({ beginnings }) => {
		asked.push(beginnings);
		return beginnings?.length ? undefined : [];
	};
	expect(await found(plume, ann, "word* wor*")).toBe("beginningIsLong");
	expect(await found(plume, ann, "wor* word")).toEqual([]);
	expect(asked).toEqual([["word"], []]);
});

/** A server with somebody in it, and what it warns of. */
async function openReporting() {
	const clock = new FakeClock();
	const disk = memoryDisk();
	const log = memoryLog("seed", clock, disk);
	const warnings: string[] = [];
	const report = {
		info() {},
		warn: (_: object, words: string) => warnings.push(words),
	};
	const { plume, searchStore } = await openSearchable({ clock, report, log });
	const ann = await plume.enter("ann", "plume.2");
	return { plume, searchStore, clock, warnings, ann, disk };
}

test("an index on a full disk is not deleted, and reported once", async () => {
	const { plume, searchStore, clock, warnings, ann } = await openReporting();
	let tries = 0;
	searchStore.onCall = (name, isDone) => {
		if (name !== "apply" || isDone) return;
		tries++;
		throw new Error("disk I/O error");
	};
	ann.say("fox", 1);
	await plume.settle();
	await plume.until(() => {
		clock.advance(1000);
		return tries > 6;
	});
	expect(warnings).toEqual([expect.stringMatching(/^the disk .* make room/)]);
	searchStore.onCall = () => {};
	expect(searchStore.calls).not.toContain("reset");
	expect(await found(plume, ann, "fox")).toEqual(["fox"]);
});

test("another failure behind the first is reported, too, and each once", async () => {
	const { plume, searchStore, clock, warnings, ann } = await openReporting();
	let tries = 0;
	searchStore.onCall = (name, isDone) => {
		if (name !== "apply" || isDone) return;
		if (tries++ === 0) throw new Error("the worker is gone");
		throw new Error("the disk is full");
	};
	ann.say("fox", 1);
	await plume.settle();
	await plume.until(() => {
		clock.advance(1000);
		return tries > 6;
	});
	expect(warnings).toEqual([
		"search failed",
		expect.stringContaining("the disk takes nothing"),
	]);
});

test("a message that has rotted hides no other with its words, and is reported once", async () => {
	const { plume, clock, warnings, ann, disk } = await openReporting();
	ann.say("green tea", 1);
	ann.say("black tea", 2);
	await plume.settle();
	expect(await found(plume, ann, "tea")).toHaveLength(2);
	const [name = ""] = await disk.list("log");
	const file = await disk.open(`log/${name}`);
	const log = await textOf(disk, `log/${name}`);
	await file.write(Buffer.from("groin"), log.indexOf("green"));
	for (let nth = 3; nth < 6; nth++) {
		expect(await found(plume, ann, "tea")).toEqual(["black tea"]);
		ann.say("coffee", nth);
		await plume.settle();
		clock.advance(2000);
		await plume.settle();
	}
	expect(warnings).toEqual(["search failed"]);
});

/** Asks while the index fails so, until it is asked three times. */
async function asksThrice(error: string) {
	const clock = new FakeClock();
	const { plume, searchStore } = await openSearchable({ clock });
	const ann = await plume.enter("ann", "plume.2");
	ann.say("fox", 1);
	await plume.settle();
	searchStore.onCall = (name) => {
		if (name === "find") throw new Error(error);
	};
	for (let nth = 0; nth < 3; nth++) {
		expect(await found(plume, ann, "fox")).toBe("searchIsReady");
		clock.advance(1000);
		await plume.settle();
	}
	searchStore.onCall = () => {};
	expect(await found(plume, ann, "fox")).toEqual(["fox"]);
	return searchStore.calls;
}

test("an index that can be opened but not searched is made anew", async () => {
	const calls = await asksThrice("database disk image is malformed");
	expect(calls).toContain("reset");
});

test("an index is not made anew for searches that take too long", async () => {
	const calls = await asksThrice("the worker was silent for 2000 ms");
	expect(calls).not.toContain("reset");
});

test("searches that wait are not asked once the server stops", async () => {
	const store = new FakeSearchStore();
	const clock = new FakeClock();
	const index = new SearchIndex({
		...{ store, clock, published: 0, report: { warn() {} } },
		archive: new Archive(memoryLog("seed", clock)),
	});
	const question = { match: 'words : "fox"', limit: 1, mayRead: () => true };
	const finds = Promise.allSettled([
		index.find(question),
		index.find(question),
	]);
	await index.close();
	expect(await finds).toMatchObject([
		{ status: "rejected" },
		{ status: "rejected" },
	]);
	expect(store.calls).not.toContain("find");
});
