/** The dialog that shares the link of the room on the screen: to copy, to hand on, or for another phone's camera. It is loaded when it is first opened. */

import { showDialog } from "./dialog.ts";
import { isTouch, make, say } from "./element.ts";
import { load } from "./lazy.ts";
import type { Page } from "./page.ts";
import { pathOf } from "./room-name.ts";
import { t } from "./words.ts";

export async function share(page: Page): Promise<void> {
	const encodeQR = await load(async () => (await import("qr")).encodeQR);
	if (!encodeQR) return;
	const url = location.origin + pathOf(page.room);
	const title = `${page.titleOf(page.room)} · Plume`;
	const code = { border: 4, scale: 6 };
	const image = make("img", {
		...{ src: encodeQR(url, "data-url", code), alt: t("share.code") },
		className: "code",
	});
	const mayShare = isTouch() && "share" in navigator;
	const result = make("p", { className: "hint", role: "status" });
	const copy = async () => {
		await navigator.clipboard.writeText(url);
		say(result, t("share.copied"));
	};
	const onclick = () =>
		(mayShare ? navigator.share({ title, url }) : copy()).catch(() =>
			// It was refused or cancelled.
			say(result, t("share.copy")),
		);
	const words = mayShare ? t("share.on") : t("message.link");
	const button = make("button", { className: "block", onclick }, words);
	const ariaLabel = t("share");
	const field = { value: url, readOnly: true, ariaLabel, dir: "ltr" };
	showDialog(t("share"), image, make("input", field), button, result);
}
