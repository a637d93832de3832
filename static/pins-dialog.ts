/** The list of what is pinned in the room, which is loaded when it is first opened. */

import type { ServerFrame } from "../machines/protocol.ts";
import { showDialog } from "./dialog.ts";
import { make } from "./element.ts";
import { nameTag } from "./person.ts";
import { onOneLine } from "./quotes.ts";
import { timeElement } from "./time-element.ts";
import { nodes, t } from "./words.ts";

type Pin = ServerFrame<"pins">["pins"][number];

/** `pins` may be words about what is wrong; `show` shows the message at an offset. */
export function openPins(
	pins: readonly Pin[] | string,
	show: (offset: number) => void,
): void {
	const rows =
		typeof pins === "string"
			? [make("p", { className: "trouble", role: "alert" }, pins)]
			: pins.toReversed().map((pin) =>
					row(pin, () => {
						dialog.close();
						show(pin.target);
					}),
				);
	const none = t("pins.none");
	const body = rows.length > 0 ? rows : [make("p", "hint", none)];
	const dialog = showDialog(t("pins"), ...body);
}

function row({ name, time, text, by }: Pin, onclick: () => void) {
	const words = make("span", { dir: "auto" }, onOneLine(text));
	return make(
		"button",
		{ type: "button", className: "pin", onclick },
		make("span", "", nameTag(name), " ", timeElement(time)),
		words,
		make("span", "hint", ...nodes("message.pinned", { name: nameTag(by) })),
	);
}
