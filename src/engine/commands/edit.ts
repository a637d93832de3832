/** Gives a message of one's own other words. */
import { withoutEmptyLines } from "../../../machines/text.ts";
import { type Handler, refuse } from "./decision.ts";
import {
	type About,
	isMutedIn,
	nothingToDo,
	type Related,
	relate,
	related,
} from "./relate.ts";
import { textBroken } from "./text.ts";

const HOUR_MS = 3_600_000;

export const edit: Handler<"edit"> = (view, command, connection, services) => {
	const text = withoutEmptyLines(command.text);
	const unfit = textBroken(text, view.limits);
	if (unfit) return refuse(unfit);
	const spent = services.requestLimits.spend(view, command.text);
	if (spent) return spent;
	return relate(view, command, connection, services, (about) =>
		decideEdit(about, text),
	);
};

function decideEdit(about: About, text: string): Related {
	const { view, client, room, found, fact } = about;
	const { identity, id } = client;
	if (found.author.identity !== identity) return { refused: "isTheirOwn" };
	if (view.now - found.time > view.limits.editHours * HOUR_MS)
		return { refused: "isYoung" };
	if (isMutedIn(about)) return { refused: "isNotMuted" };
	if (text === found.text) return nothingToDo;
	const type = "message.edited" as const;
	const edited = { type, ...fact, client: id, seqs: [found.seq] };
	const entry = view.secrets.worded(edited, text);
	return related(room, { ...entry, found: [found] });
}
