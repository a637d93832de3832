/**
 * Where the reader stands: in which room, under which name, and whether
 * anything can be heard. A lost connection need not be waited for: a button,
 * the browser's own `online`, and a look at the page try at once.
 */

import { CloseCode } from "../machines/message.ts";
import type { PageSnapshot } from "../machines/page.ts";
import type { PageEvent } from "../machines/page-events.ts";
import { find, say } from "./element.ts";
import { avatar, nameTag } from "./person.ts";

export function statusBar(send: (event: PageEvent) => void) {
	const me = find("#me", HTMLElement);
	const where = find("#room-name", HTMLElement);
	const bar = find("#connection", HTMLElement);
	const words = find("#connection-words", HTMLElement);
	const retry = find("#retry", HTMLButtonElement);
	const offline = find("#offline", HTMLElement);
	const hurry = () => {
		if (!document.hidden && !shown?.matches("stopped")) send({ type: "retry" });
	};
	let shown: PageSnapshot | undefined;
	let myName = "";

	retry.onclick = () => send({ type: "retry" });
	addEventListener("online", hurry);
	document.addEventListener("visibilitychange", hurry);

	return (snapshot: PageSnapshot, isEmpty: boolean) => {
		shown = snapshot;
		const { attempt, name, room, trouble } = snapshot.context;
		const stopped = snapshot.matches("stopped");
		const lost = snapshot.matches("returning") && attempt > 0;
		const why = trouble?.words ?? "Plume cannot be reached.";
		const elsewhere = stopped && why === CloseCode.replaced.says;
		say(where, room);
		if (name !== myName) me.replaceChildren(avatar(name), nameTag(name));
		myName = name;
		me.hidden = name === "";
		bar.hidden = !lost && !stopped;
		say(words, bar.hidden ? "" : stopped ? why : `${why} Trying again…`);
		say(retry, elsewhere ? "Use it here" : "Try now");
		retry.disabled = !stopped && !snapshot.matches({ returning: "waiting" });
		offline.hidden = !lost || !isEmpty;
	};
}
