/** Makes a room, or joins one by its name. It is loaded when it is first opened. */

import { showDialog } from "./dialog.ts";
import { complain, find, focusField, make } from "./element.ts";
import type { Page } from "./page.ts";
import { roomName } from "./room-name.ts";
import { t } from "./words.ts";

export function openNewRoom(page: Page): void {
	const join = form("join-name", t("room.join"), {
		...{ placeholder: t("room.join-hint"), maxLength: 33 },
		...{ autocapitalize: "none", spellcheck: false },
	});
	join.button.textContent = t("room.go");
	join.submit(async (typed) => {
		const name = roomName(typed);
		if (name) void page.go(name);
		return name ? "" : t("room.rule");
	});
	const own = form("make-title", t("room.make"), {
		...{ placeholder: t("room.make-hint"), maxLength: 64 },
	});
	own.button.textContent = t("room.make-it");
	own.submit((title) => page.ask({ kind: "makeRoom", title }));
	showDialog(t("html.new-room"), join.form, own.form);
}

/** Asks what the room on the screen is about. */
export function setTopic(page: Page): void {
	const topic = form("topic-text", t("topic.hint"));
	topic.field.value = find("#topic").textContent;
	topic.button.textContent = t("topic.save");
	topic.submit((text) => page.ask({ kind: "setTopic", room: page.room, text }));
	showDialog(t("topic"), topic.form);
}

function form(id: string, says: string, more: Partial<HTMLInputElement> = {}) {
	const field = make("input", {
		...{ id, dir: "auto", autocomplete: "off", autofocus: true, ...more },
	});
	const trouble = make("p", { className: "trouble", role: "alert" });
	trouble.id = `${id}-trouble`;
	field.setAttribute("aria-describedby", trouble.id);
	field.oninput = () => complain(field, "");
	const button = make("button", "block");
	const label = make("label", { className: "hint", htmlFor: id }, says);
	const line = make("div", "joined", field, button);
	const form = make("form", "", label, line, trouble);
	const submit = (act: (typed: string) => Promise<string>) => {
		form.onsubmit = async (event) => {
			event.preventDefault();
			const words = await act(field.value);
			// It may have been closed meanwhile.
			if (!form.isConnected) return;
			complain(field, words);
			if (words) return field.focus();
			form.closest("dialog")?.close();
			focusField();
		};
	};
	return { form, field, button, submit };
}
