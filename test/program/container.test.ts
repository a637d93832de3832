/** The Containerfile, carried out here line by line: its copies, its build, its command and its health check. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Plume, run } from "./program.ts";

const exec = promisify(execFile);
const HOME = "/opt/plume";

/** The instructions, of both stages. */
const lines: { readonly word: string; readonly rest: string }[] = [];
const all = (word: string) =>
	lines.filter((line) => line.word === word).map(({ rest }) => rest);
const parsed = (json = ""): string[] => JSON.parse(json);
/** The command that follows the options of a health check. */
const healthCheck = () =>
	parsed(/ CMD (\[.*)$/.exec(all("HEALTHCHECK")[0] ?? "")?.[1]);

let folder = "";
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "plume-container-"));
	for (const line of (await readFile("Containerfile", "utf8")).split("\n")) {
		const [, word = "", rest = ""] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
		if (word) lines.push({ word, rest });
	}
});
afterAll(() => rm(folder, { recursive: true }));

test("no shell stands between a signal and the server", () => {
	for (const command of [...all("RUN"), ...all("CMD")])
		expect(parsed(command)[0]).toMatch(/^(?:npm|install|node)$/);
	expect(all("ENTRYPOINT")).toEqual([]);
	expect(all("STOPSIGNAL")).toEqual(["SIGTERM"]);
});

test("it runs what the systemd unit runs", async () => {
	const unit = await readFile("plume.service", "utf8");
	const command = /^ExecStart=\/usr\/bin\/(.*)$/m.exec(unit)?.[1];
	expect(parsed(all("CMD")[0]).join(" ")).toBe(command);
});

test("it runs as nobody special, and writes to one volume only", () => {
	expect(all("USER")).toEqual(["node"]);
	expect(all("VOLUME")).toEqual(["/var/lib/plume"]);
	expect(all("ENV")).toContain("PLUME_DATA=/var/lib/plume");
	const made = all("RUN")
		.map(parsed)
		.find(([name]) => name === "install");
	expect(made).toEqual(
		expect.arrayContaining(["node", "0700", "/var/lib/plume"]),
	);
});

test("what it copies is enough to build and to run, and its health check tells", async () => {
	const [build, image] = [join(folder, "build"), join(folder, "image")];
	await mkdir(build);
	await symlink(
		join(process.cwd(), "node_modules"),
		join(build, "node_modules"),
	);
	for (const copy of all("COPY").filter((it) => !it.startsWith("--"))) {
		const paths = copy.split(" ");
		const to = paths.pop() ?? "";
		for (const path of paths) {
			expect([path, existsSync(path)]).toEqual([path, true]);
			const into = to === "./" ? basename(path) : to;
			await cp(path, join(build, into), { recursive: true });
		}
	}
	for (const command of all("RUN").map(parsed))
		if (command.includes("build"))
			await exec("npm", ["run", "build"], { cwd: build });
	for (const copy of all("COPY").filter((it) => it.startsWith("--"))) {
		const [, from = "", to = ""] = copy.split(" ");
		const source = from.replace(HOME, build);
		expect([from, existsSync(source)]).toEqual([from, true]);
		await mkdir(dirname(join(image, to)), { recursive: true });
		await cp(source, join(image, to), { recursive: true });
	}
	const [, ...args] = parsed(all("CMD")[0]?.replace(HOME, image));
	const plume = await Plume.start({}, `exec node ${args.join(" ")}`);
	const [name = "", ...check] = healthCheck();
	const asked = (port: number) =>
		exec(name, check, { env: { ...process.env, PLUME_PORT: `${port}` } });
	await asked(plume.port);
	const { port } = plume;
	expect((await plume.stop()).code).toBe(0);
	await expect(asked(port)).rejects.toMatchObject({ code: 1 });
});

test("a secret is read from where it is mounted", async () => {
	expect(all("ENV")).toContain("CREDENTIALS_DIRECTORY=/run/secrets");
	const { code, stderr } = await run(["serve"], {
		ENV: "production",
		CREDENTIALS_DIRECTORY: join(folder, "nothing"),
	});
	expect([code, stderr]).toEqual([2, expect.stringContaining("SMTP_URL")]);
});
