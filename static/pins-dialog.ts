/** The list of what is pinned in the room, which is loaded when it is first opened. */

import type { ServerFrame } from "../machines/protocol.ts";
import { showBriefly } from "./brief-notice.ts";
import { showDialog } from "./dialog.ts";
import { find, make } from "./element.ts";
import { nameTag } from "./person.ts";
import { timeElement } from "./time-element.ts";

type Pin = ServerFrame<"pins">["pins"][number];

/** `pins` may be words about what is wrong. */
export function open(pins: readonly Pin[] | string): void {
	const rows =
		typeof pins === "string"
			? [make("p", { className: "trouble", role: "alert" }, pins)]
			: pins.toReversed().map((pin) => row(pin, () => dialog.close()));
	const none = "Nothing is pinned in this room.";
	const body = rows.length > 0 ? rows : [make("p", "hint", none)];
	const dialog = showDialog("Pinned messages", ...body);
}

function row({ target, name, time, text, by }: Pin, close: () => void) {
	const onclick = () => {
		close();
		const said = find("#log").querySelector(`[data-offset="${target}"]`);
		if (said) said.scrollIntoView({ block: "center" });
		else showBriefly("That was said earlier. Scroll up to it.");
	};
	const words = make("span", { dir: "auto" }, text);
	return make(
		"button",
		{ type: "button", className: "pin", onclick },
		make("span", "", nameTag(name), " ", timeElement(time)),
		words,
		make("span", "hint", "pinned by ", nameTag(by)),
	);
}
