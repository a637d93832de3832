/**
 * A Chromium for the tests: the one that a package brings along, which needs
 * nothing installed and half the processor time of one with windows, else the
 * one on PATH. Each start has a fresh profile.
 */

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import {
	access,
	constants,
	mkdtemp,
	readFile,
	rename,
	rm,
	writeFile,
} from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir, userInfo } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { type Browser, chromium } from "playwright-core";
import { slowDown } from "./slow.ts";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];

const FLAGS = [
	"--headless",
	"--no-sandbox",
	"--disable-gpu",
	"--disable-quic",
	"--no-first-run",
	"--disable-background-networking",
	"--disable-component-update",
	"--disable-sync",
];

async function onPath(): Promise<string> {
	const folders = (process.env.PATH ?? "").split(delimiter);
	for (const file of folders.flatMap((to) => NAMES.map((n) => join(to, n)))) {
		const runs = await access(file, constants.X_OK).then(
			() => true,
			() => false,
		);
		if (runs) return file;
	}
	throw new Error("No browser to test with. Install `chromium` on PATH.");
}

const UNPACK =
	'import("@sparticuz/chromium").then((packed) => packed.default.executablePath())';

/** The package looks for its fonts in /tmp. Without any, no text has a width. */
const FONTS = `<fontconfig>
	<dir>FOLDER/fonts</dir>
	<cachedir>FOLDER/fonts-cache</cachedir>
</fontconfig>
`;

/** A folder for this user and this version of the package. */
async function folderOf(): Promise<string> {
	const main = createRequire(import.meta.url).resolve("@sparticuz/chromium");
	const about = join(dirname(main), "..", "..", "package.json");
	const { version } = JSON.parse(await readFile(about, "utf8"));
	return join(tmpdir(), `plume-chromium-${userInfo().uid}-${version}-fonts`);
}

/** Unpacks the browser into a folder that has its name once it is whole: several test files start at once. */
async function unpacked(): Promise<string> {
	const folder = await folderOf();
	if (existsSync(folder)) return folder;
	const fresh = await mkdtemp(`${folder}-`);
	// It has the libraries it needs only where it believes to be in a cloud function.
	const env = { TMPDIR: fresh, AWS_LAMBDA_JS_RUNTIME: "nodejs20.x" };
	await promisify(execFile)(process.execPath, ["-e", UNPACK], {
		cwd: import.meta.dirname,
		env: { ...process.env, ...env },
	});
	await writeFile(
		join(fresh, "fonts", "fonts.conf"),
		FONTS.replaceAll("FOLDER", folder),
	);
	// Another test file may have been faster.
	await rename(fresh, folder).catch(() => rm(fresh, { recursive: true }));
	return folder;
}

async function broughtAlong() {
	const folder = await unpacked();
	const { FONTCONFIG_PATH = join(folder, "fonts") } = process.env;
	const LD_LIBRARY_PATH = join(folder, "al2023", "lib");
	return {
		executablePath: join(folder, "chromium"),
		env: { ...process.env, FONTCONFIG_PATH, LD_LIBRARY_PATH },
	};
}

/** `flags` are further ones. */
export async function startChromium(
	flags: readonly string[] = [],
): Promise<Browser> {
	const isBrought = process.platform === "linux" && process.arch === "x64";
	const start = isBrought
		? await broughtAlong()
		: { executablePath: await onPath() };
	const args = [...FLAGS, ...flags];
	const browser = await chromium.launch({ ...start, args });
	return browser.on("context", slowDown);
}
