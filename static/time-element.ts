/** Shows when something was said. */

import { make } from "./element.ts";
import { locale } from "./words.ts";

export const clock = new Intl.DateTimeFormat(locale, { timeStyle: "short" });
export const exact = new Intl.DateTimeFormat(locale, {
	dateStyle: "full",
	timeStyle: "medium",
});

/** Short on the screen; exact as a tooltip, and for screen readers. */
export function timeElement(time: number): HTMLElement {
	const [dateTime, title] = [new Date(time).toISOString(), exact.format(time)];
	return make(
		"time",
		{ dateTime, title },
		make("span", { ariaHidden: "true" }, clock.format(time)),
		make("span", "visually-hidden", title),
	);
}
