/** Makes a room, or joins one by its name. It is loaded when it is first opened. */

import { fieldForm, showDialog } from "./dialog.ts";
import { find } from "./element.ts";
import type { Page } from "./page.ts";
import { roomName } from "./room-name.ts";
import { clearOffline } from "./when-open.ts";
import { t } from "./words.ts";

export function openNewRoom(page: Page): void {
	const join = fieldForm("join-name", [t("room.join"), t("room.go")], {
		...{ placeholder: t("room.join-hint"), maxLength: 33 },
		...{ autocapitalize: "none", spellcheck: false },
	});
	join.submit(async (typed) => {
		const name = roomName(typed);
		if (name) void page.go(name);
		return name ? "" : t("room.rule");
	});
	const own = fieldForm("make-title", [t("room.make"), t("room.make-it")], {
		...{ placeholder: t("room.make-hint"), maxLength: 64 },
	});
	const isOpen = () => own.form.isConnected;
	own.submit((title) => page.ask({ kind: "makeRoom", title }, isOpen));
	clearOffline(page, showDialog(t("html.new-room"), join.form, own.form));
}

/** Asks what the room on the screen is about. */
export function setTopic(page: Page): void {
	const topic = fieldForm("topic-text", [t("topic.hint"), t("topic.save")]);
	topic.field.value = find("#topic").textContent;
	topic.submit((text) => page.ask({ kind: "setTopic", room: page.room, text }));
	clearOffline(page, showDialog(t("topic"), topic.form));
}
