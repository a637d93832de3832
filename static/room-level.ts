/** The bell in the room's head, which leads to what the reader wants to hear of the room. */

import { BASE } from "./base-path.ts";
import { showBriefly } from "./brief-notice.ts";
import { find, icon, make } from "./element.ts";
import type { Page } from "./page.ts";
import { OFFLINE } from "./requests.ts";
import { t } from "./words.ts";

const TITLE = t("level.title");
const BELL = "M5 14V9a5 5 0 0 1 10 0v5l1.5 1h-13zM8.5 17.5h3";

export const struckBell = () => icon(`${BELL}M3 3l14 14`);

/** Mounts the bell. The answer draws it anew, for the room on the screen. */
export function roomLevel(page: Page): () => void {
	const button = make("button", {
		...{ title: TITLE, ariaLabel: TITLE, id: "bell", type: "button" },
		...{ className: "ghost", ariaHasPopup: "dialog" },
		onclick: () => void ownDialogs(({ openLevel }) => openLevel(page, TITLE)),
	});
	find("#show-more").before(button);
	return () => {
		const isMuted = page.own.level(page.room) === "nothing";
		button.replaceChildren(isMuted ? struckBell() : icon(BELL));
	};
}

/** Only where notes are allowed this browser may have a subscription. */
export const mayNotify = () =>
	"Notification" in globalThis && Notification.permission === "granted";

/** Loads the dialogs about what is one's own, and uses them. */
export async function ownDialogs(
	use: (dialogs: typeof import("./own-dialogs.ts")) => void,
): Promise<void> {
	try {
		use(await import(`${BASE}static/own-dialogs.js`));
	} catch {
		showBriefly(OFFLINE);
	}
}
