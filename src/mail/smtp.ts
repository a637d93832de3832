/**
 * Sends mails by any SMTP server: `smtps://` is TLS from the first byte,
 * `smtp://` switches to TLS if the server offers it. A password is never sent
 * to another machine unencrypted.
 */
import { createTransport, type NodemailerError } from "nodemailer";
import { isLoopback } from "../transport/hosts.ts";
import { renderLoginMail } from "./login-mail.ts";
import type { SettingOf } from "./mail-config.ts";
import { MailError, type Mailer } from "./mailer.ts";

const REFUSED = "refused the mail: check MAIL_FROM and the account";
/** What to tell the operator, by nodemailer's error codes. */
const REASONS: Readonly<Record<string, string>> = {
	EABORT: "was given up on",
	EAUTH: "does not accept the user or password in SMTP_URL",
	EENVELOPE: REFUSED,
	EMESSAGE: REFUSED,
};
/** What to tell the operator of errors that share one code of nodemailer's, by the words of the system and of OpenSSL. */
const TROUBLE = [
	[
		/ECONNREFUSED|ENOTFOUND|EAI_AGAIN|UNREACH|TIMEDOUT|never received/,
		"cannot be reached: check the host and the port in SMTP_URL",
	],
	[
		/certificate|self.signed|altnames/i,
		"shows a certificate that is not trusted: name in SMTP_URL the host it is for, or give its authority in NODE_EXTRA_CA_CERTS",
	],
	[
		/wrong version number|SSL routines/,
		"speaks plain text on that port: say smtp:// in SMTP_URL, or the port for smtps://",
	],
] as const;

export function smtpMailer({ url, from }: SettingOf<"smtp">): Mailer {
	const { password, hostname } = new URL(url);
	const isHere = isLoopback(hostname);
	const transport = createTransport({
		url,
		requireTLS: password !== "" && !isHere,
		// A server on this machine may have a self-signed certificate.
		tls: { rejectUnauthorized: !isHere },
	});
	return {
		async send(mail, signal) {
			// As an object it is one address, whatever characters it has.
			const to = { name: "", address: mail.to };
			const content = { from, to, signal, ...renderLoginMail(mail) };
			await transport.sendMail(content).catch(explain);
		},
		async check() {
			await transport.verify().catch(explain);
		},
	};
}

/** Drops the original error, which quotes the address and the server's own words. */
function explain(thrown: unknown): never {
	const { code, responseCode, message }: NodemailerError = Object(thrown);
	const codes = [code, responseCode].filter(Boolean).join(" ");
	const reason =
		REASONS[code ?? ""] ??
		TROUBLE.find(([words]) => words.test(message))?.[1] ??
		"cannot be reached in safety: check SMTP_URL, its certificate and the network";
	throw new MailError(`the SMTP server ${reason} (${codes})`);
}
