/**
 * What calls the reader back: the title and the icon count what came while
 * nobody looked, and a mention may show a notification, if that was wished
 * for. It is asked about once, when the first mention comes.
 */

import type { Said } from "../machines/message.ts";
import { find, say } from "./element.ts";
import { pathOf } from "./rooms.ts";
import { browser } from "./storage.ts";
import { mentions } from "./text.ts";

const QUESTION = "Get a note when someone mentions you?";
const BLOCKED =
	"Your browser blocks notes from this site. To allow them, open the site’s settings beside its address.";

const canNotify = "Notification" in globalThis;
/** A window may be in sight, and another in use. */
const isLooking = () => !document.hidden && document.hasFocus();
const isBlocked = () => canNotify && Notification.permission === "denied";
const mayNotify = () =>
	canNotify &&
	Notification.permission === "granted" &&
	browser.get("notify") === "yes";

/** The title and the icon count what came while nobody looked. */
function unreadCount() {
	const icon = find("link[rel=icon]", HTMLLinkElement);
	const plain = icon.href;
	let title = "Plume";
	let unread = 0;

	function set(count: number) {
		unread = count;
		document.title = unread > 0 ? `(${unread}) ${title}` : title;
		const href = unread > 0 ? plain.replace(".svg", "-new.svg") : plain;
		if (icon.href !== href) icon.href = href;
	}
	const looked = () => isLooking() && set(0);
	document.addEventListener("visibilitychange", looked);
	addEventListener("focus", looked);
	return {
		add: () => !isLooking() && set(unread + 1),
		/** Answers whether that is another title. */
		entitle(next: string): boolean {
			if (next === title) return false;
			title = next;
			set(0);
			return true;
		},
	};
}

/** The question whether to notify, and the box in the settings that answers it as well. */
function notifyQuestion() {
	const ask = find("#ask", HTMLElement);
	const yes = find("#ask-yes", HTMLButtonElement);
	const box = find("#notify", HTMLInputElement);

	/** Shows what is wished for, and what stands in its way; answers whether it is in vain. */
	function show(): boolean {
		const told = canNotify ? "" : "This browser has no notes.";
		const isInVain = isBlocked() && browser.get("notify") === "yes";
		box.disabled = !canNotify;
		box.checked = mayNotify();
		say("#notify-told", isBlocked() ? BLOCKED : told);
		say("#ask-words", isInVain ? BLOCKED : QUESTION);
		yes.hidden = isInVain;
		return isInVain;
	}

	async function wish(wanted: boolean) {
		browser.set("notify", wanted ? "yes" : "no");
		if (wanted && canNotify) await Notification.requestPermission();
		const isInVain = show();
		ask.hidden = !(wanted && isInVain && !ask.hidden);
	}

	show();
	box.onchange = () => void wish(box.checked);
	yes.onclick = () => void wish(true);
	find("#ask-no", HTMLButtonElement).onclick = () => void wish(false);
	addEventListener("storage", ({ key }) => {
		if (key === "notify") show();
	});
	return ask;
}

export function notifications(
	myName: () => string,
	go: (room: string) => void,
) {
	const { add, entitle } = unreadCount();
	const ask = notifyQuestion();

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

	// A note that a worker showed is answered by the worker.
	navigator.serviceWorker?.addEventListener("message", ({ data }) => {
		if (typeof data?.room === "string") go(data.room);
	});

	return {
		entitle(next: string) {
			if (entitle(next)) ask.hidden = true;
		},
		/** Someone else said something new. */
		hear({ name, room, text }: Said) {
			add();
			if (mentions(text, myName()))
				called(room, `${name} in ${room}`, text.slice(0, 200));
		},
		/** Someone else mentioned the reader in another room. */
		elsewhere(room: string) {
			add();
			const title = `You were mentioned in ${room}`;
			called(room, title, "Open the room to read it.");
		},
	};
}
