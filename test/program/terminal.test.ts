/** The whole program where a newcomer runs it: on a terminal. */

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { MessageType as types } from "../../machines/message.ts";
import { Caller } from "./caller.ts";
import { newDataFolder, PROGRAM, run } from "./program.ts";

/** Runs the server on a pseudo-terminal, and reads what stands there. */
class Terminal {
	readonly child: ChildProcess;
	screen = "";
	#recoverState: (() => void)[] = [];

	constructor(
		data: string,
		environment: Readonly<Record<string, string>> = {},
	) {
		const command = `exec '${process.execPath}' '${PROGRAM}' serve`;
		this.child = spawn("script", ["-qec", command, "/dev/null"], {
			env: {
				PATH: process.env.PATH ?? "",
				TERM: "xterm",
				PLUME_PORT: "0",
				PLUME_DATA: data,
				...environment,
			},
		});
		this.child.stdout?.on("data", (chunk) => {
			this.screen += chunk;
			for (const recoverState of this.#recoverState.splice(0)) recoverState();
		});
	}

	/** What the screen shows first that fits, wherever it came from before `from`. */
	async find(wanted: RegExp): Promise<string> {
		for (;;) {
			const found = wanted.exec(this.screen)?.[1];
			if (found !== undefined) return found;
			await new Promise<void>((resolve) => {
				this.#recoverState.push(resolve);
			});
		}
	}

	async stop(): Promise<number | null> {
		this.child.stdin?.write("\u0003");
		return new Promise((resolve) => this.child.once("close", resolve));
	}
}

test("deleting one of five lines on a terminal erases that line alone", async () => {
	if (!existsSync("/usr/bin/script"))
		throw new Error("this test needs `apt-get install bsdutils`");
	const data = await newDataFolder();
	const terminal = new Terminal(data);
	const port = Number(await terminal.find(/Plume is at http:\/\/[\d.]+:(\d+)/));
	const ann = await Caller.call(port, { protocol: "plume.2" });
	ann.raw.send({ type: types.hello, text: "ann\nann@example.org" });
	const code = await terminal.find(/\[1;7m {2}(\w{6}) {2}/);
	ann.raw.send({ type: types.auth, text: code });
	const welcome = await ann.until(({ type }) => type === types.welcome);
	const words = ["one", "two", "three", "four", "five"];
	for (const [index, text] of words.entries())
		ann.raw.send({ type: types.text, text, room: "lobby", n: index + 1 });
	await ann.until(({ text }) => text === "five");
	const { epoch } = welcome;
	ann.raw.send({ type: types.erase, room: "lobby", epoch, target: 2, id: "e" });
	await ann.until(({ type, id }) => type === types.erase && id === "e");
	ann.raw.drop();
	expect(await terminal.stop()).toBe(0);
	const verified = await run(["replay", "--verify", data]);
	expect(verified).toMatchObject({ code: 0 });
	const again = new Terminal(data);
	await again.find(/(Plume is at)/);
	expect(await again.stop()).toBe(0);
});
