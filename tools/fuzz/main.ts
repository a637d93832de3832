/**
 * `npm run fuzz`: random and mutated frames over real WebSockets against the
 * built server, half of them from people in a room and well-formed enough to
 * be decided. `npm run fuzz -- 20000 7`: so many, with this seed. Then the
 * server must be well, its memory flat and its log sound.
 */
import { execFileSync } from "node:child_process";
import { randomInt } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { quantile } from "../../bench/histogram.ts";
import { PLUME, ServerProcess } from "../../bench/server-process.ts";
import { systemClock } from "../../src/clock.ts";
import { recoverState } from "../../src/engine/recovery.ts";
import { defaultLimits } from "../../src/limits.ts";
import { realDisk } from "../../src/log/disk.ts";
import { openFileLog } from "../../src/log/file-log.ts";
import { Snapshots } from "../../src/log/snapshots.ts";
import { pause } from "../siege/people.ts";
import { Person, Progress } from "./person.ts";
import { emailOf } from "./values.ts";

/** Half of them are hostile. */
const PEOPLE = 32;
const LOOK_MS = 250;
const MOST_GROWTH = 1.3;
/** pino's. */
const ERROR_LEVEL = 50;

const print = (line: string) => process.stdout.write(`${line}\n`);

/** Memory, in MiB, at each share of the frames that were sent. */
type Looks = (readonly [share: number, mib: number])[];

const memoryBetween = (looks: Looks, from: number, to: number) =>
	Math.round(
		quantile(
			looks.filter(([at]) => at >= from && at <= to).map(([, mib]) => mib),
			0.5,
		),
	);

/** Starts a server; answers it, and the lines in its log that must not be there. */
async function start(folder: string) {
	const wrong: string[] = [];
	const server = await ServerProcess.start("plume", folder, [], {
		PLUME_ADMINS: `${emailOf(0)},${emailOf(1)}`,
		// So that what is remembered for a while is so from the first tenth on.
		PLUME_LIMIT_GRACE_SECONDS: "5",
		PLUME_LIMIT_CODE_SECONDS: "60",
		PLUME_LIMIT_ROOM_MEMORY_BYTES: "262144",
	});
	server.lines.on("any line", (line) => {
		if (line.level >= ERROR_LEVEL) wrong.push(JSON.stringify(line));
	});
	return { server, wrong };
}

async function isHealthy(port: number): Promise<boolean> {
	const url = `http://127.0.0.1:${port}/healthz`;
	const answer = await fetch(url).catch(() => undefined);
	return answer?.status === 200;
}

/** The state's hash as a start finds it: from the newest snapshot and the log after it. */
async function hashAtStart(folder: string): Promise<string> {
	const disk = realDisk;
	const warn = (error: Error) => print(`a snapshot: ${error.message}`);
	const clock = systemClock();
	const log = openFileLog({ disk, folder, clock, ids: () => "fuzz" });
	const snapshots = new Snapshots({ disk, folder, warn });
	const { state } = await recoverState(log, defaultLimits(true), snapshots);
	await log.close();
	return state.hash();
}

/** What `plume replay` prints of a log. Throws unless it exits with 0. */
const replay = (folder: string, how: string) =>
	execFileSync(process.execPath, [PLUME, "replay", folder, how], {
		...{ encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] },
		maxBuffer: 2 ** 28,
	});

async function checkLog(folder: string): Promise<readonly string[]> {
	try {
		print(replay(folder, "--verify").trim());
		const { hash } = JSON.parse(replay(folder, "--json"));
		const found = await hashAtStart(folder);
		if (hash !== found)
			return [`the log's state is ${hash}, a start finds ${found}`];
	} catch (error) {
		return [`the log: ${error instanceof Error ? error.message : error}`];
	}
	const { server, wrong } = await start(folder);
	if (!(await isHealthy(server.port))) wrong.push("a second start is unwell");
	await server.stop();
	return wrong;
}

/** Sends all frames; answers what was not as it must be. */
async function fuzz(folder: string, count: number, seed: number) {
	const { server, wrong } = await start(folder);
	const progress = new Progress(count);
	const codes = new Map<string, string>();
	let [isStopped, refusals] = [false, {}];
	server.lines.on("login code", ({ name, code }) => codes.set(name, code));
	server.lines.on("stopped", () => {
		isStopped = true;
	});
	server.lines.on("refused, by rule", (line) => {
		({ refusals } = line);
	});
	const looks: Looks = [];
	const look = setInterval(() => {
		try {
			looks.push([progress.sent / count, server.rssKiB / 1024]);
		} catch {
			clearInterval(look);
			wrong.push("the server has ended");
		}
	}, LOOK_MS);
	const began = performance.now();
	const lives = Array.from({ length: PEOPLE }, (_, self) => {
		const part = { port: server.port, seed, self, people: PEOPLE };
		const isHostile = self % 2 === 1;
		return new Person({ ...part, isHostile, codes, progress }).live();
	});
	await Promise.all(lives).catch((error) => wrong.push(`${error}`));
	const seconds = Math.round((performance.now() - began) / 1000);
	await pause(1000);
	clearInterval(look);
	const { sent, decided, broken, connections, logins, troubles } = progress;
	if (!(await isHealthy(server.port))) wrong.push("/healthz is not 200");
	const [warm, end] = [
		memoryBetween(looks, 0.1, 0.2),
		memoryBetween(looks, 0.9, 1),
	];
	await server.stop();
	print(
		`${sent} frames in ${seconds} s: ${decided} reached decide, ${broken} were broken; ${connections} connections, ${logins} logins`,
	);
	print(`memory: ${warm} MiB after a tenth, ${end} MiB at the end`);
	print(`refused: ${JSON.stringify(refusals)}`);
	if (sent < count) wrong.push(`${count - sent} frames were not sent`);
	if (decided < sent / 2) wrong.push("less than half reached decide");
	if (end > warm * MOST_GROWTH) wrong.push(`memory grew to ${end} MiB`);
	if (!isStopped) wrong.push("the server did not stop cleanly");
	return [...wrong, ...troubles.slice(0, 5)];
}

async function main(): Promise<number> {
	const [count, seed] = process.argv.slice(2).map(Number);
	const frames = count ?? 1_000_000;
	const chosen = seed ?? randomInt(2 ** 31);
	if (!(Number.isSafeInteger(frames) && frames >= 1000 && chosen >= 0)) {
		print("Usage: npm run fuzz -- FRAMES SEED, with at least 1000 frames.");
		return 2;
	}
	print(`npm run fuzz -- ${frames} ${chosen}`);
	const folder = await mkdtemp(join(tmpdir(), "plume-fuzz-"));
	const wrong = [...(await fuzz(folder, frames, chosen))];
	wrong.push(...(await checkLog(folder)));
	for (const line of wrong) print(line);
	if (wrong.length > 0) print(`The data folder is left in ${folder}.`);
	else await rm(folder, { recursive: true });
	return wrong.length > 0 ? 1 : 0;
}

process.exitCode = await main();
