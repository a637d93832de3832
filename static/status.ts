/**
 * Where the reader stands: in which room, under which name, and whether
 * anything can be heard. A lost connection need not be waited for: a button,
 * the browser's own `online`, and a look at the page try at once.
 */

import { CloseCode } from "../machines/message.ts";
import type { PageSnapshot } from "../machines/page.ts";
import type { PageEvent } from "../machines/page-events.ts";
import { backoffOf } from "../machines/page-guards.ts";
import { find, say } from "./element.ts";
import { avatar, nameTag } from "./person.ts";

export function statusBar(send: (event: PageEvent) => void) {
	const me = find("#me", HTMLElement);
	const bar = find("#connection", HTMLElement);
	const retry = find("#retry", HTMLButtonElement);
	const offline = find("#offline", HTMLElement);
	const hurry = () => {
		if (!document.hidden && !shown?.matches("stopped")) send({ type: "retry" });
	};
	let shown: PageSnapshot | undefined;
	let myName = "";
	/** When the next try is due, while one is waited for. */
	let due = 0;

	/** Seen, and not read aloud each second. */
	function tick() {
		const seconds = Math.max(1, Math.ceil((due - Date.now()) / 1_000));
		const tries = shown?.matches("returning") ?? false;
		const next = due > 0 ? `Trying again in ${seconds} s.` : "Trying again…";
		say("#countdown", tries ? next : "");
	}
	setInterval(tick, 1_000);

	retry.onclick = () => send({ type: "retry" });
	addEventListener("online", hurry);
	document.addEventListener("visibilitychange", hurry);

	return (snapshot: PageSnapshot, isEmpty: boolean) => {
		const waits = snapshot.matches({ returning: "waiting" });
		if (waits) due ||= Date.now() + backoffOf(snapshot.context);
		else due = 0;
		const { attempt, name, room, trouble, parting } = snapshot.context;
		const stopped = snapshot.matches("stopped");
		const lost = snapshot.matches("returning") && attempt > 0;
		const why = trouble?.words ?? "Offline.";
		const erasing = snapshot.matches("chatting") && parting !== "";
		const elsewhere = stopped && why === CloseCode.replaced.says;
		say("#room-name", room);
		if (name !== myName) me.replaceChildren(avatar(name), nameTag(name));
		myName = name;
		me.hidden = name === "";
		bar.hidden = !lost && !stopped && !erasing;
		const told = erasing
			? "Deleting all you said. This may take a moment…"
			: stopped
				? why
				: `${why} Your lines are kept.`;
		say("#connection-words", bar.hidden ? "" : told);
		retry.hidden = erasing;
		say(retry, elsewhere ? "Use it here" : "Try now");
		retry.disabled = !stopped && !waits;
		offline.hidden = !lost || !isEmpty;
		shown = snapshot;
		tick();
	};
}
