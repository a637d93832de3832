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

export async function copyLink({ room, offset, time }: Said): Promise<void> {
	const value = `${location.origin}${pathOf(room)}#${offset}-${time}`;
	try {
		await navigator.clipboard.writeText(value);
		showBriefly(t("share.copied"));
	} catch {
		// The browser does not let the page copy.
		const field = { value, readOnly: true, dir: "ltr" };
		showDialog(t("message.link"), make("input", field));
	}
}
