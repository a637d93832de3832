/**
 * Where the reader stands: under which name they speak, and whether anything
 * can be heard. A lost connection need not be waited for: a button, and the
 * browser's own `online`, try at once.
 */

import { LOBBY } from "../machines/message.ts";
import type { PageEvent, PageSnapshot } from "../machines/page.ts";
import { find, say } from "./element.ts";
import { avatar, nameTag } from "./person.ts";

export function statusBar(send: (event: PageEvent) => void) {
	const me = find("#me", HTMLElement);
	const bar = find("#connection", HTMLElement);
	const words = find("#connection-words", HTMLElement);
	const retry = find("#retry", HTMLButtonElement);

	retry.onclick = () => send({ type: "retry" });
	addEventListener("online", () => send({ type: "retry" }));
	find("#leave", HTMLButtonElement).onclick = () => send({ type: "leave" });

	return (snapshot: PageSnapshot) => {
		const { name, trouble } = snapshot.context;
		const inRoom = snapshot.matches("chatting");
		const lost = snapshot.matches({ chatting: "lost" });
		document.title = inRoom ? `${LOBBY} · Plume` : "Plume";
		if (inRoom) me.replaceChildren(avatar(name), nameTag(name));
		bar.hidden = !lost;
		if (lost) say(words, `${trouble?.words ?? ""} Trying again…`);
		retry.disabled = !snapshot.matches({ chatting: { lost: "waiting" } });
	};
}
