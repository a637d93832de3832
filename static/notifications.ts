/** Tells an absent reader of new messages: by the title, and of a mention by a notification. */

import type { Said } from "../machines/message.ts";
import { BASE } from "./base-path.ts";
import { find } from "./element.ts";
import { NotifySetting } from "./notify-setting.ts";
import type { Page } from "./page.ts";
import { pathOf } from "./room-name.ts";
import { mentions } from "./text.ts";

/** UTF-16 units of a message that a notification shows. */
const MOST_SHOWN = 200;

/** A visible window may still not be the one in use. */
const isLooking = () => !document.hidden && document.hasFocus();

export class Notifications {
	readonly #icon = find("link[rel=icon]", HTMLLinkElement);
	readonly #plainIcon = this.#icon.href;
	readonly #setting: NotifySetting;
	readonly #page: Page;
	#title = "Plume";
	/** What came while nobody looked. */
	#unread = 0;

	constructor(page: Page) {
		this.#page = page;
		this.#setting = new NotifySetting(page);
		const reset = () => isLooking() && this.#show(0);
		document.addEventListener("visibilitychange", reset);
		addEventListener("focus", reset);
		// The service worker's notifications are clicked there.
		navigator.serviceWorker?.addEventListener("message", ({ data }) => {
			if (typeof data?.room === "string") void page.go(data.room);
		});
	}

	/** Starts the count anew if the title changes. */
	setTitle(title: string): void {
		if (title === this.#title) return;
		this.#title = title;
		this.#show(0);
		this.#setting.closeBar();
	}

	/** Someone else said something. */
	message({ name, room, text }: Said): void {
		this.#count();
		if (!mentions(text, this.#page.name)) return;
		this.#mention(room, `${name} in ${room}`, text.slice(0, MOST_SHOWN));
	}

	/** Someone mentioned the reader in another room, whose text is not here. */
	mentionIn(room: string): void {
		this.#count();
		const title = `You were mentioned in ${room}`;
		this.#mention(room, title, "Open the room to read it.");
	}

	#count(): void {
		if (!isLooking()) this.#show(this.#unread + 1);
	}

	/** Shows the count in the title and by the icon. */
	#show(unread: number): void {
		const [icon, plain] = [this.#icon, this.#plainIcon];
		this.#unread = unread;
		document.title = unread > 0 ? `(${unread}) ${this.#title}` : this.#title;
		const href = unread > 0 ? plain.replace(".svg", "-new.svg") : plain;
		if (icon.href !== href) icon.href = href;
	}

	#mention(room: string, title: string, body: string): void {
		if (!isLooking() && this.#setting.isOn) this.#notify(room, title, body);
		else this.#setting.ask();
	}

	#notify(room: string, title: string, body: string): void {
		const tag = `plume ${pathOf(room)}`;
		const icon = `${BASE}static/icon-192.png`;
		const options = { body, tag, icon, data: { room, path: pathOf(room) } };
		try {
			const notification = new Notification(title, options);
			notification.onclick = () => {
				focus();
				void this.#page.go(room);
				notification.close();
			};
		} catch {
			// On a phone only a service worker may show notifications.
			void navigator.serviceWorker?.ready.then((worker) =>
				worker.showNotification(title, options),
			);
		}
	}
}
