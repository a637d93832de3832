/** Shares the link of the room on the screen, or copies it. It is loaded at the first press. */

import { isTouch, say } from "./element.ts";
import type { Page } from "./page.ts";
import { pathOf } from "./room-name.ts";
import { t } from "./words.ts";

function show(result = ""): void {
	say("#share-words", result || t("share"));
}

export async function share(page: Page): Promise<void> {
	const { room } = page;
	const url = location.origin + pathOf(room);
	try {
		if (navigator.share && isTouch()) {
			await navigator.share({ title: `${page.titleOf(room)} · Plume`, url });
		} else {
			await navigator.clipboard.writeText(url);
			show(t("share.copied"));
		}
	} catch {
		// Sharing was refused or cancelled.
		show(t("share.copy"));
	}
	setTimeout(show, 3_000);
}
