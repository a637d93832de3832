/** `npm run package`: the tarball that `npm pack` makes, in the hands of somebody who has nothing else. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { VERSION } from "../../src/version.ts";
import { Caller } from "./caller.ts";
import { Plume } from "./program.ts";

const exec = promisify(execFile);

let folder = "";
let tarball = "";
let npm: (...args: string[]) => Promise<string>;
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "plume-package-"));
	const { stdout: cache } = await exec("npm", ["config", "get", "cache"]);
	const { PATH = "", NODE_EXTRA_CA_CERTS } = process.env;
	const env = {
		PATH,
		// Some networks have certificates of their own.
		...(NODE_EXTRA_CA_CERTS && { NODE_EXTRA_CA_CERTS }),
		HOME: join(folder, "home"),
		npm_config_cache: cache.trim(),
		npm_config_prefer_offline: "true",
		npm_config_update_notifier: "false",
	};
	await mkdir(env.HOME);
	npm = async (...args) =>
		(await exec("npm", args, { cwd: env.HOME, env })).stdout;
	const packed = await exec("npm", ["pack", "--pack-destination", folder]);
	tarball = join(folder, packed.stdout.trim().split("\n").at(-1) ?? "");
});
afterAll(() => rm(folder, { recursive: true }));

test("it has what runs, and nothing of what builds and tests it", async () => {
	const { stdout } = await exec("tar", ["-tf", tarball]);
	const folders = stdout.split("\n").map((path) => path.split("/")[1]);
	expect(new Set(folders)).not.toContain("test");
	expect(stdout).not.toMatch(/package\/(?:test|tools|src|static)\/|\.ts$/m);
	expect(stdout).not.toMatch(/dist\/(?:test|tools|bench|machines)\/|\.map$/m);
	const built = stdout.match(/dist\/src\/\S+/g)?.map((it) => it.slice(9));
	const joined = /^(?:main\.js|licences\.txt|cli\/_.*|search\/worker\.js)$/;
	expect(built?.filter((path) => !joined.test(path))).toEqual([]);
	expect(stdout).toContain("package/dist/static/index.html");
	expect(stdout).toContain("package/plume.service");
});

test("what its documents link to comes along", async () => {
	const { stdout } = await exec("tar", ["-tf", tarball]);
	const files = stdout.split("\n").map((path) => path.replace("package/", ""));
	const linked = files
		.filter((path) => path.endsWith(".md") && !path.startsWith("dist/"))
		.map(async (path) => {
			const text = await readFile(path, "utf8");
			const links = text.matchAll(/\]\(([^):#\s]+)[)#]/g);
			return Array.from(links, ([, to = ""]) => join(dirname(path), to));
		});
	const missing = (await Promise.all(linked))
		.flat()
		.filter((path) => !files.includes(path));
	expect(missing).toEqual([]);
});

test("installed for everyone, it starts, and people log in and talk", async () => {
	const prefix = join(folder, "prefix");
	await npm("install", "--global", "--prefix", prefix, tarball);
	const bin = join(prefix, "bin/plume");
	expect((await exec(bin, ["--version"])).stdout).toBe(`${VERSION}\n`);
	const { stdout } = await exec("ls", [
		join(prefix, "lib/node_modules/plume/node_modules"),
	]);
	expect(stdout.split("\n")).not.toContain("vitest");
	const plume = await Plume.start({}, `exec ${bin} serve`);
	const ann = await Caller.enter(plume, "ann");
	ann.say("hello from a tarball");
	await ann.until(({ text }) => text === "hello from a tarball");
	expect((await fetch(plume.url)).status).toBe(200);
	ann.raw.drop();
	expect((await plume.stop()).code).toBe(0);
});

test("npx runs it from nowhere", async () => {
	const options = ["--yes", "--package", tarball];
	expect(await npm("exec", ...options, "--", "plume", "--version")).toBe(
		`${VERSION}\n`,
	);
});
