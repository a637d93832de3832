/** What the Debian package leaves behind when it is purged. */
import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeEach, expect, test } from "vitest";
import { newDataFolder } from "./program.ts";

const FOLDERS = ["plume", "plume-backups"];

/** Instead of /var/lib. */
let folder = "";
beforeEach(async () => {
	folder = await newDataFolder();
	for (const name of FOLDERS) {
		await mkdir(join(folder, "private", name), { recursive: true });
		await symlink(join("private", name), join(folder, name));
	}
});

async function purge(environment: Readonly<Record<string, string>>) {
	const script = (await readFile("ops/deb/postrm", "utf8"))
		.replaceAll("/var/lib", folder)
		.replace("/run/systemd/system", "/nowhere");
	const { stdout } = await promisify(execFile)(
		"sh",
		["-c", script, "postrm", "purge"],
		{ env: { PATH: process.env.PATH, ...environment } },
	);
	return stdout;
}

test("all that people said goes when that is asked for", async () => {
	expect(await purge({ PLUME_PURGE_DATA: "yes" })).toBe("");
	expect(await readdir(folder)).toEqual(["private"]);
	expect(await readdir(join(folder, "private"))).toEqual([]);
});

test("what stays is named once with what removes it", async () => {
	const said = (await purge({})).trim().split("\n");
	expect(said).toEqual(
		FOLDERS.map((name) =>
			expect.stringContaining(`rm -r ${folder}/private/${name} `),
		),
	);
	expect(await readdir(join(folder, "private"))).toEqual(FOLDERS);
});
