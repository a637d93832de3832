/** Parts of the page that are loaded when they are first used. */

import { BASE } from "./base-path.ts";
import { showBriefly } from "./brief-notice.ts";
import { lastAct } from "./last-act.ts";
import type { Page } from "./page.ts";
import { OFFLINE, SLOW_MS } from "./requests.ts";
import { isUpdated, loadLater, t } from "./words.ts";

/** In the names of the files of this build. */
declare const MARK: string;

let styles: Promise<unknown> | undefined;
/** Who asks for nothing is told once that the page is old. */
let isTold = false;

/** The looks of what is opened later. */
function loadStyles(): Promise<unknown> {
	const link = document.createElement("link");
	link.rel = "stylesheet";
	link.href = `${BASE}static/later.css`;
	document.head.append(link);
	return new Promise((resolve, reject) => {
		link.onload = resolve;
		link.onerror = (error) => {
			// They are loaded again the next time.
			link.remove();
			styles = undefined;
			reject(error);
		};
	});
}

/** Resolves with nothing if a part can't be loaded, and says so where the person asked for it, or has to reload the page. What they asked for is not for them any more once they did something else. */
async function load<Part>(
	loadPart: () => Promise<Part>,
	isAsked = true,
): Promise<Part | undefined> {
	const isLast = lastAct();
	const slow = setTimeout(() => {
		if (isAsked) showBriefly(t("html.loading"));
	}, SLOW_MS);
	try {
		styles ??= loadStyles();
		// A part may take words as soon as it is there.
		const loading = [loadLater().then(loadPart), styles] as const;
		const [part] = await Promise.all(loading);
		return !isAsked || isLast() ? part : undefined;
	} catch {
		const isOld = await isUpdated();
		if (isAsked || (isOld && !isTold))
			showBriefly(isOld ? t("updated") : OFFLINE);
		isTold ||= isOld;
		return undefined;
	} finally {
		clearTimeout(slow);
	}
}

type Later = typeof import("./later.ts");

/** A script of its own, which takes what it shares with this one from here. */
function script<Part>(name: string) {
	/** A browser asks no second time for a script that it could not load, but under another address. */
	let again = "";
	const loadPart = (): Promise<Part> =>
		import(`${BASE}static/${name}${MARK}.js${again}`).catch((error) => {
			again = `?${Date.now()}`;
			throw error;
		});
	return (isAsked?: boolean) => load(loadPart, isAsked);
}
export const later = script<Later>("later");
export const picker = script<typeof import("emoji-picker-element")>("picker");
export const qrCode = script<typeof import("lean-qr/nano")>("qr");

/** What a button, a key or a command opens. */
type Opened = "go" | "keys" | "level" | "newRoom" | "pins" | "search";
export const open = async (
	page: Page,
	name: Opened | "settings" | "share" | "topic",
) => (await later())?.[name](page);
