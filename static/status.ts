/**
 * Where the reader stands: under which name they speak, how they log out, and
 * whether anything can be heard. A lost connection need not be waited for: a
 * button, the browser's own `online`, and a look at the page try at once.
 */

import { CloseCode, LOBBY } from "../machines/message.ts";
import type { PageEvent, PageSnapshot } from "../machines/page.ts";
import { find, say } from "./element.ts";
import { avatar, nameTag } from "./person.ts";

export function statusBar(send: (event: PageEvent) => void) {
	const me = find("#me", HTMLElement);
	const bar = find("#connection", HTMLElement);
	const words = find("#connection-words", HTMLElement);
	const retry = find("#retry", HTMLButtonElement);
	const everywhere = find("#logout-all", HTMLButtonElement);
	const hurry = () => {
		if (!document.hidden && !shown?.matches("stopped")) send({ type: "retry" });
	};
	let shown: PageSnapshot | undefined;

	retry.onclick = () => send({ type: "retry" });
	addEventListener("online", hurry);
	document.addEventListener("visibilitychange", hurry);
	everywhere.onclick = () => send({ type: "logout", all: true });
	find("#logout", HTMLButtonElement).onclick = () =>
		send({ type: "logout", all: false });

	return (snapshot: PageSnapshot) => {
		shown = snapshot;
		const { attempt, key, name, trouble } = snapshot.context;
		const stopped = snapshot.matches("stopped");
		const lost = snapshot.matches("returning") && attempt > 0;
		const why = trouble?.words ?? "Plume cannot be reached.";
		const elsewhere = stopped && why === CloseCode.replaced.says;
		document.title = key === "session" ? `${LOBBY} · Plume` : "Plume";
		me.hidden = name === "";
		me.replaceChildren(avatar(name), nameTag(name));
		bar.hidden = !lost && !stopped;
		say(words, bar.hidden ? "" : stopped ? why : `${why} Trying again…`);
		say(retry, elsewhere ? "Use it here" : "Try now");
		retry.disabled = !stopped && !snapshot.matches({ returning: "waiting" });
		everywhere.disabled = !snapshot.matches("chatting");
	};
}
