/** The search index follows the log, whatever is committed and wherever the process ends meanwhile. */
import { expect, test } from "vitest";
import { FakeClock } from "./fakes/clock.ts";
import { FakeDisk } from "./fakes/disk.ts";
import { memoryLog } from "./fakes/memory-log.ts";
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
