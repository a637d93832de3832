/**
 * Mails codes through any SMTP server, named by one URL: `smtps://` is TLS
 * from the first byte, `smtp://` becomes TLS where the server offers it. A
 * password never goes to another machine in the clear.
 */
import { createTransport, type NodemailerError } from "nodemailer";
import { isLoopback } from "../transport/hosts.ts";
import { renderLoginMail } from "./login-mail.ts";
import type { SettingOf } from "./mail-config.ts";
import { MailError, type Mailer } from "./mailer.ts";

const REFUSED = "refused the mail: check MAIL_FROM and the account";
/** By nodemailer's error codes. */
const FATE: Readonly<Record<string, string>> = {
	EABORT: "was given up on",
	EAUTH: "does not accept the user or password in SMTP_URL",
	EENVELOPE: REFUSED,
	EMESSAGE: REFUSED,
};
/** What nodemailer has one code for, by the words of the system and of OpenSSL. */
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
		// What stays on this machine may have a certificate nobody signed.
		tls: { rejectUnauthorized: !isHere },
	});
	return {
		async send(mail, signal) {
			// An address in an object is one address, whatever characters it has.
			const to = { name: "", address: mail.to };
			const letter = { from, to, signal, ...renderLoginMail(mail) };
			await transport.sendMail(letter).catch(explain);
		},
		async check() {
			await transport.verify().catch(explain);
		},
	};
}

/** What was thrown is not kept: it quotes the address and the server's own words. */
function explain(thrown: unknown): never {
	const { code, responseCode, message }: NodemailerError = Object(thrown);
	const codes = [code, responseCode].filter(Boolean).join(" ");
	const fate =
		FATE[code ?? ""] ??
		TROUBLE.find(([words]) => words.test(message))?.[1] ??
		"cannot be reached in safety: check SMTP_URL, its certificate and the network";
	throw new MailError(`the SMTP server ${fate} (${codes})`);
}
