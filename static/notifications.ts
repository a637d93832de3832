/** Tells an absent reader of new messages: by the title, and of a mention by a notification. */

import type { Said } from "../machines/message.ts";
import { NotifySetting } from "./notify-setting.ts";
import { pathOf } from "./room-name.ts";
import { mentions } from "./text.ts";
import { isLooking, UnreadTitle } from "./unread-title.ts";

/** UTF-16 units of a message that a notification shows. */
const MOST_SHOWN = 200;

export class Notifications {
	readonly #title = new UnreadTitle();
	readonly #setting = new NotifySetting();
	readonly #myName: () => string;
	readonly #go: (room: string) => void;

	constructor(myName: () => string, go: (room: string) => void) {
		this.#myName = myName;
		this.#go = go;
		// The service worker's notifications are clicked there.
		navigator.serviceWorker?.addEventListener("message", ({ data }) => {
			if (typeof data?.room === "string") go(data.room);
		});
	}

	setTitle(title: string): void {
		if (this.#title.set(title)) this.#setting.closeBar();
	}

	/** Someone else said something. */
	message({ name, room, text }: Said): void {
		this.#title.count();
		if (!mentions(text, this.#myName())) return;
		this.#mention(room, `${name} in ${room}`, text.slice(0, MOST_SHOWN));
	}

	/** Someone mentioned the reader in another room, whose text is not here. */
	mentionIn(room: string): void {
		this.#title.count();
		const title = `You were mentioned in ${room}`;
		this.#mention(room, title, "Open the room to read it.");
	}

	#mention(room: string, title: string, body: string): void {
		if (!isLooking() && this.#setting.isOn) this.#notify(room, title, body);
		else this.#setting.ask();
	}

	#notify(room: string, title: string, body: string): void {
		const tag = `plume ${room}`;
		const icon = "/static/icon-192.png";
		const options = { body, tag, icon, data: { room, path: pathOf(room) } };
		try {
			const notification = new Notification(title, options);
			notification.onclick = () => {
				focus();
				this.#go(room);
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
