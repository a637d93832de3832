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
import { whereInWords } from "../chat/room-name.ts";
import type { Found } from "../history/found.ts";
import { type Say, sayIn } from "../languages/words.ts";
import { messageOf } from "../log/disk.ts";
import type { Command } from "./command.ts";
import { type ActorIn, actorLater } from "./commands/actor.ts";
import {
	type Decision,
	NOTHING,
	refuse,
	type View,
} from "./commands/decision.ts";
import { decideAct } from "./commands/moderate.ts";
import { type Connection, sameAsNow } from "./connection.ts";
import type { Erasures } from "./erasures.ts";
import { cannot, type Decide, OperatorError } from "./operation.ts";
import { isTooNew, leads, type RunningParts, viewOf } from "./parts.ts";
import type { Rule } from "./refusals.ts";
import type { RequestLimits } from "./request-limits.ts";
import type { Responder } from "./responder.ts";

const english = sayIn();

/** What was asked: `what` is a name, the offset of a message, or the id of a report. */
export interface ActAsked {
	readonly act: BotCommand;
	readonly room: string;
	/** What the answer calls the room: an operator is not told the key of a private one. */
	readonly called?: string;
	readonly what: string;
	readonly why: string;
	/** The offset of a message, if it is about the author. */
	readonly author?: string | undefined;
	/** The words of the answer: English, unless they are given. */
	readonly say?: Say;
}

/** What people are told whom a moderator mutes, or sends away. */
export const explained =
	(
		event: PlumeEvent<"identity.banned" | "identity.kicked" | "identity.muted">,
		reason: string | undefined,
	) =>
	(say: Say): string => {
		const { time: from, until } = event;
		const isMute = event.type === "identity.muted";
		const to = isMute ? "in" : "into";
		const where = "room" in event ? whereInWords(say, to, event.room) : "";
		const time = until === undefined ? "" : { ms: until - from };
		const key =
			event.type === "identity.kicked"
				? "you.kicked"
				: (`you.${isMute ? "muted" : "banned"}${time ? "For" : ""}` as const);
		const end = reason ? say("you.why", { reason }) : say("you.end");
		return say(key, { where, time }) + end;
	};

/** Why nobody waits any longer for what was ordered. */
type GivenUp = "act.waits" | "act.deposed";
type Task<Value> = (done: (value: Value) => void, ordered: () => void) => void;

interface ModerationParts extends RunningParts {
	readonly responder: Responder;
	readonly erasures: Erasures;
	readonly requestLimits: RequestLimits;
}

export class Moderation {
	readonly #parts: ModerationParts;
	/** Those who wait for what was ordered. */
	readonly #waiting = new Set<(why: GivenUp) => void>();

	constructor(parts: ModerationParts) {
		this.#parts = parts;
	}

	/** Resolves with the words about it once it is durable; rejects with `OperatorError` if it can't be done. */
	async operate(
		decide: Decide,
		say: Say = english,
	): Promise<readonly string[]> {
		const { pipeline } = this.#parts;
		if (pipeline.stopping) cannot({ words: say("act.stopping") });
		if (!leads(this.#parts)) cannot({ words: say("act.deposed") });
		if (pipeline.frozen) cannot("diskHasSpace");
		const { entries, apart = [], says } = decide(viewOf(this.#parts));
		const all = [entries, ...apart];
		if (isTooNew(this.#parts, all.flat())) cannot("nodesAreAlike");
		pipeline.guarded(() => {
			for (const some of all) pipeline.append(some);
		});
		await this.#orGivenUp<number>(say, (done, ordered) => {
			ordered();
			pipeline.afterwards(done);
		});
		return says;
	}

	/** Call when the disk is full, so that it may take long, or when another node decides, and it may be lost. */
	giveUp(why: GivenUp): void {
		for (const giveUp of this.#waiting) giveUp(why);
	}

	async act(actorIn: ActorIn, asked: ActAsked): Promise<readonly string[]> {
		const { act, room, called = room, what, say = english } = asked;
		const why = this.#reason(asked.why, say);
		if (act === "remove")
			return this.#remove(actorIn, { ...asked, called, why, say });
		const at = act === "report" ? what : asked.author;
		const found = at ? await this.#find(room, at) : undefined;
		if (at && !found) cannot({ words: say("act.noMessage") });
		const parts = { room, called, what, why, found, say };
		return this.operate((view) => {
			const actor = actorIn(view);
			return decideAct(act, { view, actor, ...parts });
		}, say);
	}

	/** What is decided on a text for the bot, which answers the one who typed it; undefined if it is for others, as a numbered message always is. */
	hear(
		view: View,
		{ n, text, room: meant }: Command<"text">,
		connection: Connection,
	): Decision | undefined {
		const { client } = view;
		const asked = readBotCommand(text);
		if (n !== undefined || !asked || !client?.matches("inRoom"))
			return undefined;
		const { room } = client.context;
		if ((meant ?? room) !== room) return refuse("isInside");
		const refused = this.#parts.requestLimits.spend(view, text);
		if (refused) return refused;
		const aside = { kind: "aside", name: BOT_NAME } as const;
		const isSame = sameAsNow(connection);
		const answer = (lines: readonly string[]) => {
			if (!isSame()) return;
			for (const line of lines)
				this.#parts.responder.reply(connection, { ...aside, text: line });
		};
		const actorIn = actorLater(view, client.context, room);
		const say = sayIn(connection.login?.user.language);
		// A name may be somebody else's by now. An operator means no room by it.
		const [, author] = /^#(\d+)$/.exec(asked.what) ?? [];
		const act = { ...asked, author, room, say };
		this.act(actorIn, act).then(answer, (error: unknown) => {
			if (error instanceof OperatorError) answer([error.in(say)]);
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
	#reason(typed: string, say: Say): string {
		const { reasonPoints } = this.#parts.policy.limits;
		const why = withoutControls(typed).trim();
		if ([...why].length > reasonPoints)
			cannot({ words: say("act.longReason", { count: reasonPoints }) });
		return why;
	}

	async #remove(actorIn: ActorIn, asked: Required<Omit<ActAsked, "author">>) {
		const { room, what, why, say } = asked;
		if (!/^\d+$/.test(what)) cannot({ words: say("act.noNumber") });
		const { epoch } = this.#parts.states.committed.head(room);
		const position = { room, epoch, offset: Number(what) };
		const rule = await this.#orGivenUp<Rule | undefined>(say, (...answers) =>
			this.#parts.erasures.eraseOne(actorIn, position, why, ...answers),
		);
		if (rule === "placeIsKnown") return cannot({ words: say("act.noMessage") });
		if (rule === "sequencerIsThere") cannot({ words: say("act.deposed") });
		return rule === undefined ? [say("act.removed")] : cannot(rule);
	}

	/** Resolves as the task does; but once that is ordered, it may be given up. */
	#orGivenUp<Value>(say: Say, task: Task<Value>): Promise<Value> {
		let giveUp = (_: GivenUp) => {};
		return new Promise<Value>((resolve, reject) => {
			giveUp = (why) => reject(new OperatorError(say(why)));
			task(resolve, () => this.#waiting.add(giveUp));
		}).finally(() => this.#waiting.delete(giveUp));
	}
}
