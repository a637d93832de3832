/** The emoji picker, which is loaded when it is first opened. */

import { Picker } from "emoji-picker-element";
import en from "emoji-picker-element/i18n/en.js";
import { t } from "./words.ts";

const dialog = document.createElement("dialog");
dialog.id = "emoji";
dialog.setAttribute("aria-label", t("react.choose"));
let chosen: (emoji: string) => void = () => {};

/** Resolves with an emoji, or with "" if the dialog is closed. `dataSource` is the address of the emoji's names. */
export function choose(dataSource: string): Promise<string> {
	if (!dialog.isConnected) {
		const i18n = { ...en, searchLabel: t("search") };
		const picker = new Picker({ dataSource, i18n });
		picker.addEventListener("emoji-click", ({ detail }) => {
			chosen(detail.unicode ?? "");
			dialog.close();
		});
		const card = document.createElement("div");
		card.className = "card";
		card.append(picker);
		dialog.append(card);
		document.querySelector("#plume")?.append(dialog);
	}
	return new Promise((resolve) => {
		chosen = resolve;
		dialog.onclose = () => resolve("");
		dialog.showModal();
	});
}
