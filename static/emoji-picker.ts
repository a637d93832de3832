/** The emoji picker, which is loaded when it is first opened. */

import { Picker } from "emoji-picker-element";
import en from "emoji-picker-element/i18n/en.js";
import { showDialog } from "./dialog.ts";
import { t } from "./words.ts";

/** Resolves with an emoji, or with "" if the dialog is closed. `dataSource` is the address of the emoji's names. */
export function choose(dataSource: string): Promise<string> {
	const i18n = { ...en, searchLabel: t("search") };
	const picker = new Picker({ dataSource, i18n });
	const dialog = showDialog(t("html.emoji"), picker);
	dialog.id = "emoji";
	return new Promise((resolve) => {
		picker.addEventListener("emoji-click", ({ detail }) => {
			resolve(detail.unicode ?? "");
			dialog.close();
		});
		dialog.addEventListener("close", () => resolve(""));
	});
}
