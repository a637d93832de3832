import { describe, expect, it, vi } from "vitest";
import { Secrets } from "../../src/engine/secrets.ts";
import { defaultLimits } from "../../src/limits.ts";
import { knownNetworks } from "../../src/mail/known-networks.ts";
import { FakeClock } from "../fakes/clock.ts";
import { FakeDisk } from "../fakes/disk.ts";

const DAY = 86_400_000;

async function open(disk = new FakeDisk(), clock = new FakeClock()) {
	const warnings: string[] = [];
	const known = knownNetworks({
		secrets: new Secrets("a secret", (size) => new Uint8Array(size)),
		limits: defaultLimits(),
		clock,
		file: {
			...{ disk, folder: "data" },
			warn: ({ message }) => warnings.push(message),
		},
	});
	await disk.makeFolder("data");
	await known.load();
	return { known, disk, clock, warnings };
}

const textOf = async (disk: FakeDisk) => {
	const chunks: Buffer[] = [];
	for await (const chunk of disk.read("data/known.json")) chunks.push(chunk);
	return Buffer.concat(chunks).toString();
};

const hashesIn = async (disk: FakeDisk) =>
	Object.keys(JSON.parse(await textOf(disk)).until);

describe("known networks", () => {
	it("are known for thirty days after the last login, and whose they are", async () => {
		const { known, clock } = await open();
		known.add("192.0.2.1", "ann");
		expect(known.has("192.0.2.1")).toBe(true);
		expect(known.has("192.0.2.1", "ann")).toBe(true);
		expect(known.has("192.0.2.1", "eve")).toBe(false);
		expect(known.has("192.0.2.2")).toBe(false);
		clock.advance(30 * DAY - 1);
		expect(known.has("192.0.2.1")).toBe(true);
		clock.advance(1);
		expect(known.has("192.0.2.1")).toBe(false);
	});

	it("survive a restart, in a file that names nobody", async () => {
		const { known, disk, clock } = await open();
		known.add("192.0.2.1", "ann");
		await known.save();
		expect(await textOf(disk)).not.toMatch(/192|ann/);
		const again = await open(disk, clock);
		expect(again.known.has("192.0.2.1", "ann")).toBe(true);
		expect(again.warnings).toEqual([]);
	});

	it("leave the file once they have expired, also where nobody comes in", async () => {
		const { known, disk, clock } = await open();
		known.add("192.0.2.1", "ann");
		await known.save();
		clock.advance(30 * DAY - 1);
		expect(await hashesIn(disk)).toHaveLength(2);
		clock.advance(3_600_000);
		await vi.waitFor(async () => expect(await hashesIn(disk)).toEqual([]));
	});

	it("leave the file at a start if they have expired by then", async () => {
		const { known, disk, clock } = await open();
		known.add("192.0.2.1", "ann");
		await known.save();
		clock.forgetTimers();
		clock.advance(30 * DAY);
		await open(disk, clock);
		await vi.waitFor(async () => expect(await hashesIn(disk)).toEqual([]));
	});

	it("are strangers' again when the file is deleted", async () => {
		const { known, disk } = await open();
		known.add("192.0.2.1", "ann");
		await known.save();
		await disk.remove("data/known.json");
		const again = await open(disk);
		expect(again.known.has("192.0.2.1")).toBe(false);
		expect(again.warnings).toEqual([]);
	});

	it.each(["", "{", "null", "[]", '{"format":2}', '{"format":1,"until":7}'])(
		"take a file that holds %j for none",
		async (text) => {
			const disk = new FakeDisk();
			const file = await disk.open("data/known.json");
			await file.write(Buffer.from(text), 0);
			const { known } = await open(disk);
			expect(known.has("192.0.2.1")).toBe(false);
			known.add("192.0.2.1", "ann");
			await known.save();
			expect((await open(disk)).known.has("192.0.2.1")).toBe(true);
		},
	);

	it("are bounded, the one used longest ago goes first", async () => {
		const { known, disk } = await open();
		for (let n = 0; n < 6_000; n++) known.add(`${n}`, "ann");
		await known.save();
		expect(await hashesIn(disk)).toHaveLength(10_000);
		expect(known.has("0")).toBe(false);
		expect(known.has("5999")).toBe(true);
		expect((await open(disk)).known.has("5999")).toBe(true);
	});
});
