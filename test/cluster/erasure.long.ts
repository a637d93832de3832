/** How long a text that was erased is still on any disk: of the nodes, and of the NATS servers. */
import { execFile } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { RealCluster } from "./real-cluster.ts";

const CANARY = "the-canary-that-was-erased";
/** What the documents promise. */
const PROMISED_S = 180;

/** The files below these folders that hold the canary. */
async function filesWith(folders: readonly string[]): Promise<string[]> {
	const grep = promisify(execFile)("grep", ["-rlF", CANARY, ...folders]);
	const { stdout } = await grep.catch(() => ({ stdout: "" }));
	return stdout.split("\n").filter(Boolean);
}

test("an erased text is gone from every disk within three minutes", async () => {
	const cluster = await RealCluster.start(6);
	cluster.talk(1000);
	const [ann] = cluster.people;
	const canary = () =>
		[...(ann?.transcript.values() ?? [])].find(({ text }) => text === CANARY);
	ann?.sendRaw({ type: 1, text: CANARY });
	await cluster.until(() => canary() !== undefined);
	const folders = [
		...cluster.nodes.map(({ environment }) => environment.PLUME_DATA ?? ""),
		...cluster.servers.all.map(({ store }) => store),
	];
	// It is in the mirrors and in the stream.
	await pause(2000);
	expect((await filesWith(folders)).length).toBeGreaterThanOrEqual(6);
	const { epoch } = ann ?? {};
	const erase = { type: 16, room: "boats", epoch, target: canary()?.offset };
	const start = Date.now();
	ann?.sendRaw({ ...erase, id: "gone" });
	let left = await filesWith(folders);
	for (; left.length > 0; left = await filesWith(folders)) {
		const seconds = (Date.now() - start) / 1000;
		expect([seconds < PROMISED_S, left]).toEqual([true, left]);
		await pause(1000);
	}
	console.info(`gone after ${Math.round((Date.now() - start) / 1000)} s`);
	await cluster.quiet();
	await cluster.stop();
});
