/** The export of all that the reader said, and its erasure. It is loaded when one of them is first asked for. */

import { BASE } from "./base-path.ts";
import { make, say } from "./element.ts";
import { confirmed } from "./erase.ts";
import type { Page } from "./page.ts";
import { storedSession } from "./storage.ts";
import { t } from "./words.ts";

const FILE = "plume-messages.json";

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

export async function exportMessages(button: HTMLButtonElement): Promise<void> {
	button.disabled = true;
	say("#export-result", t("export.wait-for"));
	const unreachable = t("unreachable");
	say("#export-result", await fetchMessages().catch(() => unreachable));
	button.disabled = false;
}

export async function eraseAll(page: Page): Promise<void> {
	const farewell = t("erase.farewell", { name: page.name });
	if (await confirmed(t("erase.everything"), t("erase.all"), t("erase.yes")))
		page.dispatch({ type: "eraseAll", update: { farewell } });
}
