import { OrderedMap } from "immutable";
import { expect, test } from "vitest";
import { markRestored } from "../../src/cli/mark-restored.ts";
import type { ErasedLine } from "../../src/cli/prefix.ts";
import { State } from "../../src/engine/state.ts";
import { readBatches, segmentsOf } from "../../src/log/reader.ts";
import { Verifier } from "../../src/log/verifier.ts";
import { FakeDisk } from "../fakes/disk.ts";
import { chain, header } from "../log/folder.ts";

/** A log with nothing in it is marked, though so many texts of rooms that are gone were erased in it. */
async function marked(texts: number) {
	const first = chain(header());
	const name = "data/log/00000000000000000001.ndjson";
	const disk = new FakeDisk([[name, first]]);
	const { hash } = JSON.parse(first.toString());
	const about = { room: "gone", epoch: "gone", target: 1 };
	const erased = OrderedMap<number, ErasedLine>(
		Array.from({ length: texts }, (_, nth) => [
			nth + 1,
			{ ...about, seq: nth + 1, name: "ann", by: "ann" },
		]),
	);
	const log = { id: "abcdefghijklmnopqrstuv" };
	const size = await markRestored(disk, "data", {
		...{ erased, hash, state: State.initial(log), seq: 0, first: 1 },
		...{ id: log.id, secret: undefined, segments: 1 },
		...{ bytes: first.length, wrong: undefined },
	});
	return { disk, name, size };
}

test("a copy is marked in batches that each fit in a message of a stream", async () => {
	const { disk, name, size } = await marked(100_000);
	expect(disk.files.get(name)?.length).toBe(size);
	const verifier = new Verifier();
	const types: string[] = [];
	for await (const batch of readBatches(
		await segmentsOf(disk, "data"),
		verifier,
	))
		for (const { event } of batch) types.push(event.type);
	expect(verifier.torn).toBeUndefined();
	expect(types.slice(-2)).toEqual(["log.restored", "room.restored"]);
	const bytes = new Map<string, number>();
	for (const line of `${disk.files.get(name)}`.trim().split("\n")) {
		const batch = `${JSON.parse(line).batch}`;
		bytes.set(batch, (bytes.get(batch) ?? 0) + line.length);
	}
	expect(Math.max(...bytes.values())).toBeLessThan(256 * 1024);
});
