/** A process of its own: what is looked at is its heap. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";

const GARBAGE = new URL("../../dist/src/garbage.js", import.meta.url).href;

/** A rush fills the heap and lets go; then next to nothing is done until that is noticed. */
const RUSH = `
import { setImmediate, setTimeout } from "node:timers/promises";
import { getHeapStatistics } from "node:v8";
import { boundGarbage } from "${GARBAGE}";

const usedMiB = () => getHeapStatistics().used_heap_size / 2 ** 20;
boundGarbage();
let held = [];
while (usedMiB() < 150) {
	for (let i = 0; i < 10_000; i++) held.push({ i, some: [i] });
	await setImmediate();
}
process.stdout.write("full ");
held = [];
while (usedMiB() > 50) {
	Array.from({ length: 10_000 }, (_, i) => ({ i }));
	await setTimeout(20);
}
process.stdout.write("empty");
`;

test("what a rush leaves behind is found when it is over", async () => {
	const child = spawn(process.execPath, ["--input-type=module", "-e", RUSH]);
	try {
		let said = "";
		child.stdout.on("data", (data) => {
			said += data;
		});
		await once(child, "exit");
		expect(said).toBe("full empty");
	} finally {
		child.kill("SIGKILL");
	}
});
