/**
 * Is the suite able to fail? `npm run mutants` breaks one promise after
 * another, each by a small patch to a copy of the checkout, and runs the part
 * of the suite that should notice. A mutant that lives is a missing test.
 *
 * A patch that does not apply exactly once, or does not compile, is an error,
 * never a kill; so is a test that fails without any patch, or that matches
 * nothing. `TEST_MUTANTS=session` takes only promises with that word,
 * or, by commas, with one of those words. `TEST_JOBS` says how many are
 * tried at once, each in a copy of its own: as many as there are cores.
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
import { availableParallelism, tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { mutants } from "./mutants.js";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const NOT_COPIED = new Set([".git", "dist", "node_modules"]);
const LONGEST_MS = 90_000;
/** A simulated history finds less than a test that aims; a few are enough here. */
const ENVIRONMENT = { TEST_HISTORIES: "20", ...process.env };
const JOBS = Number(
	process.env.TEST_JOBS ?? process.env.PLUME_JOBS ?? availableParallelism(),
);

/** @typedef {{ code: number | null, output: string, seconds: number, late: boolean }} Ended */
/** @typedef {import("./mutants.js").Mutant} Mutant */

/** A copy of the checkout, in which one thing at a time is broken. */
class Copy {
	/** @param {string} folder */
	constructor(folder) {
		this.folder = folder;
		this.report = join(folder, "report.json");
	}

	static async make() {
		const copy = new Copy(await mkdtemp(join(tmpdir(), "plume-mutants-")));
		await cp(ROOT, copy.folder, {
			recursive: true,
			filter: (path) => !NOT_COPIED.has(path.slice(ROOT.length)),
		});
		await symlink(
			join(ROOT, "node_modules"),
			join(copy.folder, "node_modules"),
		);
		// The server reads the page's files at its start.
		await import(pathToFileURL(join(copy.folder, "static/build.js")).href);
		return copy;
	}

	async remove() {
		await rm(this.folder, { recursive: true, force: true });
	}

	/**
	 * Runs one of the tools, or a program by its path, to its end, or, if that takes too long, to ours.
	 * @param {string} tool
	 * @param {readonly string[]} args
	 * @returns {Promise<Ended>}
	 */
	run(tool, args) {
		const start = performance.now();
		const program = resolve(this.folder, "node_modules/.bin", tool);
		const child = spawn(program, args, {
			cwd: this.folder,
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

	/** Bundles the page for the tests in a browser, where a patch is one of its own. @param {string} file */
	async bundle(file) {
		if (!file.startsWith("static/")) return "";
		const build = join(this.folder, "static/build.js");
		const { code, output } = await this.run(process.execPath, [build]);
		return code === 0 ? "" : output.trim();
	}

	/** Compiles the program, for the tests that run it; answers what the compiler has against it. */
	async build() {
		const lax = ["--noUnusedLocals", "false", "--noUnusedParameters", "false"];
		const known = [
			"--incremental",
			"--tsBuildInfoFile",
			join(this.folder, "known"),
		];
		const project = ["-p", "tsconfig.build.json", ...lax, ...known];
		const { code, output } = await this.run("tsc", project);
		return code === 0 ? "" : output.trim().split("\n")[0];
	}

	/**
	 * Runs one entry of `tests`: a file, or some of its tests by name.
	 * @param {string} entry
	 */
	async suite(entry) {
		const [file = "", name] = entry.split(" -t ");
		const which = name === undefined ? [file] : [file, "-t", name];
		await rm(this.report, { force: true });
		const reporter = ["--reporter=json", `--outputFile=${this.report}`];
		const args = ["run", "--bail=1", ...reporter, ...which];
		const ended = await this.run("vitest", args);
		const read = () => readFile(this.report, "utf8").then(JSON.parse);
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
	 * @param {Mutant} mutant
	 * @param {string} sound The file as it is.
	 * @returns {Promise<string>}
	 */
	async verdict({ file, find, replace, tests, hangs }, sound) {
		if (sound.split(find).length !== 2)
			return `ERROR: ${file} does not have its line exactly once`;
		await writeFile(
			join(this.folder, file),
			sound.replace(find, () => replace),
		);
		const broken = (await this.build()) || (await this.bundle(file));
		if (broken) return `ERROR: it does not compile: ${broken}`;
		for (const entry of tests) {
			const { code, seconds, late, failed, ran } = await this.suite(entry);
			const by = `by ${basename(entry)} in ${seconds.toFixed(1)} s`;
			if (late && hangs) return `killed ${by}: ${hangs}`;
			if (late) return `ERROR: ${entry} took longer than ${LONGEST_MS} ms`;
			if (failed) return `killed ${by}: ${failed.title}`;
			if (code !== 0 && ran) return `killed ${by}: an error nobody caught`;
			if (code !== 0) return `ERROR: ${entry} could not be run`;
		}
		return "SURVIVED";
	}

	/** @param {Mutant} mutant */
	async try(mutant) {
		const path = join(this.folder, mutant.file);
		const sound = await readFile(path, "utf8");
		const outcome = await this.verdict(mutant, sound);
		await writeFile(path, sound);
		await this.bundle(mutant.file);
		counts[outcome.split(/[ :]/)[0]]++;
		console.info(`${mutant.promise}: ${outcome}`);
	}

	/**
	 * That a test passes while nothing is broken.
	 * @param {string} entry
	 */
	async mustPass(entry) {
		const { passed, output, seconds } = await this.suite(entry);
		if (!passed)
			throw new Error(
				`without any patch ${entry} does not pass after ${seconds} s\n${output}`,
			);
	}
}

const words = (
	process.env.TEST_MUTANTS ??
	process.env.PLUME_MUTANTS ??
	""
).split(",");
const chosen = mutants.filter(({ promise }) =>
	words.some((word) => promise.includes(word)),
);
const counts = { killed: 0, SURVIVED: 0, ERROR: 0 };
const entries = [...new Set(chosen.flatMap(({ tests }) => tests))];
const copies = await Promise.all(Array.from({ length: JOBS }, Copy.make));
try {
	for (const copy of copies) {
		const broken = await copy.build();
		if (broken) throw new Error(`without any patch: ${broken}`);
	}
	await all(entries, (copy, entry) => copy.mustPass(entry));
	await all([...chosen], (copy, mutant) => copy.try(mutant));
} finally {
	for (const copy of copies) await copy.remove();
}

/**
 * Every copy takes the next thing to do, until there is none.
 * @template Thing
 * @param {Thing[]} things
 * @param {(copy: Copy, thing: Thing) => Promise<void>} task
 */
async function all(things, task) {
	const work = copies.map(async (copy) => {
		for (let thing = things.shift(); thing; thing = things.shift())
			await task(copy, thing);
	});
	const ended = await Promise.allSettled(work);
	const failed = ended.find(({ status }) => status === "rejected");
	if (failed) throw failed.reason;
}

const { killed, SURVIVED, ERROR } = counts;
console.info(`${killed} killed, ${SURVIVED} survived, ${ERROR} errors`);
process.exitCode = killed > 0 && SURVIVED + ERROR === 0 ? 0 : 1;
