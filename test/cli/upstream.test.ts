/** `plume check` of an edge asks its sequencer whether both have one secret. */
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { check } from "../../src/cli/check.ts";
import { Link } from "../../src/cluster/link.ts";
import { Seal } from "../../src/cluster/seal.ts";
import { Secrets } from "../../src/engine/secrets.ts";
import { newDataFolder } from "../program/program.ts";
import { seededBytes } from "../test-server.ts";

const OURS = "a".repeat(32);
const OTHER = "b".repeat(32);

test.each([
	[OURS, "sequencer: ok, it is there", 0],
	[
		OTHER,
		"sequencer: PLUME_UPSTREAM: the sequencer has another PLUME_SECRET",
		1,
	],
] as const)("a sequencer with the secret %s", async (secret, words, code) => {
	const folder = await newDataFolder();
	const at = join(folder, "edges.sock");
	const seal = new Seal(new Secrets(secret, seededBytes("seal")));
	const server = createServer((socket) => {
		const link = new Link(socket, seal, { onMessage() {}, onClose() {} });
		link.send({ kind: "beat" });
	});
	await new Promise<void>((done) => server.listen(at, done));
	const printed: string[] = [];
	const outcome = await check({
		environment: {
			PLUME_DATA: join(folder, "edge"),
			...{ PLUME_UPSTREAM: at, PLUME_SECRET: OURS },
		},
		credential: () => undefined,
		print: (line) => printed.push(line),
	});
	server.close();
	expect(printed.join("\n")).toContain(words);
	expect(outcome).toBe(code);
});
