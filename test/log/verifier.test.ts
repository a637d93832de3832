import { expect, test, vi } from "vitest";
import { FakeDisk } from "../fakes/disk.ts";
import { erased, said } from "./entries.ts";
import { logOf, openOn } from "./folder.ts";

const made = vi.hoisted(() => ({ errors: 0 }));

vi.mock("../../src/log/damage.ts", async (importActual) => {
	const actual = await importActual<typeof import("../../src/log/damage.ts")>();
	class Damage extends actual.Damage {
		constructor(...about: ConstructorParameters<typeof actual.Damage>) {
			super(...about);
			made.errors++;
		}
	}
	return { ...actual, Damage };
});

test("a sound log is read without an error for each line that is erased", async () => {
	const { files } = await logOf([[said("one"), said("two")], [erased(1, 2)]]);
	const disk = new FakeDisk(files);
	const log = await openOn(disk);
	await log.segments.erase(await log.segments.find([1, 2]));
	await log.close();
	await (await openOn(disk)).close();
	expect(made.errors).toBe(0);
});
