/** The emoji picker, which is loaded when it is first opened. */

import en from "emoji-picker-element/i18n/en.js";
import { BASE } from "./base-path.ts";
import { make } from "./element.ts";
import { load } from "./lazy.ts";
import { t } from "./words.ts";

const dialog = make("dialog", { id: "emoji", ariaLabel: t("react.choose") });
let chosen: (emoji: string) => void = () => {};

/** Resolves with an emoji, or with "" if the dialog is closed or can't be loaded. */
export async function chooseEmoji(): Promise<string> {
	const part = await load(() => import("emoji-picker-element"));
	if (!part) return "";
	if (!dialog.isConnected) {
		const dataSource = `${BASE}static/emoji.json`;
		const i18n = { ...en, searchLabel: t("search") };
		const picker = new part.Picker({ dataSource, i18n });
		picker.addEventListener("emoji-click", ({ detail }) => {
			chosen(detail.unicode ?? "");
			dialog.close();
		});
		dialog.append(make("div", "card", picker));
		document.querySelector("#plume")?.append(dialog);
	}
	return new Promise((resolve) => {
		chosen = resolve;
		dialog.onclose = () => resolve("");
		dialog.showModal();
	});
}
