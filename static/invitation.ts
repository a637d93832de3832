/** Offers to use the invitation that was opened in this tab. It is loaded when there is one. */

import { showBriefly } from "./brief-notice.ts";
import { find, make, show } from "./element.ts";
import type { Page } from "./page.ts";
import { OFFLINE } from "./requests.ts";
import { dropInvitation, storedInvitation } from "./storage.ts";
import { t } from "./words.ts";

export function offerInvitation(page: Page): void {
	const invitation = storedInvitation();
	// While this was loaded there may have been a logout, or another welcome.
	if (!invitation || document.querySelector("#invitation")) return;
	const end = () => {
		dropInvitation();
		show(bar, false);
	};
	const join = async () => {
		const words = await page.askRooms({ kind: "join", invitation });
		if (words !== OFFLINE) end();
		showBriefly(words);
	};
	const button = (words: string, onclick: () => void) =>
		make("button", { className: "block inline", onclick }, words);
	const bar = make(
		"div",
		{ id: "invitation", className: "bar" },
		make("p", "", t("html.invitation")),
		button(t("join"), () => void join()),
		button(t("html.not-now"), end),
	);
	find("#notices").append(bar);
}
