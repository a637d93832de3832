/** Edits, reactions and pins, as the reader makes them. */

import type { Said } from "../machines/message.ts";
import { showBriefly } from "./brief-notice.ts";
import { later } from "./lazy.ts";
import type { Page } from "./page.ts";
import type { Target } from "./storage.ts";
import { t } from "./words.ts";

/** A message can be edited for so long. */
const EDITABLE_MS = 24 * 3_600_000;

export const isEditable = ({ time, erased }: Said): boolean =>
	!erased && Date.now() - time < EDITABLE_MS;

const about = ({ room, epoch, offset: target }: Said) => ({
	room,
	epoch,
	target,
});

/** The message of the room on the screen that is meant, if it is there. */
export function messageAt(page: Page, target: Target | undefined) {
	const line = target && page.lineAt(target.offset);
	const isThere = line?.kind === "said" && line.epoch === target?.epoch;
	return isThere ? line : undefined;
}

/** A message as it is by now, as far as the page knows: what others did to it while a dialog about it was open is in the room on the screen. */
export const current = (page: Page, message: Said): Said =>
	(page.room === message.room ? messageAt(page, message) : undefined) ??
	message;

/** The page knows that a message of the room on the screen was deleted. The server only knows that it is not there. */
export const isGone = (page: Page, message: Said): boolean =>
	current(page, message).erased === true;

type Wish =
	| { readonly kind: "edit" | "react" | "unreact"; readonly text: string }
	| { readonly kind: "pin" | "unpin" };

/** Resolves with what is wrong, or with nothing. */
const ask = async (page: Page, message: Said, wish: Wish) =>
	isGone(page, message)
		? t("message.deleted")
		: page.ask({ ...about(message), ...wish });

/** Resolves with what is wrong, or with nothing. */
export const editMessage = (page: Page, message: Said, text: string) =>
	ask(page, message, { kind: "edit", text });

/** Gives a reaction, or takes it back. */
export async function toggleReaction(page: Page, message: Said, text: string) {
	const given = message.reactions?.find((one) => one.text === text);
	const isMine = given?.by.some(({ name }) => page.isOwn(name));
	const kind = isMine ? "unreact" : "react";
	showBriefly(await ask(page, message, { kind, text }));
}

export async function togglePin(page: Page, message: Said): Promise<void> {
	const kind = message.pinned === undefined ? "pin" : "unpin";
	showBriefly(await ask(page, message, { kind }));
}

/** Resolves with the emoji that the reader chooses, if any. */
export const pickEmoji = async (): Promise<string> =>
	(await (await later())?.chooseEmoji()) ?? "";

/** Lets the reader choose an emoji for a message. */
export async function chooseReaction(page: Page, message: Said): Promise<void> {
	const emoji = await pickEmoji();
	if (emoji) await toggleReaction(page, message, emoji);
}
