/**
 * A Chromium for the tests: the one on PATH, else the one that the package
 * brings along, which needs nothing installed but unpacks itself only where it
 * believes to be in a cloud function. Each start has a fresh profile.
 */

import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
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

async function onPath(): Promise<string | undefined> {
	const folders = (process.env.PATH ?? "").split(delimiter);
	for (const file of folders.flatMap((to) => NAMES.map((n) => join(to, n)))) {
		const runs = await access(file, constants.X_OK).then(
			() => true,
			() => false,
		);
		if (runs) return file;
	}
	return undefined;
}

async function broughtAlong(): Promise<string> {
	process.env.AWS_LAMBDA_JS_RUNTIME ??= "nodejs20.x";
	const { default: packed } = await import("@sparticuz/chromium");
	return packed.executablePath();
}

/** `flags` are further ones. */
export async function startChromium(
	flags: readonly string[] = [],
): Promise<Browser> {
	const executablePath = (await onPath()) ?? (await broughtAlong());
	const args = [...FLAGS, ...flags];
	const browser = await chromium.launch({ executablePath, args });
	return browser.on("context", slowDown);
}
