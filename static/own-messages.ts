/** The export of all that the reader said, and its erasure. It is loaded with the other settings. */

import { BASE } from "./base-path.ts";
import { fieldset } from "./dialog.ts";
import { button, make, say } from "./element.ts";
import { confirmed } from "./erase.ts";
import type { Page } from "./page.ts";
import { storedSession } from "./storage.ts";
import { t } from "./words.ts";

const FILE = "plume-messages.json";
const result = make("p", { className: "hint", role: "status" });

/** It stands at the end of what scrolls. */
const tell = (words: string) => {
	say(result, words);
	result.scrollIntoView({ block: "nearest" });
};

/** Downloads the person's messages; resolves with what to say about it. */
async function fetchMessages(): Promise<string> {
	const answer = await fetch(`${BASE}export`, {
		method: "POST",
		headers: { Authorization: `Bearer ${storedSession()}` },
	});
	if (answer.status === 429) {
		const wait = Number(answer.headers.get("Retry-After")) || 60;
		return t("export.wait", { wait });
	}
	if (!answer.ok) return t("export.failed");
	const href = URL.createObjectURL(await answer.blob());
	make("a", { href, download: FILE }).click();
	setTimeout(() => URL.revokeObjectURL(href), 60_000);
	return t("export.done", { file: FILE });
}

async function exportMessages(button: HTMLButtonElement): Promise<void> {
	button.disabled = true;
	tell(t("export.wait-for"));
	tell(await fetchMessages().catch(() => t("unreachable")));
	button.disabled = false;
}

/** What the bar says below the dialog, too, once everything is to be deleted; empty before. */
export function erasing({ isOpen, snapshot }: Page): string {
	if (!snapshot.context.farewell) return "";
	return isOpen ? t("erase.busy") : t("erase.later");
}

async function eraseAll(page: Page): Promise<void> {
	const unfinished = erasing(page);
	if (unfinished) return tell(unfinished);
	const farewell = t("erase.farewell", { name: page.name });
	if (!(await confirmed(t("erase.everything"), t("erase.all"), t("erase.yes"))))
		return;
	if (!page.isOpen) return tell(t("offline"));
	page.dispatch({ type: "eraseAll", update: { farewell } });
	result.closest("dialog")?.close();
}

export const clearResult = () => say(result, "");

/** Both, for the settings. */
export function ownMessages(page: Page): HTMLElement {
	const exporting = make("button", "block", t("html.export"));
	exporting.onclick = () => exportMessages(exporting);
	const erasing = button("block danger", () => eraseAll(page), t("html.erase"));
	const buttons = make("div", "row-of", exporting, erasing);
	return fieldset(t("html.said"), buttons, result);
}
