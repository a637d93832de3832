import { say } from "./element.ts";
import type { Page } from "./page.ts";
import { OFFLINE } from "./requests.ts";

/** Resolves once the room is open; with false if this person is not logged in any more. */
export function whenOpen(page: Page): Promise<boolean> {
	return new Promise((resolve) => {
		const { unsubscribe } = page.subscribe(() => check());
		const check = () => {
			const isOver = page.snapshot.context.key !== "session";
			if (!page.isOpen && !isOver) return;
			unsubscribe();
			resolve(!isOver);
		};
		check();
	});
}

/** Once the room is open again, nothing in a dialog says that there is no connection. */
export function clearOffline(page: Page, dialog: HTMLDialogElement): void {
	const clear = () => {
		for (const said of page.isOpen ? dialog.querySelectorAll("[role]") : []) {
			if (said.textContent !== OFFLINE) continue;
			say(said, "");
			const field = dialog.querySelector(`[aria-describedby="${said.id}"]`);
			field?.removeAttribute("aria-invalid");
		}
	};
	// The settings are the same as when they were closed.
	clear();
	const { unsubscribe } = page.subscribe(clear);
	dialog.addEventListener("close", unsubscribe, { once: true });
}
