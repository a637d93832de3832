/** The languages to choose from in the settings, which are listed when those are first opened. */

import { LANGUAGES } from "./catalogue.ts";
import { make } from "./element.ts";
import { browser } from "./store.ts";
import { t } from "./words.ts";

/** Each language by its own name. The choice applies once the page is loaded again. */
export function languageChoice(): HTMLSelectElement {
	const select = make("select", { ariaLabel: t("html.language") });
	select.id = "language";
	select.append(make("option", { value: "" }, t("language.browser")));
	for (const value of LANGUAGES) {
		const names = new Intl.DisplayNames(value, { type: "language" });
		const option = { value, lang: value } as const;
		select.append(make("option", option, names.of(value) ?? value));
	}
	select.value = browser.get("language");
	select.onchange = () => {
		browser.set("language", select.value);
		location.reload();
	};
	return select;
}
