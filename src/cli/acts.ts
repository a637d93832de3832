/** `plume acts`: prints who moderated whom, when and why, one line for each act. */
import type { Identity } from "../../machines/events.ts";
import { BOT_NAME } from "../../machines/message.ts";
import { withoutControls } from "../../machines/text.ts";
import { roomInWords } from "../chat/room-name.ts";
import { personOf } from "../engine/commands/names-held.ts";
import type { Step } from "../engine/fold.ts";
import type { State } from "../engine/state.ts";
import { momentOf } from "../moment.ts";
import { parseOptions } from "./options.ts";
import { type LogCommand, logCommand } from "./source.ts";

export function parse(args: readonly string[]): LogCommand {
	const { positionals } = parseOptions("acts", args, {});
	return logCommand(positionals[0], async (input, { print }) => {
		let acts = 0;
		const { seq } = await input.fold((step) => {
			const words = actIn(step);
			if (words === undefined) return;
			const { event, erasable, seq } = step.stored;
			const why = erasable?.text ? `: ${withoutControls(erasable.text)}` : "";
			print(`${momentOf(event.time)}  #${seq}  ${words}${why}`);
			acts++;
		});
		if (acts === 0) print(`Nobody has moderated anybody in ${seq} events.`);
		return 0;
	});
}

/** The name of a person, or what is known of one who has none any more. */
function nameOf({ server }: State, who: Identity): string {
	if (who === BOT_NAME) return "the operator";
	const owner = server.context.names.find(
		(each) => each.identity === who || personOf(each) === who,
	);
	return owner?.name ?? `someone (${who.slice(0, 6)})`;
}

function actIn({ stored: { event }, before }: Step): string | undefined {
	// In older logs only the operator did what has no name to it.
	const name = (who: Identity = BOT_NAME) => nameOf(before, who);
	const until = (event: { readonly until?: number }) =>
		event.until === undefined ? "" : ` until ${momentOf(event.until)}`;
	switch (event.type) {
		case "identity.banned":
			return `${name(event.by)} banned ${name(event.identity)}${until(event)}`;
		case "identity.unbanned":
			return `${name(event.by)} lifted the ban of ${name(event.identity)}`;
		case "identity.kicked":
			return event.until > event.time
				? `${name(event.by)} sent ${name(event.identity)} out of ${roomInWords(event.room)}${until(event)}`
				: `${name(event.by)} let ${name(event.identity)} enter ${roomInWords(event.room)} again`;
		case "identity.muted":
			return `${name(event.by)} muted ${name(event.identity)} in ${roomInWords(event.room)}${until(event)}`;
		case "identity.unmuted":
			return `${name(event.by)} let ${name(event.identity)} speak in ${roomInWords(event.room)} again`;
		case "login.handed":
			return `the operator handed out a code for ${before.client(event.client)?.context.name}`;
		case "message.reported":
			return `${name(event.by)} reported message ${event.target} of ${name(event.author)} in ${roomInWords(event.room)} as ${event.why}`;
		case "report.closed":
			return `${name(event.by)} closed a report`;
		case "name.released": {
			// Its owner freed it, or time.
			if (event.by === undefined) return undefined;
			const owner = before.server.context.names.get(event.nameKey);
			return `${name(event.by)} freed the name ${owner?.name ?? event.nameKey}`;
		}
		case "name.renamed":
			return `${name(event.by)} changed a name to ${event.name}`;
		case "notice.posted":
			// The bot's own.
			if (event.by === undefined) return undefined;
			return `${name(event.by)} said in ${roomInWords(event.room)} as the bot`;
		case "registration.closed":
			return `${name(event.by)} let no newcomers in`;
		case "registration.opened":
			return `${name(event.by)} let newcomers in again`;
		case "message.erased":
			return event.as === "author" || event.as === "retention"
				? undefined
				: `${name(event.by)} removed message ${event.target} of ${event.name} in ${roomInWords(event.room)}`;
	}
}
