/** `plume acts`: prints who moderated whom, when and why, one line for each act. */
import type { Identity, NameKey } from "../../machines/events.ts";
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
		/** The act to print next. What the bot says in several rooms at once is one. */
		let next = { key: "", rooms: 0, before: "", words: "", why: "" };
		const printNext = () => {
			if (next.rooms > 0) print(next.before + next.words + next.why);
		};
		const reading = input.fold((step) => {
			const words = actIn(step);
			if (words === undefined) return;
			const { event, erasable, seq } = step.stored;
			const { time, type } = event;
			const by = actorOf(step);
			const why = erasable?.text ? `: ${withoutControls(erasable.text)}` : "";
			const key = type === "notice.posted" ? `${time} ${by}${why}` : `#${seq}`;
			if (key === next.key) {
				next.words = `said in ${++next.rooms} rooms as the bot`;
				return;
			}
			printNext();
			const before = `${momentOf(time)}  #${seq}  ${by} `;
			next = { key, rooms: 1, before, words, why };
			acts++;
		});
		const { seq } = await reading.finally(printNext);
		if (acts === 0) print(`Nobody has moderated anybody in ${seq} events.`);
		return 0;
	});
}

/** The name that a person used last, or what is known of one who has none any more. In older logs only the operator did what has no name to it. */
function nameOf({ server }: State, who: Identity = BOT_NAME): string {
	if (who === BOT_NAME) return "the operator";
	const [owner] = [...server.context.names.values()]
		.filter((each) => each.identity === who || personOf(each) === who)
		.sort((one, other) => other.lastUsed - one.lastUsed);
	return owner?.name ?? `someone (${who.slice(0, 6)})`;
}

const actorOf = ({ before, stored: { event } }: Step) =>
	nameOf(before, "by" in event ? event.by : BOT_NAME);

/** Who did what to whom; undefined if that was no moderation. */
export function actOf(step: Step): string | undefined {
	const words = actIn(step);
	return words && `${actorOf(step)} ${words}`;
}

/** What was done, behind the name of who did it; undefined if that was no moderation. */
function actIn({ stored: { event }, before }: Step): string | undefined {
	const name = (who: Identity) => nameOf(before, who);
	const named = (nameKey: NameKey) =>
		before.server.context.names.get(nameKey)?.name ?? nameKey;
	const room = "room" in event ? roomInWords(event.room ?? "") : "";
	const until = (event: { readonly until?: number }) =>
		event.until === undefined ? "" : ` until ${momentOf(event.until)}`;
	switch (event.type) {
		case "identity.banned":
			return `banned ${name(event.identity)}${until(event)}`;
		case "identity.unbanned":
			return `lifted the ban of ${name(event.identity)}`;
		case "identity.kicked":
			return event.until > event.time
				? `sent ${name(event.identity)} out of ${room}${until(event)}`
				: `let ${name(event.identity)} enter ${room} again`;
		case "identity.muted":
			return `muted ${name(event.identity)} in ${room}${until(event)}`;
		case "identity.unmuted":
			return `let ${name(event.identity)} speak in ${room} again`;
		case "login.handed":
			return `handed out a code for ${before.client(event.client)?.context.name}`;
		case "message.reported":
			return `reported message ${event.target} of ${name(event.author)} in ${room} as ${event.why}`;
		case "report.closed":
			return "closed a report";
		case "name.released":
			// Without `by` its owner freed it, or time.
			return event.by && `freed the name ${named(event.nameKey)}`;
		case "name.renamed":
			return `changed the name ${named(event.nameKey)} to ${event.name}`;
		case "notice.posted":
			// Without `by` it is the bot's own.
			return event.by && `said in ${room} as the bot`;
		case "registration.closed":
			return "let no newcomers in";
		case "registration.opened":
			return "let newcomers in again";
		case "message.erased":
			return event.as === "author" || event.as === "retention"
				? undefined
				: `removed message ${event.target} of ${event.name} in ${room}`;
	}
}
