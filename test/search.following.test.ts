/** The search index follows the log, whatever is committed and wherever the process ends meanwhile. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { FakeClock } from "./fakes/clock.ts";
import { FakeDisk } from "./fakes/disk.ts";
import { memoryLog } from "./fakes/memory-log.ts";
import { FakeSearchStore } from "./fakes/search-store.ts";
import { serverOn } from "./relations.ts";
import { found, openSearchable, saysDuringReads } from "./search.ts";

test("what is committed while the index reads the log is found", async () => {
	const [disk, clock] = [new FakeDisk(), new FakeClock()];
	const log = memoryLog("seed", clock, disk);
	const { plume } = await openSearchable({ log, clock });
	const ann = await plume.enter("ann", "plume.2");
	const said: string[] = [];
	const say = () => {
		said.unshift(`fox ${said.length}`);
		ann.say(`${said[0]}`);
	};
	say();
	await plume.settle();
	saysDuringReads(plume, disk, 3, say);
	await found(plume, ann, "fox");
	expect(await found(plume, ann, "fox")).toEqual(said);
	expect(said).toHaveLength(4);
});

test("an index that ends at the border of two segments is used by the next start", async () => {
	const folder = mkdtempSync(join(tmpdir(), "plume-following-"));
	onTestFinished(() => rmSync(folder, { recursive: true }));
	const [disk, clock] = [new FakeDisk(), new FakeClock()];
	const searchStore = new FakeSearchStore(folder);
	const plume = await serverOn(disk, clock, {}, { searchStore });
	const ann = await plume.enter("ann", "plume.2");
	ann.say("fox");
	await plume.settle();
	// One turn, which ends with the first segment.
	clock.advance(1000);
	await plume.settle();
	expect(searchStore.calls).toEqual(["begin", "apply"]);
	searchStore.kill();
	clock.forgetTimers();
	const next = new FakeSearchStore(folder);
	const options = { searchStore: next };
	const started = await serverOn(disk.kill(), clock, {}, options);
	const bob = await started.enter("bob", "plume.2");
	expect(await found(started, bob, "fox")).toEqual(["fox"]);
	expect(next.calls).not.toContain("reset");
	next.kill();
});
