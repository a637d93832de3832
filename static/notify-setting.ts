/**
 * Whether mentions may show notifications: a box in the settings, and a bar
 * that asks once, at the first mention.
 */

import { find, say } from "./element.ts";
import type { Page } from "./page.ts";
import { browser } from "./storage.ts";

const QUESTION = "Get a note when someone mentions you?";
const BLOCKED =
	"Your browser blocks notes from this site. To allow them, open the site’s settings beside its address.";

const isSupported = "Notification" in globalThis;
const isBlocked = () => isSupported && Notification.permission === "denied";

export class NotifySetting {
	readonly #bar = find("#ask", HTMLElement);
	readonly #yes = find("#ask-yes", HTMLButtonElement);
	readonly #box = find("#notify", HTMLInputElement);

	readonly #page: Page;

	constructor(page: Page) {
		this.#page = page;
		const no = find("#ask-no", HTMLButtonElement);
		this.#box.onchange = () => void this.#choose(this.#box.checked);
		this.#yes.onclick = () => void this.#choose(true);
		no.onclick = () => void this.#choose(false);
		addEventListener("storage", ({ key }) => {
			if (key === "notify") this.#show();
		});
		this.#show();
	}

	get isOn(): boolean {
		const isGranted = isSupported && Notification.permission === "granted";
		return isGranted && browser.get("notify") === "yes";
	}

	/** Asks, unless the person has chosen already. */
	ask(): void {
		if (isSupported && browser.get("notify") === "") this.#bar.hidden = false;
	}

	closeBar(): void {
		this.#page.showBar(this.#bar, false);
	}

	async #choose(wanted: boolean): Promise<void> {
		browser.set("notify", wanted ? "yes" : "no");
		if (wanted && isSupported) await Notification.requestPermission();
		this.#show();
		// The open bar stays to say that the browser refuses.
		if (!wanted || !isBlocked()) this.closeBar();
	}

	#show(): void {
		const isRefused = isBlocked() && browser.get("notify") === "yes";
		const unsupported = isSupported ? "" : "This browser has no notes.";
		this.#box.disabled = !isSupported;
		this.#box.checked = this.isOn;
		say("#notify-result", isBlocked() ? BLOCKED : unsupported);
		say("#ask-words", isRefused ? BLOCKED : QUESTION);
		this.#yes.hidden = isRefused;
	}
}
