/** The bell in the room's head, which leads to what the reader wants to hear of the room. */

import { button, find, icon } from "./element.ts";
import { open } from "./lazy.ts";
import type { Page } from "./page.ts";
import { t } from "./words.ts";

const BELL = "M5 14V9a5 5 0 0 1 10 0v5l1.5 1h-13zM8.5 17.5h3";

export const struckBell = () => icon(`${BELL}M3 3l14 14`);

/** Mounts the bell. The answer draws it anew, for the room on the screen. */
export function roomLevel(page: Page): () => void {
	const title = t("level.title");
	const look = { id: "bell", className: "ghost", ariaHasPopup: "dialog" };
	const bell = button(look, () => open(page, "level"));
	find("#show-more").before(bell);
	return () => {
		const isMuted = page.own.level(page.room) === "nothing";
		bell.title = isMuted ? `${title}: ${t("rooms.muted")}` : title;
		bell.replaceChildren(isMuted ? struckBell() : icon(BELL));
	};
}

/** Only where notes are allowed this browser may have a subscription. */
export const mayNotify = () =>
	"Notification" in globalThis && Notification.permission === "granted";

/** Nothing, too, where the browser can have none. */
export async function pushSubscription() {
	const registration = await navigator.serviceWorker?.getRegistration();
	return registration?.pushManager?.getSubscription();
}

/** What is for one person is not for the next one here. */
export const endPush = async () => (await pushSubscription())?.unsubscribe();
