/**
 * The port to whatever carries a login code to its owner.
 * Every implementation passes `test/mail/mailer.contract.ts`.
 */

export interface LoginMail {
	/** One canonical address; never a list. */
	readonly to: string;
	readonly name: string;
	readonly code: string;
	readonly expiresInMinutes: number;
}

export interface Mailer {
	/** Resolves when the mail was taken over; rejects with `MailError`. Stops when `signal` aborts. */
	send(mail: LoginMail, signal: AbortSignal): Promise<void>;
	/** Asks the service, sending nothing, whether it would take mails; rejects as `send` does. */
	check?(signal: AbortSignal): Promise<void>;
}

/** Says why a mail could not be sent, in words an operator can act on; holds no address, code or key. */
export class MailError extends Error {
	override readonly name = "MailError";
}
