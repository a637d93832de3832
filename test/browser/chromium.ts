/**
 * A Chromium for the tests: the one that a package brings along, which needs
 * nothing installed and half the processor time of one with windows, else the
 * one on PATH. Each start has a fresh profile.
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

/** The package unpacks itself only where it believes to be in a cloud function. */
async function broughtAlong(): Promise<string> {
	process.env.AWS_LAMBDA_JS_RUNTIME ??= "nodejs20.x";
	const { default: packed } = await import("@sparticuz/chromium");
	return packed.executablePath();
}

/** `flags` are further ones. */
export async function startChromium(
	flags: readonly string[] = [],
): Promise<Browser> {
	const isBrought = process.platform === "linux" && process.arch === "x64";
	const executablePath = isBrought ? await broughtAlong() : await onPath();
	const args = [...FLAGS, ...flags];
	const browser = await chromium.launch({ executablePath, args });
	return browser.on("context", slowDown);
}
