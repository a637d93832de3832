/**
 * Sends mails by Mailgun. Its library knows no AbortSignal: an abort rejects at
 * once, and the socket closes `timeoutMs` after the call began.
 */
import FormData from "form-data";
import Mailgun from "mailgun.js";
import { renderLoginMail } from "./login-mail.ts";
import type { SettingOf } from "./mail-config.ts";
import { MailError, type Mailer } from "./mailer.ts";

interface MailgunOptions extends SettingOf<"mailgun"> {
	readonly timeoutMs: number;
}

const ADVICE: Readonly<Record<number, string>> = {
	401: "it does not accept MAILGUN_APIKEY",
	404: "it does not know MAILGUN_DOMAIN; for the EU region set MAILGUN_URL",
	429: "we send more than it allows",
	500: "the fault is on its side",
};

export function mailgunMailer(options: MailgunOptions): Mailer {
	const { key, domain, from, timeoutMs: timeout, url } = options;
	const account = { username: "api", key, timeout, url };
	const { messages, domains } = new Mailgun(FormData).client(account);
	return {
		async send(mail, signal) {
			if (signal.aborted) throw givenUp();
			const aborted = new Promise<never>((_, reject) => {
				signal.addEventListener("abort", () => reject(givenUp()));
			});
			const content = { from, to: mail.to, ...renderLoginMail(mail) };
			const call = messages.create(domain, content).catch(explain);
			await Promise.race([call, aborted]);
		},
		async check() {
			await domains.get(domain).catch(explain);
		},
	};
}

const givenUp = () => new MailError("Mailgun was given up on");

/** Drops the original error, which may quote the address. */
function explain(thrown: unknown): never {
	const { status, message } = Object(thrown);
	// After a failed connection the status is 400, and the message is the error code.
	if (status === 400 && /^(?!ERR_BAD)[A-Z_]+$/.test(String(message)))
		throw new MailError(
			`Mailgun cannot be reached (${message}): check MAILGUN_URL and the network`,
		);
	const known = Number(status) >= 500 ? 500 : Number(status);
	const advice =
		ADVICE[known] ?? "check MAIL_FROM, MAILGUN_URL and the account";
	throw new MailError(`Mailgun answered ${status}: ${advice}`);
}
