/** Makes the buttons of the timeline one tab stop, with the arrow keys between them. */

import { find } from "./element.ts";

export function rovingFocus(): void {
	const log = find("#log", HTMLElement);
	const stops = () => [...log.querySelectorAll<HTMLElement>("button, summary")];

	/** Tab reaches the stop that has the focus, or else the last. */
	function rove(to = stops().at(-1)) {
		for (const stop of stops()) stop.tabIndex = stop === to ? 0 : -1;
	}

	log.addEventListener("focusin", ({ target }) => {
		if (target instanceof HTMLElement && stops().includes(target)) rove(target);
	});
	document.addEventListener("keydown", ({ key, target }) => {
		const isInside = target instanceof Node && log.contains(target);
		if (key === "Tab" && !isInside) rove();
	});
	log.addEventListener("keydown", (event) => {
		if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
		const all = stops();
		const at = all.findIndex((stop) => stop.matches(":focus"));
		if (at < 0) return;
		event.preventDefault();
		all[at + (event.key === "ArrowUp" ? -1 : 1)]?.focus();
	});
}
