/**
 * Notes about mentions, if the person wants them. A box in the settings chooses
 * that, and so does a bar that asks once, at the first mention.
 */

import { isQuiet } from "../machines/quiet.ts";
import { BASE } from "./base-path.ts";
import { smallButton } from "./dialog.ts";
import { find, make, say, show } from "./element.ts";
import type { Page } from "./page.ts";
import { pathOf } from "./room-name.ts";
import { browser } from "./store.ts";
import { t } from "./words.ts";

const BLOCKED = t("notify.blocked");

const isSupported = "Notification" in globalThis;
const isBlocked = () => isSupported && Notification.permission === "denied";
const stored = () => browser.get("notify");

/** Why there are no notes in this browser, or "". */
export const notesTrouble = () =>
	isBlocked() ? BLOCKED : isSupported ? "" : t("notify.none");

export const hasNotes = () =>
	isSupported && Notification.permission === "granted" && stored() === "yes";

export async function chooseNotes(wanted: boolean): Promise<void> {
	browser.set("notify", wanted ? "yes" : "no");
	if (wanted && isSupported) await Notification.requestPermission();
	render();
	// The open bar stays to say that the browser refuses.
	if (!wanted || !isBlocked()) show(bar, false);
}

const question = make("p", { id: "ask-words" });
const yes = smallButton(t("html.turn-on"), () => void chooseNotes(true));
const no = smallButton(t("html.not-now"), () => void chooseNotes(false));
const bar = make("div", "bar", question, yes, no);
bar.id = "ask";

function render(): void {
	yes.hidden = isBlocked() && stored() === "yes";
	say(question, yes.hidden ? BLOCKED : t("notify.ask"));
}
addEventListener("storage", render);

/** Shows a note about what someone said, or asks whether to. A click on it leads to the room. */
export function mention(
	page: Page,
	room: string,
	text?: string,
	name?: string,
): void {
	const where = page.titleOf(room);
	const title =
		name === undefined
			? t("notify.elsewhere", { room: where })
			: t("notify.title", { name, room: where });
	if (isQuiet(page.own.quiet, Date.now())) return;
	if (hasNotes()) notify(page, room, title, text ?? t("notify.open"));
	else if (isSupported && stored() === "") {
		render();
		bar.hidden = false;
		find("#notices").append(bar);
	}
}

function notify(page: Page, room: string, title: string, body: string): void {
	const tag = `plume ${pathOf(room)}`;
	const icon = `${BASE}static/icon-192.png`;
	const data = { room, path: pathOf(room) };
	// One in the place of another rings, too.
	const options = { body, tag, renotify: true, icon, data };
	try {
		const notification = new Notification(title, options);
		notification.onclick = () => {
			focus();
			void page.go(room);
			notification.close();
		};
	} catch {
		// On a phone only a service worker may show notifications.
		void navigator.serviceWorker?.ready.then((worker) =>
			worker.showNotification(title, options),
		);
	}
}
