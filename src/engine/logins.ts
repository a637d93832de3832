/**
 * Login codes: mailed once the login is durable. A login ends when its mail
 * can't be sent, so that the person may ask again at once.
 */
import type { ClientId } from "../../machines/events.ts";
import { MessageType } from "../../machines/message.ts";
import type { PendingLogin, ServerMessage } from "../chat/server-message.ts";
import { sayIn } from "../languages/words.ts";
import type { Allowance, Sender } from "../mail/allowance.ts";
import type { KnownNetworks } from "../mail/known-networks.ts";
import type { MailError } from "../mail/mailer.ts";
import type { Outbox } from "../mail/outbox.ts";
import type { Attachments } from "./attachments.ts";
import { type Decision, type FreshCode, refuse } from "./commands/decision.ts";
import { resendAt } from "./commands/hello.ts";
import { namesHeld } from "./commands/names-held.ts";
import type { Connection, Login } from "./connection.ts";
import type { EngineParts, RunningParts } from "./parts.ts";
import type { Responder } from "./responder.ts";

export interface Mail {
	readonly outbox: Outbox;
	readonly allowance: Allowance;
	readonly known: KnownNetworks;
}

interface LoginsParts extends RunningParts {
	readonly responder: Responder;
	readonly attachments: Attachments;
}

/** A code that was asked for, and the id of the request. */
type Asked = FreshCode & { readonly id: string | undefined };

export class Logins {
	readonly #parts: LoginsParts;

	constructor(parts: LoginsParts) {
		this.#parts = parts;
	}

	/** Counts one mail against the allowances, or refuses it by the one that is used up. */
	countMail(connection: Connection, fresh: FreshCode): Decision | undefined {
		const sender = this.#senderOf(connection, fresh);
		const { outbox, allowance } = this.#parts.mail;
		if (!outbox.admit(sender)) return refuse("mailIsNotBusy");
		const used = allowance.take(sender);
		return used && refuse(used.rule, { retryAfterMs: used.retryAfterMs });
	}

	#senderOf({ networks }: Connection, { person: mailbox }: FreshCode): Sender {
		const { known } = this.#parts.mail;
		const [network = ""] = networks;
		const { names } = this.#parts.states.ordered.server.context;
		return {
			...{ mailbox, networks },
			isHome: known.has(network, mailbox),
			isNear: known.has(network),
			isKnown: namesHeld(names, mailbox).length > 0,
		};
	}

	/** Mails the code as soon as the login is durable, even if the connection is gone by then. */
	send(connection: Connection, login: Login, asked: Asked): void {
		const { code, id } = asked;
		const { email: to, name, language } = asked.user;
		const sender = this.#senderOf(connection, asked);
		const { policy } = this.#parts;
		const { outbox } = this.#parts.mail;
		const expiresInMinutes = Math.round(policy.limits.codeSeconds / 60);
		this.#parts.pipeline.whenDurable(() => {
			const waitMs = outbox.admit(sender)?.waitMs ?? 0;
			const mail = { to, name, code, expiresInMinutes, language };
			outbox.post(mail, sender, (error) => {
				if (error) this.#failed(connection, login.client, asked, error);
			});
			const count = Math.ceil(waitMs / 1000);
			const text = count > 1 ? sayIn(language)("login.wait", { count }) : "";
			const sent = this.codeSent(login, text, id);
			if (sent && !connection.gone) connection.mailbox.put(sent);
		});
	}

	/** The answer to a client that waits for a code; undefined if its login is over. */
	codeSent(
		login: Login,
		text: string,
		id: string | undefined,
	): ServerMessage | undefined {
		const pending = pendingOf(this.#parts, login);
		const now = this.#parts.clock.now();
		return pending && { kind: "pending", ...pending, now, text, id };
	}

	/** Ends the login, unless it has another code by now. The connection that waits for the code by then is told so. */
	#failed(
		connection: Connection,
		client: ClientId,
		{ code, id }: Asked,
		{ message: error }: MailError,
	): void {
		const { pipeline, states, clock, report, secrets } = this.#parts;
		const { attachments, responder } = this.#parts;
		pipeline.whenWritable(() => {
			const waiting = states.ordered.client(client);
			if (!waiting?.matches("awaitingCode")) return;
			const { pending } = waiting.context;
			if (waiting.context.code !== secrets.codeMac(pending, code)) return;
			const why = { time: clock.now(), why: "mailFailed" } as const;
			pipeline.append([{ event: { type: "login.expired", client, ...why } }]);
			report.warn({ error }, "a login code was not mailed");
			const asker = attachments.connectionOf(client) ?? connection;
			const { hello } = MessageType;
			responder.refuse(asker, "mailWasSent", hello, { id });
		});
	}
}

/** What a client is shown of its login. */
export function pendingOf(
	{ states, policy }: EngineParts,
	{ client, pending = "" }: Login,
): PendingLogin | undefined {
	const snapshot = states.ordered.client(client);
	if (!snapshot?.matches("awaitingCode")) return undefined;
	const { tries, expires } = snapshot.context;
	const due = resendAt(expires, policy.limits);
	return { pending, tries, expires, resendAt: due };
}
