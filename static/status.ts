/**
 * The header, with the room and the reader's name, and the bar about a lost
 * connection. The bar's button, the browser's `online` event and a return to
 * the tab reconnect at once.
 */

import { CloseCode, isPublic } from "../machines/message.ts";
import { backoffOf, pardonOf } from "../machines/page-guards.ts";
import { find, icon, say, show } from "./element.ts";
import type { Page } from "./page.ts";
import { avatar, nameTag } from "./person.ts";
import { t, timeSpan, translated } from "./words.ts";

/** A drawing of two sliders. */
const SETTINGS = "M3 6.5h7M14 6.5h3M3 13.5h3M10 13.5h7M12 4.5v4M8 11.5v4";

export function statusBar(page: Page) {
	const me = find("#me");
	const bar = find("#connection");
	const retry = find("#retry", HTMLButtonElement);
	const retryNow = () => {
		if (!document.hidden && !page.snapshot.matches("stopped"))
			page.dispatch({ type: "retry" });
	};
	let myName = "";
	/** The time of the next try, or 0. */
	let due = 0;

	retry.onclick = () => page.dispatch({ type: "retry" });
	addEventListener("online", retryNow);
	document.addEventListener("visibilitychange", retryNow);

	function render() {
		const { snapshot } = page;
		const { attempt, name, room, trouble, farewell, waitMs } = snapshot.context;
		const waits = snapshot.matches({ returning: "waiting" });
		const stopped = snapshot.matches("stopped");
		const isKicked = stopped && trouble?.isKick === true;
		if (waits) due ||= Date.now() + backoffOf(snapshot.context);
		else if (isKicked) due ||= Date.now() + pardonOf(snapshot.context);
		else due = 0;
		const left = Math.max(1, due - Date.now());
		const tries = snapshot.matches("returning");
		const lost = tries && attempt > 0;
		const why = trouble?.words ?? t("machine.offline");
		// A page that was loaded anew asks once it is connected.
		const isAsked = farewell !== "" && page.opened !== "";
		const erasing = isAsked && !lost && !stopped;
		const elsewhere = stopped && why === CloseCode.replaced.says;
		say("#room-name", page.titleOf(room));
		find("#room-name").classList.toggle("own", !isPublic(room));
		if (name !== myName)
			me.replaceChildren(avatar(name), nameTag(name), icon(SETTINGS));
		myName = name;
		me.hidden = name === "";
		show(bar, lost || stopped || erasing || page.isStuck);
		const lines = isKicked ? `· ${t("kick.back")}` : t("offline.lines");
		const others = isKicked || !stopped ? lines : "";
		const more = farewell ? t("erase.later") : others;
		const words = erasing ? t("erase.busy") : `${translated(why)} ${more}`;
		say("#connection-words", bar.hidden ? "" : words);
		retry.hidden = erasing || page.isStuck;
		say(retry, elsewhere ? t("retry.here") : t("retry"));
		// A disabled button would lose the focus.
		retry.ariaDisabled = String(!stopped && !waits);
		const count = Math.ceil(left / 1_000);
		const next = waits ? t("retry.in", { count }) : t("retry.now");
		// A page that was in the room when the person was sent out asks first for how long.
		const back = isKicked && waitMs > 0 ? `(${timeSpan(left)})` : "";
		// A screen reader would read it each second; the other stands still for a minute.
		find("#countdown").ariaHidden = String(tries);
		say("#countdown", tries ? next : back);
	}
	setInterval(render, 1_000);
	return render;
}
