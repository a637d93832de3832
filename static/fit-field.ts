/** Fits the field to its text. */

import { isTouch } from "./element.ts";
import { FAR_TOO_LONG } from "./text-limit.ts";

export function fitField(field: HTMLTextAreaElement): void {
	const isFar = field.value.length > FAR_TOO_LONG;
	field.enterKeyHint = isTouch() ? "enter" : "send";
	// Finding the direction of such a long text takes over a second.
	field.dir = isFar ? "ltr" : "auto";
	field.style.height = isFar ? "100vh" : "auto";
	// A hidden field has no height yet.
	if (!isFar && field.scrollHeight > 0)
		field.style.height = `${field.scrollHeight + field.offsetHeight - field.clientHeight}px`;
}
