import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Damage } from "../../src/log/damage.ts";
import type { Stored } from "../../src/log/log.ts";
import { readBatches, type Source, segmentsOf } from "../../src/log/reader.ts";
import { Verifier } from "../../src/log/verifier.ts";
import { FakeDisk } from "../fakes/disk.ts";
import { left, said, settle, stopped, Witness } from "./entries.ts";
import { chain, header, logOf, openOn, stop } from "./folder.ts";

async function read(sources: readonly Source[], verifier: Verifier) {
	const found: Stored[] = [];
	for await (const batch of readBatches(sources, verifier))
		found.push(...batch);
	return found;
}

/** The bytes of a pipe, in chunks. */
const pipe = (bytes: Buffer, chunkBytes = bytes.length): Source => ({
	file: "standard input",
	async *bytes() {
		for (let at = 0; at < bytes.length; at += chunkBytes)
			yield bytes.subarray(at, at + chunkBytes);
	},
});

const batches = [[stopped], [said("héllo"), left("c1")], [said("two")]];

describe("a pipe", () => {
	test("carries a whole log, in chunks of any size", async () => {
		const { files, stored } = await logOf(batches, { segmentBytes: 1 });
		const bytes = Buffer.concat([...files.values()]);
		await fc.assert(
			fc.asyncProperty(fc.integer({ min: 1, max: 500 }), async (chunkBytes) => {
				const verifier = new Verifier({ partial: true });
				const found = await read([pipe(bytes, chunkBytes)], verifier);
				expect(found).toEqual(stored);
				expect(verifier).toMatchObject({ seq: 4, offset: bytes.length });
				expect(verifier.torn).toBeUndefined();
			}),
		);
	});

	test("that is cut off ends with the last whole batch, and tells", async () => {
		const { files, stored } = await logOf(batches);
		const bytes = Buffer.concat([...files.values()]).subarray(0, -10);
		const verifier = new Verifier({ partial: true });
		expect(await read([pipe(bytes, 64)], verifier)).toEqual(stored.slice(0, 3));
		expect(verifier.torn).toMatchObject({ line: 5, seq: 4 });
	});
});

test.each([
	["inside a batch", stop(1, 1, 2), header(1)],
	["of another place", stop(1, 1, 1), header(3)],
])("a pipe that brings a header %s is refused", async (_, ...lines) => {
	const source = pipe(chain(header(), ...lines));
	const reading = read([source], new Verifier({ partial: true }));
	await expect(reading).rejects.toMatchObject({ line: 3 });
});

describe("a segment by itself", () => {
	/** The segments of a log, each of which holds one batch. */
	async function segments() {
		const { files, stored } = await logOf(batches, { segmentBytes: 1 });
		const [, second = Buffer.of(), third = Buffer.of()] = files.values();
		return { second, third, stored };
	}

	test("is verified from where its header says the log was", async () => {
		const { second, stored } = await segments();
		const verifier = new Verifier({ partial: true });
		expect(await read([pipe(second)], verifier)).toEqual(stored.slice(1, 3));
		expect(verifier).toMatchObject({ id: "abcdefghijklmnopqrstuv", seq: 3 });
	});

	test("is refused with any bit of its header flipped, if one line follows", async () => {
		const { third } = await segments();
		const end = third.indexOf("\n");
		for (let position = 0; position < 8 * (end + 1); position++) {
			const rotten = Buffer.from(third);
			const at = position >> 3;
			rotten[at] = (rotten[at] ?? 0) ^ (1 << (position & 7));
			const reading = read([pipe(rotten)], new Verifier({ partial: true }));
			await expect(reading, `bit ${position}`).rejects.toThrow(Damage);
		}
	});

	test("is no whole log", async () => {
		const { second } = await segments();
		const reading = read([pipe(second)], new Verifier());
		await expect(reading).rejects.toThrow(Damage);
	});
});

test("a log is read beside a live server, and nothing is written", async () => {
	const disk = new FakeDisk();
	const log = await openOn(disk);
	const witness = new Witness(log);
	log.append([stopped]);
	await settle();
	// The server is in the middle of a write.
	let written = false;
	disk.interrupt = ({ kind }) => {
		if (kind !== "write") return undefined;
		if (written) return new Promise(() => {});
		written = true;
		return { short: 50 };
	};
	log.append([said("half")]);
	await settle();
	const calls: string[] = [];
	disk.interrupt = ({ kind }) => {
		calls.push(kind);
		return undefined;
	};
	const verifier = new Verifier();
	const found = await read(await segmentsOf(disk, "data"), verifier);
	expect(found).toEqual(witness.ordered.slice(0, 1));
	expect(verifier.torn).toMatchObject({
		line: 3,
		reason: "its end is missing",
	});
	expect(calls).toEqual(["list", "read"]);
});

test("a log folder may hold other files", async () => {
	const { files, stored } = await logOf(batches);
	files.set("data/log/notes.txt", Buffer.from("mine"));
	const disk = new FakeDisk(files);
	expect(await read(await segmentsOf(disk, "data"), new Verifier())).toEqual(
		stored,
	);
});
