/** `npm run demo` as a newcomer runs it: two links that work, and an end. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import type { Moment } from "../../machines/frame.ts";

const DEMO = fileURLToPath(
	new URL("../../dist/tools/demo/main.js", import.meta.url),
);

test("its links lead to a server full of made-up people, until SIGTERM ends it with 0", async () => {
	const child = spawn(process.execPath, [DEMO], { stdio: "pipe" });
	const ended = new Promise((resolve) => child.once("close", resolve));
	let complaints = "";
	child.stderr.on("data", (chunk) => {
		complaints += chunk;
	});
	const links: string[] = [];
	for await (const line of createInterface({ input: child.stdout })) {
		const [link] = /http:\S+/.exec(line) ?? [];
		if (link) links.push(link);
		if (links.length === 2) break;
	}
	const [inside = "", chat = ""] = links;
	expect(await (await fetch(chat)).text()).toContain("<title>Plume");
	const { origin, pathname, hash } = new URL(inside);
	expect((await fetch(origin + pathname)).status).toBe(200);
	const url = origin.replace("http", "ws") + pathname;
	const protocols = ["plume.inspect", hash.slice(1)];
	const socket = new WebSocket(url, protocols, { origin });
	const fired = new Set<string>();
	await new Promise<void>((resolve, reject) => {
		socket.on("error", reject);
		socket.on("message", (data) => {
			const moments: Moment[] = JSON.parse(String(data));
			for (const frame of moments.flatMap(({ frames }) => frames))
				if (frame.type === "step") fired.add(frame.event);
			if (fired.has("message.posted")) resolve();
		});
	});
	expect(fired).toContain("login.succeeded");
	child.kill("SIGTERM");
	expect(await ended).toBe(0);
	expect(complaints).toBe("");
});
