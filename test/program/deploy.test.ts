/** What a package has, and the README copies to a server, is all that runs there. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

let folder = "";

/** The files that `npm pack` takes. */
async function packed(): Promise<readonly string[]> {
	const args = ["pack", "--dry-run", "--json", "--ignore-scripts"];
	const { stdout } = await promisify(execFile)("npm", args);
	const [{ files }] = JSON.parse(stdout);
	return files.map(({ path }: { path: string }) => path);
}

/** As `npm prune --omit=dev` leaves it. */
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "plume-deploy-"));
	for (const path of await packed()) {
		await mkdir(dirname(join(folder, path)), { recursive: true });
		await cp(path, join(folder, path));
	}
	const lock = JSON.parse(await readFile("package-lock.json", "utf8"));
	for (const [path, about] of Object.entries(lock.packages)) {
		const isWanted = !Object(about).dev && path.startsWith("node_modules/");
		if (!isWanted || path.lastIndexOf("node_modules/") > 0) continue;
		await mkdir(dirname(join(folder, path)), { recursive: true });
		await symlink(join(process.cwd(), path), join(folder, path));
	}
});
afterAll(() => rm(folder, { recursive: true }));

test("the README tells to leave behind what only a build needs", async () => {
	const readme = await readFile("README.md", "utf8");
	expect(readme).toContain("npm prune --omit=dev");
});

test("nobody publishes it by mistake", async () => {
	const { private: isPrivate } = JSON.parse(
		await readFile("package.json", "utf8"),
	);
	expect(isPrivate).toBe(true);
});

const mails: readonly (readonly [string, Record<string, string>])[] = [
	["on a terminal", {}],
	[
		"by SMTP",
		{
			ENV: "production",
			SMTP_URL: "smtp://127.0.0.1:1",
			MAIL_FROM: "plume@example.org",
		},
	],
	[
		"by Mailgun",
		{
			ENV: "production",
			MAILGUN_APIKEY: "key",
			MAILGUN_DOMAIN: "mg.example.org",
		},
	],
];
test.each(mails)(
	"it starts without development packages, with mail %s",
	async (_, mail) => {
		const program = join(folder, "dist/src/main.js");
		const child = spawn(process.execPath, ["--preserve-symlinks", program], {
			env: {
				PATH: process.env.PATH ?? "",
				PLUME_PORT: "0",
				PLUME_DATA: join(folder, `data-${Object.keys(mail).length}`),
				...mail,
			},
		});
		const ended = once(child, "close");
		let output = "";
		for await (const line of createInterface({ input: child.stdout })) {
			output += line;
			if (line.includes('"listening"')) break;
		}
		expect(output).toContain('"listening"');
		child.kill("SIGTERM");
		expect((await ended)[0]).toBe(0);
	},
);
