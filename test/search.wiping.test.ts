/** Erased texts leave the search index, and nobody but their author waits for that. */
import {
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { MessageType as types } from "../machines/message.ts";
import { ErasedTexts } from "../src/search/erased-texts.ts";
import { FakeClock } from "./fakes/clock.ts";
import { FakeSearchStore } from "./fakes/search-store.ts";
import { found, openSearchable } from "./search.ts";

const folder = mkdtempSync(join(tmpdir(), "plume-wiping-"));
afterEach(() => {
	vi.restoreAllMocks();
	rmSync(folder, { recursive: true, force: true });
});

/** Ann has said "canary" to Bob, and it is indexed. */
async function indexed() {
	const clock = new FakeClock();
	const searchStore = new FakeSearchStore(folder);
	const { plume } = await openSearchable({ clock, searchStore });
	const ann = await plume.enter("ann", "plume.2");
	const bob = await plume.enter("bob", "plume.2");
	ann.say("canary", 1);
	await plume.settle();
	expect(await found(plume, ann, "canary")).toEqual(["canary"]);
	const said = ann.items.find(({ text }) => text === "canary");
	const { room, epoch, offset: target } = said ?? { type: 0 };
	const erase = () => ann.erase({ room, epoch, target, id: "e" });
	const isTold = () =>
		ann.received.some(({ type, id }) => type === types.erase && id === "e");
	const isGone = () => bob.items.some(({ kind }) => kind === "erased");
	const isOnDisk = () =>
		readdirSync(folder).some((name) =>
			readFileSync(join(folder, name)).includes("anary"),
		);
	return {
		clock,
		plume,
		searchStore,
		ann,
		bob,
		erase,
		isTold,
		isGone,
		isOnDisk,
	};
}

test("a person who erases is told once the words are in no file", async () => {
	const { plume, searchStore, erase, isTold, isOnDisk } = await indexed();
	expect(isOnDisk()).toBe(true);
	const whenTold: boolean[] = [];
	searchStore.onCall = () => whenTold.push(isTold());
	erase();
	await plume.settle();
	expect(isTold()).toBe(true);
	expect(whenTold).not.toContain(true);
	expect(isOnDisk()).toBe(false);
});

test("the journal of the index is overwritten where it lies, so that no freed block has the words", async () => {
	const { plume, erase, isTold } = await indexed();
	const journal = () => readFileSync(join(folder, "search.db-journal"));
	const { ino } = statSync(join(folder, "search.db-journal"));
	expect(journal().length).toBeGreaterThan(0);
	erase();
	await plume.until(isTold);
	expect(journal().every((byte) => byte === 0)).toBe(true);
	expect(statSync(join(folder, "search.db-journal")).ino).toBe(ino);
});

test("an index that hangs holds up nobody in the room", async () => {
	const { clock, plume, searchStore, bob, erase, isTold, isGone } =
		await indexed();
	searchStore.isHanging = true;
	erase();
	await plume.until(isGone);
	bob.say("what was that?", 1);
	await plume.until(() => bob.lines.includes("bob: what was that?"));
	expect(isTold()).toBe(false);
	clock.advance(10_000);
	await plume.until(isTold);
	expect(searchStore.calls).toContain("reset");
});

test("an erased text overtakes searches that wait for a slow one", async () => {
	const { clock, plume, searchStore, ann, bob, erase, isTold, isGone } =
		await indexed();
	searchStore.calls.length = 0;
	searchStore.isHanging = true;
	ann.search("slow");
	bob.search("quick");
	await plume.until(() => searchStore.calls.includes("find"));
	erase();
	await plume.until(isGone);
	clock.advance(20_000);
	searchStore.recover();
	await plume.until(isTold);
	const { calls } = searchStore;
	expect(calls.slice(0, 3)).toEqual(["find", "begin", "apply"]);
	expect(calls).not.toContain("reset");
});

test("nobody is told that words are gone while the index can't be deleted", async () => {
	const { clock, plume, searchStore, erase, isTold, isGone } = await indexed();
	const resets = () => searchStore.calls.filter((name) => name === "reset");
	searchStore.isHanging = true;
	searchStore.isStuck = true;
	erase();
	await plume.until(isGone);
	await plume.until(() => {
		clock.advance(1000);
		return resets().length > 1;
	});
	expect(isTold()).toBe(false);
	searchStore.isStuck = false;
	await plume.until(() => {
		clock.advance(1000);
		return isTold();
	});
});

test("an index that hung is made anew without what was erased", async () => {
	const { clock, plume, searchStore, ann, bob, erase, isTold } =
		await indexed();
	bob.say("another canary", 1);
	await plume.settle();
	searchStore.isHanging = true;
	erase();
	await plume.until(() => {
		clock.advance(1000);
		return isTold();
	});
	searchStore.recover();
	await plume.until(() => {
		clock.advance(1000);
		return searchStore.calls.at(-1) === "apply";
	});
	expect(await found(plume, ann, "canary")).toEqual(["another canary"]);
});

test("an author who erases everything is sent away once it is in no file", async () => {
	const { plume, ann, isOnDisk } = await indexed();
	ann.eraseAll();
	await plume.until(() => ann.closed !== undefined);
	expect(isOnDisk()).toBe(false);
});

test("an index that can't be deleted keeps nothing in the log", async () => {
	const clock = new FakeClock();
	const searchStore = new FakeSearchStore(folder);
	const { plume } = await openSearchable({
		...{ clock, searchStore },
		environment: { PLUME_LIMIT_MESSAGE_BURST: "1000" },
	});
	const ann = await plume.enter("ann", "plume.2");
	const bob = await plume.enter("bob", "plume.2");
	for (let n = 1; n <= 300; n++) ann.say(`canary ${n}`, n);
	await plume.settle();
	searchStore.isHanging = true;
	searchStore.isStuck = true;
	ann.eraseAll();
	const erased = () =>
		bob.items.reduce(
			(sum, { kind, through = 0, from = 0 }) =>
				kind === "erased" ? sum + Number(through) - Number(from) + 1 : sum,
			0,
		);
	await plume.until(() => {
		clock.advance(1000);
		return erased() >= 300;
	});
	expect(ann.closed).toBeUndefined();
});

test("no text is held while the index can't be deleted", async () => {
	const { clock, plume, searchStore, ann, bob, erase, isTold } =
		await indexed();
	bob.say("another canary", 1);
	await plume.settle();
	const resets = () => searchStore.calls.filter((name) => name === "reset");
	searchStore.isHanging = true;
	searchStore.isStuck = true;
	erase();
	await plume.until(() => {
		clock.advance(1000);
		return resets().length > 1;
	});
	const remember = vi.spyOn(ErasedTexts.prototype, "remember");
	const said = bob.items.find(({ text }) => text === "another canary");
	const { room, epoch, offset: target } = said ?? { type: 0 };
	bob.erase({ room, epoch, target, id: "e" });
	await plume.until(() => remember.mock.calls.length > 0);
	const [[texts] = []] = remember.mock.calls;
	expect([...(texts?.values() ?? [])]).toEqual([undefined]);
	searchStore.isStuck = false;
	searchStore.recover();
	await plume.until(() => {
		clock.advance(1000);
		return isTold();
	});
	await plume.settle();
	expect(await found(plume, ann, "canary")).toEqual([]);
});
