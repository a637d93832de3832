/**
 * Is the suite able to fail? `npm run mutants` breaks one promise after
 * another, each by a small patch to a copy of the checkout, and runs the part
 * of the suite that should notice. A mutant that lives is a missing test.
 *
 * A patch that does not apply exactly once, or does not compile, is an error,
 * never a kill; so is a test that fails without any patch, or that matches
 * nothing. `PLUME_MUTANTS=session` takes only promises with that word,
 * or, by commas, with one of those words.
 */
import { spawn } from "node:child_process";
import {
	cp,
	mkdtemp,
	readFile,
	rm,
	symlink,
	writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { mutants } from "./mutants.js";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const NOT_COPIED = new Set([".git", "dist", "node_modules"]);
const LONGEST_MS = 40_000;
/** A simulated history finds less than a test that aims; a few are enough here. */
const ENVIRONMENT = { PLUME_HISTORIES: "20", ...process.env };

/** @typedef {{ code: number | null, output: string, seconds: number, late: boolean }} Ended */

const copy = await mkdtemp(join(tmpdir(), "plume-mutants-"));
const report = join(copy, "report.json");

/**
 * Runs one of the tools to its end, or, if that takes too long, to ours.
 * @param {string} tool
 * @param {readonly string[]} args
 * @returns {Promise<Ended>}
 */
function run(tool, args) {
	const start = performance.now();
	const child = spawn(join(copy, "node_modules/.bin", tool), args, {
		cwd: copy,
		env: ENVIRONMENT,
		detached: true,
		stdio: ["ignore", "pipe", "pipe"],
	});
	let output = "";
	for (const stream of [child.stdout, child.stderr])
		stream.on("data", (chunk) => {
			output += chunk;
		});
	let late = false;
	const timer = setTimeout(() => {
		late = true;
		// With all that it started: a test may have a server of its own.
		if (child.pid) process.kill(-child.pid, "SIGKILL");
	}, LONGEST_MS);
	return new Promise((resolve) => {
		child.once("close", (code) => {
			clearTimeout(timer);
			const seconds = (performance.now() - start) / 1000;
			resolve({ code, output, seconds, late });
		});
	});
}

/** Compiles the program, for the tests that run it; answers what the compiler has against it. */
async function build() {
	const lax = ["--noUnusedLocals", "false", "--noUnusedParameters", "false"];
	const known = ["--incremental", "--tsBuildInfoFile", join(copy, "known")];
	const project = ["-p", "tsconfig.build.json", ...lax, ...known];
	const { code, output } = await run("tsc", project);
	return code === 0 ? "" : output.trim().split("\n")[0];
}

/**
 * Runs one entry of `tests`: a file, or some of its tests by name.
 * @param {string} entry
 */
async function suite(entry) {
	const [file = "", name] = entry.split(" -t ");
	const which = name === undefined ? [file] : [file, "-t", name];
	await rm(report, { force: true });
	const reporter = ["--reporter=json", `--outputFile=${report}`];
	const ended = await run("vitest", ["run", "--bail=1", ...reporter, ...which]);
	const read = () => readFile(report, "utf8").then(JSON.parse);
	const { testResults = [], numPassedTests = 0 } = await read().catch(
		() => ({}),
	);
	const results = testResults.flatMap((one) => one.assertionResults);
	const failed = results.find(({ status }) => status === "failed");
	// Where nothing ran there is nothing to fail: that is a file that can't be loaded.
	const ran = results.some(({ status }) => status !== "skipped");
	return {
		...ended,
		failed,
		ran,
		passed: ended.code === 0 && numPassedTests > 0,
	};
}

/**
 * Breaks a promise, and answers what came of it.
 * @param {import("./mutants.js").Mutant} mutant
 * @param {string} sound The file as it is.
 * @returns {Promise<string>}
 */
async function verdict({ file, find, replace, tests, hangs }, sound) {
	if (sound.split(find).length !== 2)
		return `ERROR: ${file} does not have its line exactly once`;
	await writeFile(
		join(copy, file),
		sound.replace(find, () => replace),
	);
	const broken = await build();
	if (broken) return `ERROR: it does not compile: ${broken}`;
	for (const entry of tests) {
		const { code, seconds, late, failed, ran } = await suite(entry);
		const by = `by ${basename(entry)} in ${seconds.toFixed(1)} s`;
		if (late && hangs) return `killed ${by}: ${hangs}`;
		if (late) return `ERROR: ${entry} took longer than ${LONGEST_MS} ms`;
		if (failed) return `killed ${by}: ${failed.title}`;
		if (code !== 0 && ran) return `killed ${by}: an error nobody caught`;
		if (code !== 0) return `ERROR: ${entry} could not be run`;
	}
	return "SURVIVED";
}

const words = (process.env.PLUME_MUTANTS ?? "").split(",");
const chosen = mutants.filter(({ promise }) =>
	words.some((word) => promise.includes(word)),
);
const counts = { killed: 0, SURVIVED: 0, ERROR: 0 };
try {
	await cp(ROOT, copy, {
		recursive: true,
		filter: (path) => !NOT_COPIED.has(path.slice(ROOT.length)),
	});
	await symlink(join(ROOT, "node_modules"), join(copy, "node_modules"));
	const unfit = (await build()) || (await unfitTest());
	if (unfit) throw new Error(`without any patch: ${unfit}`);
	for (const mutant of chosen) {
		const path = join(copy, mutant.file);
		const sound = await readFile(path, "utf8");
		const outcome = await verdict(mutant, sound);
		await writeFile(path, sound);
		counts[outcome.split(/[ :]/)[0]]++;
		console.info(`${mutant.promise}: ${outcome}`);
	}
} finally {
	await rm(copy, { recursive: true, force: true });
}

/** The first test that fails though nothing is broken, if one does. */
async function unfitTest() {
	for (const entry of new Set(chosen.flatMap(({ tests }) => tests))) {
		const { passed, output, seconds } = await suite(entry);
		if (!passed) return `${entry} does not pass after ${seconds} s\n${output}`;
	}
	return "";
}

const { killed, SURVIVED, ERROR } = counts;
console.info(`${killed} killed, ${SURVIVED} survived, ${ERROR} errors`);
process.exitCode = killed > 0 && SURVIVED + ERROR === 0 ? 0 : 1;
