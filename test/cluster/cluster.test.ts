/** People on three nodes, while each thing that can fail fails once. */
import { test } from "vitest";
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
		const lines = await cluster.expectOneOrder();
		const { length } = cluster.people;
		console.info(
			`${lines} lines by ${length} people, each seen once; ${length - PEOPLE} logged in during a fault, with one code each`,
		);
	},
	600_000 * ROUNDS,
);
