/** The settings dialog: the theme, the export of one's messages, and the logout. */

import { BASE } from "./base-path.ts";
import { find, make, say } from "./element.ts";
import type { Page } from "./page.ts";
import { ownDialogs } from "./room-level.ts";
import { browser, storedSession } from "./storage.ts";

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

/** Downloads the person's messages; returns what to say about it. */
async function exportMessages(): Promise<string> {
	const answer = await fetch(`${BASE}export`, {
		method: "POST",
		headers: { Authorization: `Bearer ${storedSession()}` },
	});
	if (answer.status === 429) {
		const wait = Number(answer.headers.get("Retry-After")) || 60;
		return `An export was made just now. Try again in ${wait} s.`;
	}
	if (!answer.ok) return "The server did not give an export. Try again.";
	const href = URL.createObjectURL(await answer.blob());
	make("a", { href, download: "plume-messages.json" }).click();
	setTimeout(() => URL.revokeObjectURL(href), 60_000);
	return "Your messages were saved as plume-messages.json.";
}

export function settingsDialog(page: Page) {
	const dialog = find("#settings", HTMLDialogElement);
	const everywhere = find("#logout-all", HTMLButtonElement);
	const exporting = find("#export", HTMLButtonElement);

	const adminPage = find("#admin-page", HTMLAnchorElement);
	adminPage.href = `${BASE}admin`;
	find("#me").onclick = () => {
		adminPage.hidden = page.role !== "admin";
		showNode();
		if (!hasOwn) void mountOwn();
		dialog.showModal();
	};
	// A click on the backdrop has the dialog itself as its target.
	dialog.onclick = ({ target }) => {
		if (target === dialog) dialog.close();
	};

	themeChoice();
	everywhere.onclick = () => page.dispatch({ type: "logout", all: true });
	find("#logout").onclick = () => page.dispatch({ type: "logout", all: false });

	exporting.onclick = async () => {
		exporting.disabled = true;
		say("#export-result", "Gathering your messages…");
		const unreachable = "Plume cannot be reached. Try again.";
		say("#export-result", await exportMessages().catch(() => unreachable));
		exporting.disabled = false;
	};

	let hasOwn = false;
	const mountOwn = () =>
		ownDialogs(({ ownSettings }) => {
			if (!hasOwn) ownSettings(page);
			hasOwn = true;
		});

	const node = find("#node");
	const showNode = () => {
		node.hidden = page.node === "" || !page.isOpen;
		say(node, `You are connected through “${page.node}”.`);
	};

	return () => {
		showNode();
		if (page.snapshot.context.key !== "session") {
			for (const each of document.querySelectorAll("dialog")) each.close();
			say("#export-result", "");
		}
		everywhere.disabled = !page.isOpen;
		find("#erase-all", HTMLButtonElement).disabled = everywhere.disabled;
	};
}
