/** The dialog that shares the link of the room on the screen: to copy, to hand on, or for another phone's camera. It is loaded when it is first opened. */

import { showDialog } from "./dialog.ts";
import { isTouch, make, say } from "./element.ts";
import { qrCode } from "./lazy.ts";
import type { Page } from "./page.ts";
import { pathOf } from "./room-name.ts";
import { t } from "./words.ts";

export async function share(page: Page): Promise<void> {
	const part = await qrCode();
	if (!part) return;
	const url = location.origin + pathOf(page.room);
	const title = `${page.titleOf(page.room)} · Plume`;
	const look = { role: "img", ariaLabel: t("share.code"), className: "code" };
	const canvas = make("canvas", look);
	part.generate(url).toCanvas(canvas, { off: [255, 255, 255] });
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
	showDialog(t("share"), canvas, make("input", field), button, result);
}
