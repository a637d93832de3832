/** People on three nodes, while each thing that can fail fails once. */
import { expect, test } from "vitest";
import { type Fault, faults, RealCluster } from "./real-cluster.ts";

const all = Object.keys(faults) as Fault[];
const ROUNDS = Number(process.env.TEST_ROUNDS ?? 1);
const PEOPLE = Number(process.env.TEST_PEOPLE ?? 9);
/** So many log in while each fault lasts. */
const LOGINS = Number(process.env.TEST_LOGINS ?? 1);
/** How long all talk between two faults. */
const TALK_MS = ROUNDS > 1 ? 5000 : 1000;

test(
	"nothing is lost, doubled or reordered, whatever fails",
	async () => {
		const cluster = await RealCluster.start(PEOPLE);
		cluster.talk(Math.max(1000, PEOPLE * 50));
		for (let round = 0; round < ROUNDS; round++)
			for (const fault of all) {
				const silentMs = await cluster.suffer(fault, TALK_MS, LOGINS);
				console.info(`${fault}: ${silentMs} ms of silence (${faults[fault]})`);
			}
		await cluster.quiet();
		const [first] = cluster.people;
		const order = first?.said ?? [];
		for (const [nth, person] of cluster.people.entries()) {
			expect([nth, person.counts.logins]).toEqual([nth, 1]);
			expect([nth, person.faults]).toEqual([nth, []]);
			expect(person.said).toEqual(order);
			const own = order.filter((text) => text.startsWith(`guest${nth} says`));
			expect(own).toEqual(cluster.lines[nth]);
		}
		const logs = await cluster.stop();
		expect(logs).toHaveLength(3);
		// Those that stopped earlier have less of it.
		const [longest = ""] = [...logs].sort((a, b) => b.length - a.length);
		for (const log of logs) expect(longest.startsWith(log)).toBe(true);
		const { length } = cluster.people;
		console.info(
			`${order.length} lines by ${length} people, each seen once; ${length - PEOPLE} logged in during a fault, with one code each`,
		);
	},
	600_000 * ROUNDS,
);
