/** plume.service, in the eyes of systemd's own tools. */
import { execFile } from "node:child_process";
import { copyFile, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";
import { defaultLimits } from "../../src/limits.ts";

const exec = promisify(execFile);
const pathOf = (name: string) =>
	fileURLToPath(new URL(`../../${name}`, import.meta.url));
const unit = pathOf("plume.service");

/** The unit beside its socket, with its programs pointed at this machine's node. */
async function unitHere(): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), "unit-"));
	const path = join(folder, "plume.service");
	const text = await readFile(unit, "utf8");
	await writeFile(path, text.replaceAll("/usr/bin/node", process.execPath));
	await copyFile(pathOf("plume.socket"), join(folder, "plume.socket"));
	return path;
}

const isThere = () =>
	exec("systemd-analyze", ["--version"]).then(
		() => true,
		() => false,
	);

beforeAll(async () => {
	if (await isThere()) return;
	const install = "apt-get install -y --no-install-recommends systemd";
	await exec("sh", ["-c", `apt-get update && ${install}`]).catch(() => {});
	if (!(await isThere()))
		throw new Error(`systemd-analyze is missing. As root, type: ${install}`);
}, 300_000);

test("systemd finds nothing wrong in it", async () => {
	const { stdout, stderr } = await exec("systemd-analyze", [
		"verify",
		...(await unitHere().then((path) => [
			path,
			path.replace(/service$/, "socket"),
		])),
	]);
	expect(stdout + stderr).toBe("");
});

test("systemd finds nothing wrong in the timer of backups, and what it starts", async () => {
	const folder = await mkdtemp(join(tmpdir(), "unit-"));
	const script = pathOf("ops/plume-backup.sh");
	const paths = ["plume-backup.service", "plume-backup.timer"].map((name) =>
		join(folder, name),
	);
	for (const path of paths) {
		const text = await readFile(pathOf(`ops/${basename(path)}`), "utf8");
		await writeFile(
			path,
			text.replace("/opt/plume/ops/plume-backup.sh", script),
		);
	}
	const { stdout, stderr } = await exec("systemd-analyze", [
		...["verify", ...paths],
	]);
	expect(stdout + stderr).toBe("");
});

test("its exposure is 1.2 or better, by the offline score", async () => {
	const { stdout } = await exec("systemd-analyze", [
		"security",
		"--offline=yes",
		"--no-pager",
		await unitHere(),
	]);
	const score = /exposure level for \S+: (\d+\.\d+)/.exec(stdout)?.[1];
	expect(Number(score)).toBeLessThanOrEqual(1.2);
});

test("it is started again after anything but wrong settings, or an edge with a wrong copy of the log", async () => {
	const text = await readFile(unit, "utf8");
	expect(text).toMatch(/^Restart=on-failure$/m);
	expect(text).toMatch(/^RestartPreventExitStatus=2 3$/m);
	expect(text).toMatch(/^StartLimitIntervalSec=0$/m);
});

test("it may open a file for each connection, with some to spare", async () => {
	const files = /^LimitNOFILE=(\d+)$/m.exec(await readFile(unit, "utf8"))?.[1];
	expect(Number(files)).toBeGreaterThan(defaultLimits().connections + 1000);
});

test("it holds no secret: the API key is a credential", async () => {
	const text = await readFile(unit, "utf8");
	expect(text).toMatch(/^LoadCredential=MAILGUN_APIKEY:/m);
	expect(text).not.toMatch(/^Environment=.*(APIKEY|SECRET|SMTP_URL)=/m);
});
