/**
 * Carries out what operators and moderators do, and answers in words. A
 * member types it to the bot; it is not posted then.
 */
import {
	type BotCommand,
	readBotCommand,
} from "../../machines/bot-commands.ts";
import type { PlumeEvent } from "../../machines/events.ts";
import { BOT_NAME } from "../../machines/message.ts";
import { withoutControls } from "../../machines/text.ts";
import { roomInWords } from "../chat/room-name.ts";
import type { Found } from "../history/found.ts";
import { messageOf } from "../log/disk.ts";
import { momentOf } from "../moment.ts";
import type { Command } from "./command.ts";
import { type Actor, actorOf } from "./commands/actor.ts";
import { type Decision, NOTHING, type View } from "./commands/decision.ts";
import { decideAct, NO_MESSAGE } from "./commands/moderate.ts";
import type { Connection } from "./connection.ts";
import type { Erasures } from "./erasures.ts";
import { cannot, type Decide, OperatorError } from "./operation.ts";
import { isTooNew, type RunningParts, viewOf } from "./parts.ts";
import type { Rule } from "./refusals.ts";
import type { RequestLimits } from "./request-limits.ts";
import type { Responder } from "./responder.ts";

/** What was asked: `what` is a name, the offset of a message, or the id of a report. */
export interface ActAsked {
	readonly act: BotCommand;
	readonly room: string;
	readonly what: string;
	readonly why: string;
}

/** What people are told whom a moderator mutes, or sends away. */
export function explained(
	event: PlumeEvent<"identity.banned" | "identity.kicked" | "identity.muted">,
	reason: string | undefined,
): string {
	const { type, until } = event;
	const may = type === "identity.muted" ? "say nothing in" : "not enter";
	const where = "room" in event ? roomInWords(event.room) : "this server";
	const when = until === undefined ? "" : ` until ${momentOf(until)}`;
	return `You may ${may} ${where}${when}${reason ? `: ${reason}` : "."}`;
}

interface ModerationParts extends RunningParts {
	readonly responder: Responder;
	readonly erasures: Erasures;
	readonly requestLimits: RequestLimits;
}

export class Moderation {
	readonly #parts: ModerationParts;

	constructor(parts: ModerationParts) {
		this.#parts = parts;
	}

	/** Resolves with the words about it once it is durable; rejects with `OperatorError` if it can't be done. */
	async operate(decide: Decide): Promise<readonly string[]> {
		this.#mustBeWritable();
		const { entries, says } = decide(viewOf(this.#parts));
		if (isTooNew(this.#parts, entries)) cannot("nodesAreAlike");
		this.#parts.pipeline.guarded(() => this.#parts.pipeline.append(entries));
		await this.#durable();
		return says;
	}

	async act(actor: Actor, asked: ActAsked): Promise<readonly string[]> {
		const { act, room, what } = asked;
		const why = this.#reason(asked.why);
		if (act === "remove") return this.#remove(actor, { ...asked, why });
		const found = act === "report" ? await this.#find(room, what) : undefined;
		return this.operate((view) =>
			decideAct(act, { view, actor, room, what, why, found }),
		);
	}

	/** What is decided on a text for the bot, which answers the one who typed it; undefined if it is for others, as a numbered message always is. */
	hear(
		view: View,
		{ n, text }: Command<"text">,
		connection: Connection,
	): Decision | undefined {
		const { client } = view;
		const asked = readBotCommand(text);
		if (n !== undefined || !asked || !client?.matches("inRoom"))
			return undefined;
		const refused = this.#parts.requestLimits.spend(view, text);
		if (refused) return refused;
		const { room } = client.context;
		const answer = (lines: readonly string[]) => {
			for (const line of lines)
				this.#parts.responder.reply(connection, {
					...{ kind: "aside", name: BOT_NAME, text: line },
				});
		};
		const actor = actorOf(view, client.context, room);
		this.act(actor, { ...asked, room }).then(answer, (error: unknown) => {
			if (error instanceof OperatorError) answer([error.message]);
			else this.#parts.pipeline.onFatal(Error(messageOf(error)));
		});
		return NOTHING;
	}

	/** The message at an offset of a room as it is now. */
	async #find(room: string, what: string): Promise<Found | undefined> {
		const { epoch } = this.#parts.states.committed.head(room);
		const offset = Number(what);
		if (!Number.isSafeInteger(offset)) return undefined;
		const { archive, report, erasures } = this.#parts;
		if (erasures.isBusy) cannot("isNotTooFast");
		return archive.find({ room, epoch, offset }).catch((error: unknown) => {
			report.warn({ error: messageOf(error) }, "a message could not be read");
			return cannot("historyIsReadable");
		});
	}

	/** A reason on one line. The log takes no broken characters, and no terminal is to obey others. */
	#reason(typed: string): string {
		const { reasonPoints } = this.#parts.policy.limits;
		const why = withoutControls(typed).trim();
		if ([...why].length > reasonPoints)
			cannot({
				words: `That reason is too long: say it in ${reasonPoints} characters.`,
			});
		return why;
	}

	async #remove(actor: Actor, { room, what, why }: ActAsked) {
		const { epoch } = this.#parts.states.committed.head(room);
		const position = { room, epoch, offset: Number(what) };
		const rule = await new Promise<Rule | undefined>((resolve) =>
			this.#parts.erasures.eraseOne(actor, position, why, resolve),
		);
		if (rule === "placeIsKnown") return cannot({ words: NO_MESSAGE });
		return rule === undefined
			? ["It is removed, for everyone and for good."]
			: cannot(rule);
	}

	#mustBeWritable(): void {
		if (this.#parts.pipeline.stopping)
			cannot({ words: "The server is stopping." });
		if (this.#parts.pipeline.frozen) cannot("diskHasSpace");
	}

	#durable(): Promise<unknown> {
		return new Promise((resolve) => this.#parts.pipeline.afterwards(resolve));
	}
}
