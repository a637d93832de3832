/**
 * What calls the reader back: the title and the icon count what came while
 * nobody looked, and a mention may show a notification, if that was wished
 * for. It is asked about once, when the first mention comes.
 */

import { find } from "./element.ts";
import type { Said } from "./frames.ts";
import { keepSetting, keptSetting } from "./kept.ts";
import { mentions } from "./text.ts";

export function attention(myName: () => string) {
	const icon = find("link[rel=icon]", HTMLLinkElement);
	const ask = find("#ask", HTMLElement);
	const box = find("#notify", HTMLInputElement);
	const plain = icon.href;
	let title = "Plume";
	let unseen = 0;

	function update() {
		document.title = unseen > 0 ? `(${unseen}) ${title}` : title;
		const href = unseen > 0 ? plain.replace(".svg", "-new.svg") : plain;
		if (icon.href !== href) icon.href = href;
	}

	const canNotify = "Notification" in globalThis;
	const mayNotify = () =>
		canNotify &&
		Notification.permission === "granted" &&
		keptSetting("notify") === "yes";

	async function wish(wanted: boolean) {
		ask.hidden = true;
		keepSetting("notify", wanted ? "yes" : "no");
		if (wanted && canNotify) await Notification.requestPermission();
		box.checked = mayNotify();
	}

	function notify(room: string, title: string, body: string) {
		const tag = `plume ${room}`;
		const options = { body, tag, icon: "/static/icon-192.png" };
		try {
			const shown = new Notification(title, options);
			shown.onclick = () => {
				focus();
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
		if (document.hidden && mayNotify()) notify(room, title, body);
		else if (canNotify && keptSetting("notify") === "") ask.hidden = false;
	}

	function count() {
		if (!document.hidden) return;
		unseen += 1;
		update();
	}

	box.disabled = !canNotify;
	box.checked = mayNotify();
	box.onchange = () => void wish(box.checked);
	find("#ask-yes", HTMLButtonElement).onclick = () => void wish(true);
	find("#ask-no", HTMLButtonElement).onclick = () => void wish(false);
	document.addEventListener("visibilitychange", () => {
		if (document.hidden) return;
		unseen = 0;
		update();
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
			called(room, `You were mentioned in ${room}`, "");
		},
	};
}
