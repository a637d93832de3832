/** The copies of the log that edges have in the data folder. */
import { expect, test } from "vitest";
import { removeCopies } from "../../src/cluster/copies.ts";
import { FakeDisk } from "../fakes/disk.ts";

test("a copy that can't be removed keeps no other from going", async () => {
	const paths = ["1", "2", "3", "4"].map((edge) => `data/edges/${edge}/mirror`);
	const disk = new FakeDisk(paths.map((path) => [path, Buffer.alloc(0)]));
	disk.interrupt = ({ kind, path }) =>
		kind === "removeFolder" && path.endsWith("2")
			? { code: "EBUSY" }
			: undefined;
	const failed: unknown[] = [];
	await removeCopies(disk, "data", 1, (error) => failed.push(error));
	expect([...disk.files.keys()]).toEqual(paths.slice(0, 2));
	expect(failed).toHaveLength(1);
});
