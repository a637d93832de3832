/**
 * `npm run way`: which files and functions of ours one text message passes in
 * the server, from socket to socket. V8 counts what runs while one person says
 * something, after much else was said, and another hears it. More files than
 * the budget fail.
 */
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { type Profiler, Session } from "node:inspector/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { RawClient } from "../bench/raw-client.ts";
import { ServerProcess } from "../bench/server-process.ts";
import { speakers } from "../bench/speaker.ts";

const MOST_FILES = 49;
const DIST = new URL("../", import.meta.url).href;
const { enter, frame } = speakers["plume.2"];

interface Passed {
	readonly file: string;
	readonly functions: readonly string[];
}

/** Runs in the server, beside it: counts from the first signal to the second. */
function observe() {
	const session = new Session();
	session.connect();
	const print = (msg: string, passed: readonly Passed[] = []) =>
		process.stdout.write(`${JSON.stringify({ msg, passed })}\n`);
	process.once("SIGUSR2", async () => {
		await session.post("Profiler.enable");
		const exact = { callCount: true, detailed: false };
		await session.post("Profiler.startPreciseCoverage", exact);
		await session.post("Profiler.takePreciseCoverage");
		process.once("SIGUSR2", async () => {
			const { result } = await session.post("Profiler.takePreciseCoverage");
			print("counted", result.flatMap(passedIn));
		});
		print("counting");
	});
}

function passedIn({ url, functions }: Profiler.ScriptCoverage): Passed[] {
	const ran = functions.filter(({ ranges }) => (ranges[0]?.count ?? 0) > 0);
	const isOurs = url.startsWith(DIST) && !url.includes("/tools/");
	if (!isOurs || ran.length === 0) return [];
	const file = url.slice(DIST.length).replace(/js$/, "ts");
	return [{ file, functions: ran.map(({ functionName }) => functionName) }];
}

const hears = (client: RawClient, words: string) =>
	new Promise<void>((resolve) => {
		client.ear = {
			chunk() {},
			frame(bytes, from, to) {
				if (bytes.toString("utf8", from, to).includes(words)) resolve();
			},
		};
	});

async function walk(data: string): Promise<readonly Passed[]> {
	const flags = ["--import", import.meta.url];
	const on = { PLUME_LIMITS: "on" };
	const server = await ServerProcess.start("plume", data, flags, on);
	try {
		const ann = await enter(server, 0);
		const bob = await enter(server, 1);
		const say = async (text: string) => {
			const heard = [ann, bob].map((each) => hears(each, `"text":"${text}"`));
			ann.sendFrame(1, Buffer.from(frame(text)));
			await Promise.all(heard);
		};
		const signalled = async (answer: string) => {
			server.signal("SIGUSR2");
			return (await once(server.lines, answer))[0];
		};
		// What runs only the first time is none of its way.
		for (const text of ["one", "two", "three"]) await say(text);
		await signalled("counting");
		await say("the one that counts");
		return (await signalled("counted")).passed;
	} finally {
		await server.stop();
	}
}

if (process.argv[1] !== fileURLToPath(import.meta.url)) observe();
else {
	const data = mkdtempSync(join(tmpdir(), "plume-way-"));
	const passed = await walk(data).finally(() =>
		rmSync(data, { recursive: true }),
	);
	for (const { file, functions } of passed)
		console.log(
			`${file}: ${functions.map((name) => name || "(anonymous)").join(", ")}`,
		);
	console.log(`${passed.length} files, ${MOST_FILES} at most`);
	if (passed.length > MOST_FILES) process.exitCode = 1;
}
