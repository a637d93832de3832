/**
 * The link of a message: the address of its room, with its offset, and its time
 * by which no other message is taken for it after a restore. It gives no right
 * to enter the room. This is loaded when a link is copied.
 */

import type { Said } from "../machines/message.ts";
import { showBriefly } from "./brief-notice.ts";
import { showDialog } from "./dialog.ts";
import { make } from "./element.ts";
import { pathOf } from "./room-name.ts";
import { t } from "./words.ts";

/** Copies a text, and says so in these words, if there are any. Where the browser does not let the page do that, it is shown, to be copied by hand. */
export async function copyText(value: string, done = ""): Promise<void> {
	try {
		await navigator.clipboard.writeText(value);
		if (done) showBriefly(done);
	} catch {
		const look = { value, readOnly: true, rows: 8, ariaLabel: t("copy") };
		const field = make("textarea", { ...look, dir: "auto", autofocus: true });
		showDialog(t("copy"), field);
		field.select();
	}
}

export const copyLink = ({ room, offset, time }: Said): Promise<void> =>
	copyText(
		`${location.origin}${pathOf(room)}#${offset}-${time}`,
		t("share.copied"),
	);
