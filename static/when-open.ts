import type { Page } from "./page.ts";

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
