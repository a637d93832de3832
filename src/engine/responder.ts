/**
 * Answers one connection: with a reply, or with a refusal in words. Neither is
 * sent before all that it was decided on is durable.
 */
import { MessageType } from "../../machines/message.ts";
import type { ServerMessage } from "../chat/server-message.ts";
import { type Connection, clientOf, sameAsNow } from "./connection.ts";
import { pendingOf } from "./logins.ts";
import type { Answer } from "./message-queue.ts";
import type { RunningParts } from "./parts.ts";
import { RefusalCounter } from "./refusal-counter.ts";
import { type RefusalDetails, type Rule, refusalWords } from "./refusals.ts";

export class Responder {
	readonly #parts: RunningParts;
	/** Counts every refusal, those of handshakes too. */
	readonly refusals = new RefusalCounter();

	constructor(parts: RunningParts) {
		this.#parts = parts;
	}

	reply(connection: Connection, message: ServerMessage): void {
		const { pipeline } = this.#parts;
		pipeline.tell(connection, () => connection.mailbox.put(message));
	}

	/** Refuses a change of a message, or says that it is done if the request has an id. */
	answering(
		connection: Connection,
		kind: "eraseDone" | "relationDone",
		id: string | undefined,
	): Answer {
		const { erase, relation } = MessageType;
		const re = kind === "eraseDone" ? erase : relation;
		const isSame = sameAsNow(connection);
		return (broken) => {
			if (!isSame()) return;
			if (broken) this.refuse(connection, broken, re, { id });
			else if (id !== undefined) this.reply(connection, { kind, id });
		};
	}

	/** Tells someone in a room at once that nothing can be said for now. That rests on no event. */
	warn({ mailbox, gone }: Connection, code: Rule): void {
		this.refusals.count(code);
		const about = { re: MessageType.text, inRoom: true };
		const text = refusalWords[code];
		if (!gone) mailbox.put({ kind: "refused", code, text, ...about });
	}

	/** `re` is the type of the frame that is refused, if it had one. */
	refuse(
		connection: Connection,
		rule: Rule,
		re: number | undefined,
		{ id, n, expected, retryAfterMs: retryAfter }: RefusalDetails = {},
	): void {
		this.refusals.count(rule);
		const { login } = connection;
		const client = clientOf(this.#parts.states.ordered, connection);
		const pending = login && pendingOf(this.#parts, login);
		this.reply(connection, {
			kind: "refused",
			...{ code: rule, text: refusalWords[rule] },
			...{ re, id, n, expected, retryAfter },
			inRoom: client?.matches("inRoom") === true,
			...(pending && { login: pending, now: this.#parts.clock.now() }),
		});
	}
}
