/** Offers to use the invitation that was opened in this tab. It is loaded when there is one. */

import { showBriefly } from "./brief-notice.ts";
import { smallButton } from "./dialog.ts";
import { find, make, show } from "./element.ts";
import { lastAct } from "./last-act.ts";
import type { Page } from "./page.ts";
import { OFFLINE, UNANSWERED, wordsOf } from "./requests.ts";
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
		show(bar, false);
		const isWanted = lastAct();
		const question = { kind: "join", invitation } as const;
		const answer = await page.requests.ask(question, UNANSWERED);
		if (answer.kind === "roomReady" && isWanted()) void page.go(answer.room);
		const words = wordsOf(answer);
		// What was refused only for now can be asked again.
		const isForNow = answer.kind === "notDone" && answer.retryAfter;
		bar.hidden = ![OFFLINE, UNANSWERED].includes(words) && !isForNow;
		if (bar.hidden) dropInvitation();
		showBriefly(words);
	};
	const words = make("p", "", t("html.invitation"));
	const yes = smallButton(t("join"), () => void join());
	const no = smallButton(t("html.not-now"), end);
	const bar = make("div", "bar", words, yes, no);
	bar.id = "invitation";
	find("#notices").append(bar);
}
