/** What the composer's field shows beside its text. */

import { find, say, show } from "./element.ts";
import { fitField } from "./fit-field.ts";
import type { Page } from "./page.ts";
import { canBeSent, tooLong } from "./text-limit.ts";
import { t } from "./words.ts";

/** Fits the field to its text, says what is wrong with it, and dims the button while nothing can be sent. */
export function showField(
	field: HTMLTextAreaElement,
	{ isClosed }: Pick<Page, "isClosed">,
	trouble: string,
): void {
	fitField(field);
	// A disabled button would lose the focus.
	find("#send").ariaDisabled = String(isClosed || !canBeSent(field.value));
	say("#text-trouble", tooLong(field.value) || trouble);
}

/** Says whom the field speaks to, and hides it in a room that is closed, unless something stands in it. */
export function showRoom(field: HTMLTextAreaElement, page: Page): void {
	const title = page.titleOf(page.room);
	const isDirect = page.ownRoom?.access === "direct";
	const words = isDirect ? t("composer.to", { title }) : "";
	field.placeholder = words || t("composer.in", { title });
	// What was not said is still at hand there.
	show(find("#composer"), !page.isClosed || field.value !== "");
	find("#closed").hidden = !page.isClosed;
}
