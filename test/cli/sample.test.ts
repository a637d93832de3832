/** The sample log in docs/sample. */
import { readdir, readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { run } from "../program/program.ts";

const SAMPLE = "docs/sample";

test("the sample verifies", async () => {
	const { code, stderr } = await run(["replay", SAMPLE, "--verify"]);
	expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
});

test("the sample has what there is to look at, and is small", async () => {
	const files = await readdir(`${SAMPLE}/log`);
	const read = (file: string) => readFile(`${SAMPLE}/log/${file}`, "utf8");
	const text = (await Promise.all(files.map(read))).join("");
	expect(text.length).toBeLessThan(64 << 10);
	for (const type of [
		"login.failed",
		"client.detached",
		"client.resumed",
		"client.left",
		"message.erased",
		"session.closed",
		"server.stopped",
	])
		expect(text).toContain(`"type":"${type}"`);
	expect(text).not.toContain("4711");
	expect(text.match(/"type":"room.opened"/g)).toHaveLength(3);
});
