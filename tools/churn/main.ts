/**
 * `npm run churn`: sixty people come and go for an hour (`npm run churn -- 7200`:
 * for so many seconds). Fails if the server's memory grows, once it is warm,
 * or a file or socket stays open, or the log is not sound.
 */
import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { quantile } from "../../bench/histogram.ts";
import { PLUME, ServerProcess } from "../../bench/server-process.ts";
import { Random } from "../fuzz/random.ts";
import { pause } from "../siege/people.ts";
import { type Done, Person } from "./person.ts";

const PEOPLE = 60;
const LOOK_MS = 1000;
/** So much of the time is left out of the slope: what the server remembers fills up meanwhile, for about ten minutes. */
const WARM = 1 / 2;
const LOOKS_OF_A_ROW = 60;
/** In MiB an hour, of all memory and of what is left after a collection of the whole heap. */
const FLAT = { rss: 8, heap: 1 };
/** What V8 prints of such a collection; the size is in MiB. */
const COLLECTED = /Mark-Compact .* -> ([\d.]+) /;
const GRACE_SECONDS = 10;

const print = (line: string) => process.stdout.write(`${line}\n`);

/** What the server took in a minute, in MiB, in the middle: of all memory, and what was left after each collection. */
interface Row {
	readonly rss: number;
	readonly heap: number;
	readonly descriptors: number;
}

/** By least squares: how much is added with each row, and the standard error of that. */
function slopeOf(values: readonly number[]): readonly [number, number] {
	const { length } = values;
	const middle = (length - 1) / 2;
	const mean = values.reduce((sum, value) => sum + value, 0) / length;
	const spread = values.reduce((sum, _, i) => sum + (i - middle) ** 2, 0);
	const slope =
		values.reduce((sum, y, i) => sum + (i - middle) * (y - mean), 0) / spread;
	const rest = values.reduce(
		(sum, y, i) => sum + (y - mean - slope * (i - middle)) ** 2,
		0,
	);
	return [slope, Math.sqrt(rest / (length - 2) / spread)];
}

/** Looks at the server each second, until `isOver`. */
async function watch(
	server: ServerProcess,
	done: Done,
	isOver: () => boolean,
): Promise<readonly Row[]> {
	const rows: Row[] = [];
	let left: number[] = [];
	server.lines.on("V8", (line: string) => {
		const [, size] = COLLECTED.exec(line) ?? [];
		if (size) left.push(Number(size));
	});
	while (!isOver()) {
		const looks: { readonly rss: number; readonly descriptors: number }[] = [];
		while (looks.length < LOOKS_OF_A_ROW && !isOver()) {
			const { descriptors, rssKiB } = server;
			looks.push({ rss: rssKiB / 1024, descriptors });
			await pause(LOOK_MS);
		}
		if (looks.length < LOOKS_OF_A_ROW) break;
		const rss = quantile(
			looks.map((look) => look.rss),
			0.5,
		);
		const heap = quantile(left, 0.5);
		left = [];
		const descriptors = Math.max(...looks.map((look) => look.descriptors));
		rows.push({ rss, heap, descriptors });
		print(
			`minute ${rows.length}: ${rss.toFixed(1)} MiB, heap ${heap.toFixed(2)} MiB, at most ${descriptors} descriptors; ${done.connections} connections, ${done.logins} logins, ${done.resumes} resumes, ${done.said} lines, ${done.erased} erased`,
		);
	}
	return rows;
}

/** Whether memory stayed the same after it was warm. */
function judge(rows: readonly Row[]): readonly string[] {
	const warm = rows.slice(Math.ceil(rows.length * WARM));
	const wrong: string[] = [];
	for (const what of ["rss", "heap"] as const) {
		const [slope, error] = slopeOf(warm.map((row) => row[what]));
		const words = `${what}: ${(slope * 60).toFixed(2)} ± ${(error * 60).toFixed(2)} MiB an hour`;
		print(words);
		// Flat is less than the bound, with the doubt there is.
		if ((slope - 2 * error) * 60 > 0 && slope * 60 > FLAT[what])
			wrong.push(`${words} is not flat`);
	}
	return wrong;
}

async function churn(folder: string, seconds: number) {
	const server = await ServerProcess.start("plume", folder, ["--trace-gc"], {
		PLUME_LIMIT_GRACE_SECONDS: `${GRACE_SECONDS}`,
		// So that what rooms remember is soon as much as it may be.
		PLUME_LIMIT_ROOM_MEMORY_BYTES: "262144",
	});
	const done: Done = {
		...{ connections: 0, logins: 0, resumes: 0, said: 0, erased: 0 },
		troubles: [],
	};
	const before = server.descriptors;
	let isOver = false;
	const watching = watch(server, done, () => isOver);
	const end = performance.now() + seconds * 1000;
	const lives = Array.from({ length: PEOPLE }, (_, i) =>
		new Person(server, `person${i}`, new Random(i), done).live(end),
	);
	await Promise.all(lives);
	isOver = true;
	const wrong = [...judge(await watching)];
	// Seats are kept for a while, and so is what was read for them.
	for (let i = 0; i < 6 * GRACE_SECONDS && server.descriptors > before; i++)
		await pause(1000);
	const { descriptors } = server;
	print(`descriptors: ${before} before, ${descriptors} after`);
	if (descriptors > before)
		wrong.push(`${descriptors - before} descriptors were kept`);
	await server.stop();
	return [...wrong, ...done.troubles.slice(0, 5)];
}

async function main(): Promise<number> {
	const seconds = Number(process.argv[2] ?? 3600);
	// With less the slope says nothing.
	if (!Number.isSafeInteger(seconds) || seconds < 3600) {
		print("Usage: npm run churn -- SECONDS, at least 3600 of them.");
		return 2;
	}
	const folder = await mkdtemp(join(tmpdir(), "plume-churn-"));
	const wrong = [...(await churn(folder, seconds))];
	const replay = [PLUME, "replay", folder, "--verify"];
	print(execFileSync(process.execPath, replay, { encoding: "utf8" }).trim());
	for (const line of wrong) print(line);
	await rm(folder, { recursive: true });
	return wrong.length > 0 ? 1 : 0;
}

process.exitCode = await main();
