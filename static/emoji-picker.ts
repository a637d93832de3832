/** The emoji picker, which is loaded when it is first opened. */

import { Picker } from "emoji-picker-element";
import ar from "emoji-picker-element/i18n/ar.js";
import de from "emoji-picker-element/i18n/de.js";
import en from "emoji-picker-element/i18n/en.js";
import es from "emoji-picker-element/i18n/es.js";
import fr from "emoji-picker-element/i18n/fr.js";
import ja from "emoji-picker-element/i18n/ja.js";
import pt from "emoji-picker-element/i18n/pt_BR.js";
import { language, t } from "./words.ts";

const words = new Map(Object.entries({ ar, de, es, fr, ja, pt }));

const dialog = document.createElement("dialog");
dialog.id = "emoji";
dialog.setAttribute("aria-label", t("react.choose"));
let chosen: (emoji: string) => void = () => {};

/** Resolves with an emoji, or with "" if the dialog is closed. `dataSource` is the address of the emoji's names. */
export function choose(dataSource: string): Promise<string> {
	if (!dialog.isConnected) {
		const picker = new Picker({ dataSource, i18n: words.get(language) ?? en });
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
