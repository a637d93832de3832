/** The title and the icon, which count what came while nobody looked. */

import { find } from "./element.ts";

/** A visible window may still not be the one in use. */
export const isLooking = () => !document.hidden && document.hasFocus();

export class UnreadTitle {
	readonly #icon = find("link[rel=icon]", HTMLLinkElement);
	readonly #href = this.#icon.href;
	#title = "Plume";
	#unread = 0;

	constructor() {
		const reset = () => isLooking() && this.#show(0);
		document.addEventListener("visibilitychange", reset);
		addEventListener("focus", reset);
	}

	count(): void {
		if (!isLooking()) this.#show(this.#unread + 1);
	}

	/** Starts the count anew if the title changes; returns whether it did. */
	set(title: string): boolean {
		if (title === this.#title) return false;
		this.#title = title;
		this.#show(0);
		return true;
	}

	#show(unread: number): void {
		const [icon, plain] = [this.#icon, this.#href];
		this.#unread = unread;
		document.title = unread > 0 ? `(${unread}) ${this.#title}` : this.#title;
		const href = unread > 0 ? plain.replace(".svg", "-new.svg") : plain;
		if (icon.href !== href) icon.href = href;
	}
}
