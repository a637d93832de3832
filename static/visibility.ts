/** Whether the person looks at this tab; a tab that is hidden for 5 min is away. */

const AWAY_AFTER_MS = 5 * 60_000;

interface Listener {
	hidden(): void;
	visible(): void;
	away(isAway: boolean): void;
}

export class Visibility {
	readonly #listener: Listener;
	#timer: ReturnType<typeof setTimeout> | undefined;
	#isAway = false;

	constructor(listener: Listener) {
		this.#listener = listener;
		document.addEventListener("visibilitychange", () => this.#update());
	}

	get isAway(): boolean {
		return this.#isAway;
	}

	#update(): void {
		clearTimeout(this.#timer);
		if (document.hidden) {
			this.#listener.hidden();
			this.#timer = setTimeout(() => this.#setAway(true), AWAY_AFTER_MS);
		} else {
			this.#listener.visible();
			this.#setAway(false);
		}
	}

	#setAway(isAway: boolean): void {
		if (isAway === this.#isAway) return;
		this.#isAway = isAway;
		this.#listener.away(isAway);
	}
}
