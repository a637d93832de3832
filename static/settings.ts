/** The settings dialog: the theme, the language, and the logout; what else there is, is loaded when it is opened. */

import { BASE } from "./base-path.ts";
import { find, say } from "./element.ts";
import { load } from "./lazy.ts";
import type { Page } from "./page.ts";
import { browser } from "./storage.ts";
import { t } from "./words.ts";

/** Applies the chosen theme, or the system's if none is chosen. */
function themeChoice(): void {
	const inputs = document.querySelectorAll<HTMLInputElement>("[name=theme]");
	const choices = [...inputs];
	const colors = document.querySelectorAll<HTMLMetaElement>("[data-scheme]");
	function show() {
		const chosen = choices.find(({ value }) => value === browser.get("theme"));
		const theme = chosen?.value ?? "";
		for (const choice of choices) choice.checked = choice.value === theme;
		document.documentElement.style.colorScheme = theme;
		// The browser's own colour follows: each tag has the colour of one scheme.
		for (const color of colors) {
			const scheme = color.dataset.scheme ?? "";
			const own = theme === scheme ? "all" : "not all";
			color.media = theme ? own : `(prefers-color-scheme: ${scheme})`;
		}
	}
	for (const choice of choices)
		choice.onchange = () => {
			browser.set("theme", choice.value);
			show();
		};
	addEventListener("storage", ({ key }) => {
		if (key === browser.keyOf("theme")) show();
	});
	show();
}

export function settingsDialog(page: Page) {
	const dialog = find("#settings", HTMLDialogElement);
	const everywhere = find("#logout-all", HTMLButtonElement);

	const adminPage = find("#admin-page", HTMLAnchorElement);
	adminPage.href = `${BASE}admin`;
	find("#me").onclick = () => {
		adminPage.hidden = page.role !== "admin";
		showNode();
		dialog.showModal();
		void mount();
	};
	// A click on the backdrop has the dialog itself as its target.
	dialog.onclick = ({ target }) => {
		if (target === dialog) dialog.close();
	};

	themeChoice();
	everywhere.onclick = () => page.dispatch({ type: "logout", all: true });
	find("#logout").onclick = () => page.dispatch({ type: "logout", all: false });

	let isWhole = false;
	/** Loads the rest, once there is a connection. */
	async function mount(): Promise<void> {
		if (isWhole || !dialog.open || !page.isOpen) return;
		const own = await load("own-dialogs");
		const languages = await load("language-choice", false);
		if (isWhole || !own || !languages) return;
		isWhole = true;
		own.ownSettings(page);
		languages.offerLanguages();
	}

	const node = find("#node");
	const showNode = () => {
		node.hidden = page.node === "" || !page.isOpen;
		say(node, t("node", { node: page.node }));
	};

	return () => {
		showNode();
		void mount();
		if (page.snapshot.context.key !== "session")
			for (const each of document.querySelectorAll("dialog")) each.close();
		everywhere.disabled = !page.isOpen;
	};
}
