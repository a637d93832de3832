/**
 * What calls the reader back: the title and the icon count what came while
 * nobody looked, and a mention may show a notification, if that was wished
 * for. It is asked about once, when the first mention comes.
 */

import { find, say } from "./element.ts";
import type { Said } from "./frames.ts";
import { pathOf } from "./rooms.ts";
import { browser } from "./storage.ts";
import { mentions } from "./text.ts";

const QUESTION = "Get a note when someone mentions you?";
const BLOCKED =
	"Your browser blocks notes from this site. To allow them, open the site’s settings beside its address.";

export function attention(myName: () => string, go: (room: string) => void) {
	const icon = find("link[rel=icon]", HTMLLinkElement);
	const ask = find("#ask", HTMLElement);
	const words = find("#ask-words", HTMLElement);
	const yes = find("#ask-yes", HTMLButtonElement);
	const box = find("#notify", HTMLInputElement);
	const told = find("#notify-told", HTMLElement);
	const plain = icon.href;
	let title = "Plume";
	let unseen = 0;

	function update() {
		document.title = unseen > 0 ? `(${unseen}) ${title}` : title;
		const href = unseen > 0 ? plain.replace(".svg", "-new.svg") : plain;
		if (icon.href !== href) icon.href = href;
	}

	const canNotify = "Notification" in globalThis;
	/** A window may be in sight, and another in use. */
	const isLooking = () => !document.hidden && document.hasFocus();
	const mayNotify = () =>
		canNotify &&
		Notification.permission === "granted" &&
		browser.get("notify") === "yes";

	/** Shows what is wished for, and what stands in its way. */
	function show() {
		const isBlocked = canNotify && Notification.permission === "denied";
		const isWished = browser.get("notify") === "yes";
		box.disabled = !canNotify;
		box.checked = mayNotify();
		say(
			told,
			isBlocked ? BLOCKED : canNotify ? "" : "This browser has no notes.",
		);
		say(words, isBlocked && isWished ? BLOCKED : QUESTION);
		yes.hidden = isBlocked && isWished;
		return yes.hidden;
	}

	async function wish(wanted: boolean) {
		browser.set("notify", wanted ? "yes" : "no");
		if (wanted && canNotify) await Notification.requestPermission();
		const isRefused = show();
		ask.hidden = !(wanted && isRefused && !ask.hidden);
	}

	function notify(room: string, title: string, body: string) {
		const tag = `plume ${room}`;
		const icon = "/static/icon-192.png";
		const options = { body, tag, icon, data: { room, path: pathOf(room) } };
		try {
			const shown = new Notification(title, options);
			shown.onclick = () => {
				focus();
				go(room);
				shown.close();
			};
		} catch {
			// A phone shows notifications only for a worker.
			void navigator.serviceWorker?.ready.then((worker) =>
				worker.showNotification(title, options),
			);
		}
	}

	/** The reader was mentioned. */
	function called(room: string, title: string, body: string) {
		if (!isLooking() && mayNotify()) notify(room, title, body);
		else if (canNotify && browser.get("notify") === "") ask.hidden = false;
	}

	function count() {
		if (isLooking()) return;
		unseen += 1;
		update();
	}

	show();
	box.onchange = () => void wish(box.checked);
	yes.onclick = () => void wish(true);
	find("#ask-no", HTMLButtonElement).onclick = () => void wish(false);
	function looked() {
		if (!isLooking()) return;
		unseen = 0;
		update();
	}
	document.addEventListener("visibilitychange", looked);
	addEventListener("focus", looked);
	addEventListener("storage", ({ key }) => {
		if (key === "notify") show();
	});
	// A note that a worker showed is answered by the worker.
	navigator.serviceWorker?.addEventListener("message", ({ data }) => {
		if (typeof data?.room === "string") go(data.room);
	});

	return {
		entitle(next: string) {
			if (next === title) return;
			title = next;
			unseen = 0;
			ask.hidden = true;
			update();
		},
		/** Someone else said something new. */
		hear({ name, room, text }: Said) {
			count();
			if (mentions(text, myName()))
				called(room, `${name} in ${room}`, text.slice(0, 200));
		},
		/** Someone else mentioned the reader in another room. */
		elsewhere(room: string) {
			count();
			called(
				room,
				`You were mentioned in ${room}`,
				"Open the room to read it.",
			);
		},
	};
}
