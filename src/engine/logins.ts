/**
 * Login codes: mailed once the login is durable. A login ends when its mail
 * can't be sent, so that the person may ask again at once.
 */
import type { ClientId } from "../../machines/events.ts";
import type { PendingLogin, ServerMessage } from "../chat/server-message.ts";
import type { Allowance, Sender } from "../mail/allowance.ts";
import type { KnownNetworks } from "../mail/known-networks.ts";
import type { MailError } from "../mail/mailer.ts";
import type { Outbox } from "../mail/outbox.ts";
import { type Decision, type FreshCode, refuse } from "./commands/decision.ts";
import { resendAt } from "./commands/hello.ts";
import { namesHeld } from "./commands/names-held.ts";
import type { Connection, Login } from "./connection.ts";
import type { RunningParts } from "./parts.ts";

export interface Mail {
	readonly outbox: Outbox;
	readonly allowance: Allowance;
	readonly known: KnownNetworks;
}

export class Logins {
	readonly #parts: RunningParts;

	constructor(parts: RunningParts) {
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
	send(
		connection: Connection,
		login: Login,
		asked: FreshCode & { readonly id: string | undefined },
		onFailed: (error: MailError) => void,
	): void {
		const { code, id } = asked;
		const { email: to, name } = asked.user;
		const sender = this.#senderOf(connection, asked);
		const { policy } = this.#parts;
		const { outbox } = this.#parts.mail;
		const expiresInMinutes = Math.round(policy.limits.codeSeconds / 60);
		this.#parts.pipeline.whenDurable(() => {
			const waitMs = outbox.admit(sender)?.waitMs ?? 0;
			const mail = { to, name, code, expiresInMinutes };
			outbox.post(mail, sender, (error) => {
				if (error) this.#failed(login.client, asked, () => onFailed(error));
			});
			const text = waitMs > 1000 ? waitWords(waitMs) : "";
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
		const pending = this.pending(login);
		const now = this.#parts.clock.now();
		return pending && { kind: "pending", ...pending, now, text, id };
	}

	/** What a client is shown of its login. */
	pending({ client, pending = "" }: Login): PendingLogin | undefined {
		const snapshot = this.#parts.states.ordered.client(client);
		if (!snapshot?.matches("awaitingCode")) return undefined;
		const { tries, expires } = snapshot.context;
		const due = resendAt(expires, this.#parts.policy.limits);
		return { pending, tries, expires, resendAt: due };
	}

	/** Ends the login, unless another code was asked for meanwhile. */
	#failed(
		client: ClientId,
		{ expires }: FreshCode,
		onFailed: () => void,
	): void {
		this.#parts.pipeline.whenWritable(() => {
			const { states, clock } = this.#parts;
			const waiting = states.ordered.client(client);
			if (!waiting?.matches("awaitingCode")) return;
			if (waiting.context.expires !== expires) return;
			const why = { time: clock.now(), why: "mailFailed" } as const;
			this.#parts.pipeline.append([
				{ event: { type: "login.expired", client, ...why } },
			]);
			onFailed();
		});
	}
}

function waitWords(waitMs: number): string {
	const seconds = Math.ceil(waitMs / 1000);
	return `Many people are logging in. Your code will be mailed in about ${seconds} seconds.`;
}
