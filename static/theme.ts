/** The colours that the reader has chosen, or the system's. */

import { browser } from "./store.ts";

export function showTheme(): void {
	const stored = browser.get("theme");
	const theme = /^(light|dark)$/.test(stored) ? stored : "";
	document.documentElement.style.colorScheme = theme;
	// The browser's own colour follows: each tag has the colour of one scheme.
	for (const color of document.querySelectorAll<HTMLMetaElement>(
		"[data-scheme]",
	)) {
		const scheme = color.dataset.scheme ?? "";
		const own = theme === scheme ? "all" : "not all";
		color.media = theme ? own : `(prefers-color-scheme: ${scheme})`;
	}
}
