/** That a server which keeps much does not keep as much garbage. */
import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";

const GARBAGE = new URL("../../dist/src/garbage.js", import.meta.url).href;

/** Keeps a lot and replaces it piece by piece; prints how many times its least the heap was at its largest. */
const CHURN = `
import { getHeapStatistics } from "node:v8";
import { boundGarbage } from "${GARBAGE}";
boundGarbage();
const line = (n) => ({ n, text: [n, n + 1, n + 2, n + 3] });
const kept = Array.from({ length: 400_000 }, (_, n) => line(n));
let [least, most] = [Infinity, 0];
for (let n = 0; n < 5_000_000; n++) {
	kept[(n * 7919) % kept.length] = line(n);
	// Only now the heap is what the first collections have made of it.
	if (n < 2_000_000 || n % 1000 > 0) continue;
	const { used_heap_size: used } = getHeapStatistics();
	least = Math.min(least, used);
	most = Math.max(most, used);
}
console.log(most / least);
`;

test("what was thrown away is collected long before it is as much as what is kept", () => {
	const args = ["--input-type=module", "--eval", CHURN];
	const times = execFileSync(process.execPath, args, {
		encoding: "utf8",
		env: {},
	});
	expect(Number(times)).toBeLessThan(2);
});
