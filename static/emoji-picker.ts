/** The emoji picker, which is loaded when it is first opened. */

import en from "emoji-picker-element/i18n/en.js";
import { BASE } from "./base-path.ts";
import { showDialog } from "./dialog.ts";
import { isTouch } from "./element.ts";
import { picker } from "./lazy.ts";
import { t } from "./words.ts";

/** Resolves with an emoji, or with "" if the dialog is closed or can't be loaded. */
export async function chooseEmoji(): Promise<string> {
	const part = await picker();
	// A second click may come while it is loaded.
	if (!part || document.querySelector("#emoji")) return "";
	const dataSource = `${BASE}static/emoji.json`;
	const i18n = { ...en, searchLabel: t("search") };
	const element = new part.Picker({ dataSource, i18n });
	const dialog = showDialog(t("html.emoji"), element);
	dialog.id = "emoji";
	if (!isTouch()) element.shadowRoot?.querySelector("input")?.focus();
	return new Promise((resolve) => {
		element.addEventListener("emoji-click", ({ detail }) => {
			resolve(detail.unicode ?? "");
			dialog.close();
		});
		dialog.addEventListener("close", () => resolve(""));
	});
}
