/**
 * Tells an absent reader of new messages by the title and the icon, and has
 * notes shown of mentions.
 */

import type { Said } from "../machines/message.ts";
import { find, show } from "./element.ts";
import { later } from "./lazy.ts";
import type { Page } from "./page.ts";
import { browser } from "./store.ts";

/** UTF-16 units of a message that a notification shows. */
const MOST_SHOWN = 200;

/** A visible window may still not be the one in use. */
const isLooking = () => !document.hidden && document.hasFocus();

export class Notifications {
	readonly #icon = find("link[rel=icon]", HTMLLinkElement);
	readonly #plainIcon = this.#icon.href;
	readonly #page: Page;
	#title = "Plume";
	/** What came while nobody looked. */
	#unread = 0;

	constructor(page: Page) {
		this.#page = page;
		const reset = () => isLooking() && this.#showUnread(0);
		document.addEventListener("visibilitychange", reset);
		addEventListener("focus", reset);
		// It sends the room whose notification was clicked.
		navigator.serviceWorker?.addEventListener("message", ({ data }) => {
			if (typeof data?.room === "string") void page.go(data.room);
		});
	}

	/** Starts the count anew if the title changes. */
	setTitle(title: string): void {
		if (title === this.#title) return;
		this.#title = title;
		this.#showUnread(0);
		const bar = document.querySelector<HTMLElement>("#ask");
		if (bar) show(bar, false);
	}

	/** Someone else said something. */
	message(said: Said): void {
		this.#count();
		const { name, room, text } = said;
		if (this.#page.own.isMeant(said))
			this.#mention(room, text.slice(0, MOST_SHOWN), name);
	}

	/** Someone mentioned the reader in another room, whose text is not here. */
	mentionIn(room: string): void {
		this.#count();
		this.#mention(room);
	}

	#count(): void {
		if (!isLooking()) this.#showUnread(this.#unread + 1);
	}

	/** Shows the count in the title and by the icon. */
	#showUnread(unread: number): void {
		const [icon, plain] = [this.#icon, this.#plainIcon];
		this.#unread = unread;
		document.title = unread > 0 ? `(${unread}) ${this.#title}` : this.#title;
		const href = unread > 0 ? plain.replace(".svg", "-new.svg") : plain;
		if (icon.href !== href) icon.href = href;
	}

	/** Who looks at the room sees it; they are asked once whether they want notes. */
	#mention(room: string, text?: string, name?: string): void {
		if (isLooking() && browser.get("notify")) return;
		void later(false).then((part) =>
			part?.mention(this.#page, room, text, name),
		);
	}
}
