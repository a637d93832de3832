/**
 * Keeps the reader at the latest line, unless they scrolled up to read: then
 * nothing moves, and a button counts what is new below. A scroll event is the
 * reader's only if the position is not the one that the page itself has set.
 */

import { find, say, show } from "./element.ts";
import { t } from "./words.ts";

/** A reader this near to the end, in CSS pixels, is at the end. */
const NEAR = 48;

/** Shows all of the text above the button. */
export function unfold(more: Element): void {
	more.previousElementSibling?.classList.remove("long");
	more.remove();
}

export class Autoscroll {
	/** The reader is at the latest line, and stays there. */
	isFollowing = true;
	/** The timeline's window does not reach to the latest line. */
	isDetached = false;
	readonly #room = find("#room");
	readonly #button = find("#latest", HTMLButtonElement);
	#unread = 0;
	/** The height of the room and its scroll position, when they were last set or read. */
	#height = 0;
	#top = 0;

	constructor() {
		this.#room.addEventListener("scroll", () => this.#onScroll());
		this.#room.addEventListener("click", ({ target }) => {
			if (target instanceof HTMLElement && target.matches(".more"))
				this.#unfold(target);
		});
		const sizes = new ResizeObserver(() => {
			if (this.isFollowing) this.jump();
			this.measure();
		});
		for (const part of [this.#room, ...this.#room.children])
			sizes.observe(part);
	}

	/** To the end of the window. */
	jump(): void {
		this.isFollowing = true;
		this.#room.scrollTop = this.#room.scrollHeight;
		this.measure();
		this.#update();
	}

	/** To be called after the page has scrolled the room, or that counts as the reader's scrolling. */
	measure(): void {
		this.#height = this.#room.clientHeight;
		this.#top = this.#room.scrollTop;
	}

	/** Puts the element at the top of the room, unless it can be seen together with the end. */
	startAt(element: Element): void {
		if (!this.isFollowing) return;
		this.jump();
		const { top } = element.getBoundingClientRect();
		const edge = this.#room.getBoundingClientRect().top;
		if (top >= edge) return;
		this.#room.scrollTop += Math.floor(top - edge);
		this.isFollowing = false;
		this.measure();
		this.#update();
	}

	setDetached(isDetached: boolean): void {
		this.isDetached = isDetached;
		if (isDetached) this.isFollowing = false;
		this.#update();
	}

	countUnread(): void {
		this.#unread += 1;
		this.#update();
	}

	#onScroll(): void {
		const { scrollTop, clientHeight } = this.#room;
		// A room that shrinks, for a keyboard or the composer, scrolls by itself.
		if (scrollTop === this.#top || clientHeight !== this.#height) return;
		this.settle();
	}

	/** Takes the present place of the scroll bar as chosen by the reader. */
	settle(): void {
		const { scrollTop, scrollHeight, clientHeight } = this.#room;
		this.#top = scrollTop;
		const isNear = scrollHeight - clientHeight - scrollTop < NEAR;
		this.isFollowing = isNear && !this.isDetached;
		this.#update();
	}

	/** Shows all of a long text, with its beginning where it was. */
	#unfold(more: HTMLElement): void {
		this.isFollowing = false;
		this.#room.focus({ preventScroll: true });
		unfold(more);
		this.#update();
	}

	#update(): void {
		if (this.isFollowing) this.#unread = 0;
		show(this.#button, !this.isFollowing);
		const unread = this.#unread;
		const words = unread > 0 ? t("latest.new", { count: unread }) : t("latest");
		say(this.#button, words);
	}
}
