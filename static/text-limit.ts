/** How long a message may be. */

import { trimInvisible, withoutEmptyLines } from "../machines/text.ts";
import { t } from "./words.ts";

/** Code points that one message holds. */
const TEXT_LIMIT = 4_000;
/** UTF-16 units. A longer text takes too long to measure at each key. */
export const FAR_TOO_LONG = 4 * TEXT_LIMIT;

/** What is wrong with the length of a text, or nothing. */
export function tooLong(value: string): string {
	const isFar = value.length > FAR_TOO_LONG;
	const { length } = isFar ? value : [...withoutEmptyLines(value)];
	if (length <= TEXT_LIMIT) return "";
	return t("composer.long", { count: length, most: TEXT_LIMIT });
}

export const canBeSent = (value: string) =>
	!tooLong(value) && trimInvisible(value) !== "";
