/** NATS hangs for half a minute under people who talk. */
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { RealCluster } from "./real-cluster.ts";

const PEOPLE = Number(process.env.TEST_PEOPLE ?? 60);

test("while NATS is paused for 30 seconds people are told within five, and nothing is lost", async () => {
	const cluster = await RealCluster.start(PEOPLE);
	cluster.talk(Math.max(1000, PEOPLE * 50));
	await pause(3000);
	const paused = cluster.pauseNats(30_000);
	const toldMs = await cluster.toldAll();
	expect(toldMs).toBeLessThan(5000);
	await paused;
	const lines = await cluster.expectOneOrder();
	console.info(
		`told after ${toldMs} ms at most; ${lines} lines by ${PEOPLE} people, each seen once`,
	);
});
