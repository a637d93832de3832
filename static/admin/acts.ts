/** What an admin can do about each row of a table, and the dialog that asks how. */
import { find, say } from "../element.ts";

/** The words on a button, the command, and its first arguments: a room before a name. */
export type Act = readonly [string, string, ...string[]];
type ActsAt = (row: readonly string[]) => readonly Act[];

/**
 * What is asked for the last argument, if anything is, and what the dialog
 * says. With a reason goes a time. All else is done at once.
 */
const dialogs: Readonly<Record<string, readonly [string, string]>> = {
	ban: ["Reason", "Every tab of theirs closes, and no name lets them in."],
	kick: ["Reason", "They leave the room, and may come back after that."],
	mute: ["Reason", "They may say nothing in that room."],
	remove: ["Why", "It is gone for everyone, for good."],
	rename: ["New name", "Open tabs come back under it by themselves."],
	release: ["", "Its sessions end. The first who asks for it then has it."],
	dismiss: ["", "Nothing is done to the message."],
	close: ["", "Only people who own a name here get in."],
	say: ["Words", "The bot says them in that room."],
	notice: ["Words", "The bot says them in every open room."],
};

export const actsAt: Readonly<Record<string, ActsAt>> = {
	reports: ([id = "", , , room = "", number = "", author = ""]) => [
		["Remove", "remove", room, number],
		["Ban", "ban", author],
		["Dismiss", "dismiss", id],
	],
	who: ([name = "", room = "", state = ""]) => [
		state.endsWith("muted")
			? ["Unmute", "unmute", room, name]
			: ["Mute", "mute", room, name],
		["Send out", "kick", room, name],
		["Ban", "ban", name],
	],
	bans: ([names = ""]) => [["Unban", "unban", names.split(", ")[0] ?? ""]],
	// One row only counts the rooms that are not public.
	rooms: ([room = ""]) =>
		room.includes(" ") ? [] : [["Write to", "say", room]],
	status: ([what = "", now = ""]) => {
		if (what !== "newcomers") return [];
		const isOpen = now === "let in";
		return [isOpen ? ["Keep them out", "close"] : ["Let them in", "open"]];
	},
	names: ([name = ""]) => [
		["Rename", "rename", name],
		["Free", "release", name],
		["Ban", "ban", name],
	],
};

/** What a button does, for a reader who does not see its row. */
export const labelOf = ([words, , ...args]: Act) =>
	`${words} ${args.toReversed().join(" in ")}`.trim();

/** All arguments, once what they need was typed; undefined if it shall not be done. */
export async function argumentsOf(act: Act) {
	const [words, command, ...args] = act;
	const [asks = "", says] = dialogs[command] ?? [];
	if (says === undefined) return args;
	const isTimed = asks === "Reason";
	const dialog = find("#confirm", HTMLDialogElement);
	dialog.querySelector("form")?.reset();
	find("#time-label").hidden = !isTimed;
	// A kick always ends.
	find("#time [value='']", HTMLOptionElement).disabled = command === "kick";
	find("#typed-label").hidden = !asks;
	say("#typed-words", asks);
	say("#confirm-title", labelOf(act));
	say("#confirm-words", says);
	say("#confirm-yes", words);
	dialog.returnValue = "";
	dialog.showModal();
	await new Promise((resolve) => {
		dialog.onclose = resolve;
	});
	if (dialog.returnValue !== "yes") return undefined;
	const time = isTimed ? find("#time", HTMLSelectElement).value : "";
	const last = `${time} ${find("#typed", HTMLInputElement).value}`.trim();
	return last ? [...args, last] : args;
}
