/**
 * Tells an absent reader of new messages: by the title, and of a mention by a
 * notification, if the person wants them. A box in the settings chooses that,
 * and so does a bar that asks once, at the first mention.
 */

import type { Said } from "../machines/message.ts";
import { find, say, show } from "./element.ts";
import { load } from "./lazy.ts";
import type { Page } from "./page.ts";
import { browser } from "./storage.ts";
import { mentions } from "./text.ts";
import { t } from "./words.ts";

/** UTF-16 units of a message that a notification shows. */
const MOST_SHOWN = 200;

const QUESTION = t("notify.ask");
const BLOCKED = t("notify.blocked");

const isSupported = "Notification" in globalThis;
const isBlocked = () => isSupported && Notification.permission === "denied";

/** A visible window may still not be the one in use. */
const isLooking = () => !document.hidden && document.hasFocus();

export class Notifications {
	readonly #icon = find("link[rel=icon]", HTMLLinkElement);
	readonly #plainIcon = this.#icon.href;
	readonly #bar = find("#ask");
	readonly #yes = find("#ask-yes", HTMLButtonElement);
	readonly #box = find("#notify", HTMLInputElement);
	readonly #page: Page;
	#title = "Plume";
	/** What came while nobody looked. */
	#unread = 0;

	constructor(page: Page) {
		this.#page = page;
		const no = find("#ask-no", HTMLButtonElement);
		this.#box.onchange = () => void this.#choose(this.#box.checked);
		this.#yes.onclick = () => void this.#choose(true);
		no.onclick = () => void this.#choose(false);
		addEventListener("storage", () => this.#showSetting());
		this.#showSetting();
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
		show(this.#bar, false);
	}

	/** Someone else said something. */
	message({ name, room, text }: Said): void {
		this.#count();
		if (!mentions(text, this.#page.name)) return;
		this.#mention(
			room,
			t("notify.title", { name, room: this.#page.titleOf(room) }),
			text.slice(0, MOST_SHOWN),
		);
	}

	/** Someone mentioned the reader in another room, whose text is not here. */
	mentionIn(room: string): void {
		this.#count();
		const title = t("notify.elsewhere", {
			room: this.#page.titleOf(room),
		});
		this.#mention(room, title, t("notify.open"));
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

	#mention(room: string, title: string, body: string): void {
		if (!isLooking() && this.#isOn)
			void load("note", false).then((part) =>
				part?.notify(this.#page, room, title, body),
			);
		else if (isSupported && browser.get("notify") === "")
			this.#bar.hidden = false;
	}

	get #isOn(): boolean {
		const isGranted = isSupported && Notification.permission === "granted";
		return isGranted && browser.get("notify") === "yes";
	}

	async #choose(wanted: boolean): Promise<void> {
		browser.set("notify", wanted ? "yes" : "no");
		if (wanted && isSupported) await Notification.requestPermission();
		this.#showSetting();
		// The open bar stays to say that the browser refuses.
		if (!wanted || !isBlocked()) show(this.#bar, false);
	}

	#showSetting(): void {
		const isRefused = isBlocked() && browser.get("notify") === "yes";
		const unsupported = isSupported ? "" : t("notify.none");
		this.#box.disabled = !isSupported;
		this.#box.checked = this.#isOn;
		say("#notify-result", isBlocked() ? BLOCKED : unsupported);
		say("#ask-words", isRefused ? BLOCKED : QUESTION);
		this.#yes.hidden = isRefused;
	}
}
