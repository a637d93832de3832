/** Puts an emoji where the cursor is in the field. */

import { find } from "./element.ts";
import { pickEmoji } from "./relations.ts";

export function emojiButton(field: HTMLTextAreaElement): void {
	find("#add-emoji").onclick = async () => {
		const { selectionStart, selectionEnd } = field;
		const emoji = await pickEmoji();
		field.focus();
		if (!emoji) return;
		field.setRangeText(emoji, selectionStart, selectionEnd, "end");
		field.dispatchEvent(new Event("input"));
	};
}
