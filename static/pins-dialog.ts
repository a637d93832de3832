/** The list of what is pinned in the room, which is loaded when it is first opened. */

import type { Said } from "../machines/message.ts";
import type { ServerFrame } from "../machines/protocol.ts";
import { showBriefly } from "./brief-notice.ts";
import { showDialog } from "./dialog.ts";
import { button, make } from "./element.ts";
import { lastAct } from "./last-act.ts";
import { askFor, MessageList } from "./message-list.ts";
import type { Page } from "./page.ts";
import { nameTag } from "./person.ts";
import { onOneLine } from "./quotes.ts";
import { SLOW_MS, wordsOf } from "./requests.ts";
import { timeElement } from "./time-element.ts";
import { nodes, t } from "./words.ts";

/** UTF-16 units of a message that are shown. */
const MOST_SHOWN = 400;

export async function openPins(page: Page): Promise<void> {
	const isLast = lastAct();
	const { room, epoch } = page;
	const wait = () => {
		if (isLast()) showBriefly(t("html.loading"));
	};
	const slow = setTimeout(wait, SLOW_MS);
	const answer = await askFor(page, { kind: "pins", room, epoch }, isLast);
	clearTimeout(slow);
	if (!isLast()) return;
	showBriefly(wordsOf(answer));
	if (answer.kind !== "pins") return;
	const none = make("p", "hint", t("pins.none"));
	const list = new MessageList({
		page,
		draw: (message) =>
			row(message, () => {
				dialog.close();
				page.show(message.offset);
			}),
		emptied: () => list.element.append(none),
	});
	if (!list.add(messagesOf(answer))) list.element.append(none);
	const dialog = showDialog(t("pins"), list.element);
}

/** The newest pin first. */
const messagesOf = ({ room, epoch, pins }: ServerFrame<"pins">): Said[] =>
	pins.toReversed().map(({ target: offset, by: pinned, ...rest }) => ({
		...{ kind: "said", room, epoch, client: "", offset, pinned, ...rest },
	}));

/** Nothing for a message that was taken down. */
function row({ name, time, text, pinned }: Said, onclick: () => void) {
	if (pinned === undefined) return undefined;
	const begun = onOneLine(text).slice(0, MOST_SHOWN);
	const words = make("span", { dir: "auto" }, begun);
	return button(
		"pin",
		onclick,
		make("span", "", nameTag(name), " ", timeElement(time)),
		words,
		make("span", "hint", ...nodes("message.pinned", { name: nameTag(pinned) })),
	);
}
