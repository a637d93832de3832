/** Gives a message of one's own other words. */
import { withoutEmptyLines } from "../../../machines/text.ts";
import { refuse } from "./decision.ts";
import { nothingToDo, related, relating } from "./relate.ts";
import { mutedUntil } from "./sanction.ts";
import { textBroken } from "./text.ts";

const HOUR_MS = 3_600_000;

export const edit = relating<"edit">(
	(view, { text }, limits) => {
		const unfit = textBroken(withoutEmptyLines(text), view.limits);
		return unfit ? refuse(unfit) : limits.spend(view, text);
	},
	({ view, client, room, found, fact }, { text: typed }) => {
		const { identity, id } = client;
		if (found.author.identity !== identity) return { refused: "isTheirOwn" };
		if (view.now - found.time > view.limits.editHours * HOUR_MS)
			return { refused: "isYoung" };
		if (mutedUntil(view, room) > 0) return { refused: "isNotMuted" };
		const text = withoutEmptyLines(typed);
		if (text === found.text) return nothingToDo;
		const type = "message.edited" as const;
		const edited = { type, ...fact, client: id, seqs: [found.seq] };
		const entry = view.secrets.worded(edited, text);
		return related(room, { ...entry, found: [found] });
	},
);
