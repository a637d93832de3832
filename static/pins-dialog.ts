/** The list of what is pinned in the room, which is loaded when it is first opened. */

import type { ServerFrame } from "../machines/protocol.ts";
import { showBriefly } from "./brief-notice.ts";
import { showDialog } from "./dialog.ts";
import { button, make } from "./element.ts";
import type { Answer } from "./frames.ts";
import { lastAct } from "./last-act.ts";
import type { Page } from "./page.ts";
import { nameTag } from "./person.ts";
import { onOneLine, RETRY_MS } from "./quotes.ts";
import { wordsOf } from "./requests.ts";
import { timeElement } from "./time-element.ts";
import { nodes, t } from "./words.ts";

type Pin = ServerFrame<"pins">["pins"][number];

/** How often the pins are asked for: the server reads one thing at a time for a connection, and history may come first. */
const TRIES = 5;

/** The last answer, once it is none that came too soon. */
async function ask(
	page: Page,
	isLast: () => boolean,
	tries = TRIES,
): Promise<Answer> {
	const { room, epoch } = page;
	const answer = await page.requests.ask({ kind: "pins", room, epoch });
	const isTooFast = answer.kind === "notDone" && answer.rule === "isNotTooFast";
	if (!isTooFast || tries === 1 || !isLast()) return answer;
	showBriefly(t("html.loading"));
	await new Promise((then) => setTimeout(then, RETRY_MS));
	return ask(page, isLast, tries - 1);
}

export async function openPins(page: Page): Promise<void> {
	const isLast = lastAct();
	const answer = await ask(page, isLast);
	if (!isLast()) return;
	showBriefly("");
	const rows =
		answer.kind === "pins"
			? answer.pins.toReversed().map((pin) =>
					row(pin, () => {
						dialog.close();
						page.show(pin.target);
					}),
				)
			: [make("p", { className: "trouble", role: "alert" }, wordsOf(answer))];
	const none = t("pins.none");
	const body = rows.length > 0 ? rows : [make("p", "hint", none)];
	const dialog = showDialog(t("pins"), ...body);
}

function row({ name, time, text, by }: Pin, onclick: () => void) {
	const words = make("span", { dir: "auto" }, onOneLine(text));
	return button(
		"pin",
		onclick,
		make("span", "", nameTag(name), " ", timeElement(time)),
		words,
		make("span", "hint", ...nodes("message.pinned", { name: nameTag(by) })),
	);
}
