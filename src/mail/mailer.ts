/**
 * The port to a mail service. Every implementation passes
 * `test/mail/mailer.contract.ts`.
 */
import type { Language } from "../languages/words.ts";

export interface LoginMail {
	/** One canonical address; never a list. */
	readonly to: string;
	readonly name: string;
	readonly code: string;
	readonly expiresInMinutes: number;
	/** English if it is undefined. */
	readonly language?: Language | undefined;
}

export interface Mailer {
	/** Resolves when the service accepted the mail; rejects with `MailError`. Stops when `signal` aborts. */
	send(mail: LoginMail, signal: AbortSignal): Promise<void>;
	/** Whether it prints codes, and mails nothing. */
	readonly prints?: true;
	/** Checks, without sending anything, whether the service would accept mails; rejects as `send` does. */
	check?(signal: AbortSignal): Promise<void>;
}

/** Says why a mail could not be sent, and what an operator can do; contains no address, code or key. */
export class MailError extends Error {
	override readonly name = "MailError";
}
