/** Three nodes of another version are upgraded in turn while people talk: TEST_OLD is its built program, a `dist/src/main.js`. */
import { setTimeout as pause } from "node:timers/promises";
import { test } from "vitest";
import { RealCluster } from "./real-cluster.ts";

const PEOPLE = Number(process.env.TEST_PEOPLE ?? 60);

test("nothing is lost while each node is upgraded in turn", async () => {
	const { TEST_OLD } = process.env;
	if (!TEST_OLD)
		throw new Error(
			"Say which version to begin with: TEST_OLD=/path/to/dist/src/main.js npm run upgrade",
		);
	const cluster = await RealCluster.start(PEOPLE, TEST_OLD);
	cluster.talk(Math.max(1000, PEOPLE * 50));
	await pause(3000);
	await cluster.upgrade();
	const lines = await cluster.expectOneOrder();
	console.info(`${lines} lines by ${PEOPLE} people, each seen once`);
});
