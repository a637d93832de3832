/**
 * `npm run deb-test`, as root: the Debian package in a Debian of its own, which
 * `debootstrap` makes from this machine's mirror. No systemd runs there.
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { VERSION } from "../../src/version.ts";
import { Caller } from "./caller.ts";
import { Plume } from "./program.ts";

const exec = promisify(execFile);
const DEB = `plume_${VERSION}_all.deb`;

let folder = "";
let debian = "";
/** Runs a command in there; answers what it said. */
async function inside(...command: string[]): Promise<string> {
	const env = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C.UTF-8" };
	const args = [debian, ...command];
	const { stdout, stderr } = await exec("chroot", args, { env });
	return stdout + stderr;
}

/** The first mirror that apt uses, and its release. */
async function mirror() {
	const { stdout } = await exec("apt-get", [
		"indextargets",
		"--format",
		"$(REPO_URI) $(CODENAME)",
	]);
	const [uri = "", release = ""] = stdout.split("\n")[0]?.split(" ") ?? [];
	return { uri, release };
}

beforeAll(async () => {
	if (process.getuid?.() !== 0)
		throw new Error("Only root can change root: type sudo npm run deb-test");
	await exec("debootstrap", ["--version"]).catch(() => {
		throw new Error(
			"debootstrap is missing. As root, type: apt-get install -y --no-install-recommends debootstrap",
		);
	});
	folder = await mkdtemp(join(tmpdir(), "plume-deb-"));
	debian = join(folder, "debian");
	const { uri, release } = await mirror();
	await exec("npm", ["run", "--silent", "deb", folder]);
	await exec("debootstrap", ["--variant=minbase", release, debian, uri], {
		maxBuffer: 1 << 26,
	});
	await copyFile(join(folder, DEB), join(debian, DEB));
}, 900_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

const install = () => inside("dpkg", "-i", "--force-depends", `/${DEB}`);

test("without Node it is installed, and says what is missing", async () => {
	const said = await install();
	expect(said).toContain("install Node 20.12 or later as /usr/bin/node");
	expect(said).toContain("/etc/plume/plume.conf");
	expect(said).toContain("systemctl enable --now plume.socket plume.service");
});

test("with Node it is ready", async () => {
	await copyFile(process.execPath, join(debian, "usr/bin/node"));
	expect(await inside("plume", "--version")).toBe(`${VERSION}\n`);
});

test("its units run what it installed, by the settings in /etc/plume", async () => {
	const path = join(debian, "usr/lib/systemd/system/plume.service");
	const unit = await readFile(path, "utf8");
	for (const [, file = ""] of unit.matchAll(/(\/usr\/lib\/plume\/[\w./]+)/g))
		expect([file, existsSync(join(debian, file))]).toEqual([file, true]);
	for (const [, file = ""] of unit.matchAll(/(\/etc\/plume\/[\w.-]+)/g))
		expect([file, existsSync(join(debian, file))]).toEqual([file, true]);
	expect(unit).toMatch(/^Environment=PLUME_CONFIG=\/etc\/plume\/plume.conf$/m);
	expect(unit).not.toContain("/opt/plume");
	expect(unit).not.toContain("example.org");
});

test("it starts, people log in and talk, and root asks who is there", async () => {
	const plume = await Plume.start(
		{ PLUME_DATA: "/var/lib/plume" },
		`exec chroot ${debian} /usr/bin/plume serve`,
	);
	const ann = await Caller.enter(plume, "ann");
	ann.say("hello from Debian");
	await ann.until(({ text }) => text === "hello from Debian");
	expect(await inside("plume", "who")).toContain("ann");
	ann.raw.drop();
	expect((await plume.stop()).code).toBe(0);
	expect(
		await inside("plume", "replay", "/var/lib/plume", "--verify"),
	).toContain("Verified");
});

test("an upgrade keeps the settings that were changed", async () => {
	const settings = join(debian, "etc/plume/plume.conf");
	await writeFile(settings, "PLUME_PORT=4885\n");
	const said = await install();
	expect(said).not.toContain("say in /etc/plume/plume.conf");
	expect(await readFile(settings, "utf8")).toBe("PLUME_PORT=4885\n");
});

test("a purge takes the settings, and what people said only if that is asked for", async () => {
	const data = join(debian, "var/lib/plume/log");
	const said = await inside("dpkg", "--purge", "plume");
	expect(said).toContain("what people said is still in /var/lib/plume");
	expect(existsSync(data)).toBe(true);
	for (const gone of ["etc/plume", "usr/lib/plume", "usr/bin/plume"])
		expect([gone, existsSync(join(debian, gone))]).toEqual([gone, false]);
	await install();
	await inside("env", "PLUME_PURGE_DATA=yes", "dpkg", "--purge", "plume");
	expect(existsSync(data)).toBe(false);
});
