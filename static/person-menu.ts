/**
 * The menu about a person, or about a message of theirs. Each choice is a
 * command to the bot, which carries it out and answers. It is loaded when it is
 * first opened.
 */

import { BOT_NAME, type Said } from "../machines/message.ts";
import { showBriefly } from "./brief-notice.ts";
import { fieldset, showDialog, smallButton } from "./dialog.ts";
import { focusField, make, say } from "./element.ts";
import { confirmedFor } from "./erase.ts";
import { lastAct } from "./last-act.ts";
import type { Page } from "./page.ts";
import { OFFLINE } from "./requests.ts";
import { clearOffline } from "./when-open.ts";
import { t } from "./words.ts";

/** UTF-16 units of a message that the menu shows. */
const MOST_SHOWN = 160;

/** The words on a button, and the command: what it does, and for how long or why. */
type Choice = readonly [words: string, act: string, more?: string];

const REPORTS: readonly Choice[] = [
	[t("report.spam"), "report", "spam"],
	[t("report.abuse"), "report", "abuse"],
	[t("report.other"), "report", "other"],
];
const REMOVE: Choice = [t("remove"), "remove"];
const IN_ROOM: readonly Choice[] = [
	[t("mute.minutes"), "mute", "10m"],
	[t("mute.hour"), "mute", "1h"],
	[t("unmute"), "unmute"],
	[t("kick.minutes"), "kick", "5m"],
	[t("kick.day"), "kick", "1d"],
	[t("unkick"), "unkick"],
];
const EVERYWHERE: readonly Choice[] = [
	[t("ban.week"), "ban", "1w"],
	[t("ban"), "ban"],
	[t("unban"), "unban"],
];

interface About {
	readonly page: Page;
	readonly name: string;
	readonly message?: Said;
}

export function openMenu(about: About): void {
	const { page, name, message } = about;
	const why = make("input", { id: "why", maxLength: 200, dir: "auto" });
	why.autocomplete = "off";
	why.setAttribute("aria-describedby", "why-hint");
	const trouble = make("p", { className: "trouble", role: "alert" });
	const group = (legend: string, choices: readonly Choice[]) => {
		const buttons = choices.map(([words, act, more]) => {
			const button = smallButton(words, async () => {
				const isLast = act === "remove" && message;
				if (isLast && !(await isSure(page, message))) return;
				// What was typed is not lost.
				if (why.value && !page.isOpen) return say(trouble, OFFLINE);
				dialog.close();
				choose(about, act, more, why.value);
			});
			button.classList.toggle("danger", /^(ban|remove)/.test(act));
			return button;
		});
		return fieldset(legend, make("div", "row-of", ...buttons));
	};
	const isBlocked = page.isBlocked(name);
	const own = group(t("menu.own"), [
		isBlocked ? [t("unblock"), "unblock"] : [t("block"), "block"],
		...(message ? REPORTS : []),
	]);
	const talk = async () => {
		dialog.close();
		showBriefly(await page.ask({ kind: "talkTo", names: [name] }, lastAct()));
	};
	const mayTalk = !message && name !== BOT_NAME;
	const inRoom = message ? [REMOVE, ...IN_ROOM] : IN_ROOM;
	const others = [
		make("label", { htmlFor: "why" }, t("menu.reason")),
		why,
		make("p", { id: "why-hint", className: "hint" }, t("menu.why")),
		trouble,
		group(t("menu.room", { room: page.titleOf(page.room) }), inRoom),
		...(page.role === "admin" ? [group(t("menu.everywhere"), EVERYWHERE)] : []),
	];
	const text = message?.text.slice(0, MOST_SHOWN) ?? "";
	const dialog = showDialog(
		name,
		make("p", { className: "hint", dir: "auto" }, text),
		...(mayTalk ? [smallButton(t("talk"), talk)] : []),
		own,
		...(page.role === "member" ? [] : others),
	);
	clearOffline(page, dialog);
}

function isSure(page: Page, message: Said): Promise<boolean> {
	const title = (text: string) => t("remove.sure", { text });
	return confirmedFor(page, message, title, t("remove.yes"));
}

function choose(
	{ page, name, message }: About,
	act: string,
	more: string | undefined,
	reason: string,
): void {
	// A name may be somebody else's by now; but it is a name that is unblocked.
	const byName = !message || act === "unblock";
	const number = /report|remove/.test(act) ? "" : "#";
	const whom = byName ? name : `${number}${message.offset}`;
	const why = /block|report/.test(act) ? "" : reason;
	const parts = [`@${BOT_NAME}`, act, whom, more, why];
	const command = parts.filter(Boolean).join(" ");
	// A reason that was typed is not to be typed again.
	if (!page.tellBot(command, why && command)) showBriefly(OFFLINE);
	focusField();
}
