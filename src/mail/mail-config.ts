/** The settings of the mail service. */
import { parseEmail } from "../chat/email.ts";
import {
	anything,
	ConfigError,
	oneOf,
	refuse,
	secret,
	type ValuesOf,
} from "../settings.ts";
import { isLoopback } from "../transport/hosts.ts";

/** Characters that a user or a password in a URL must encode. */
const UNSAFE = /[^\w.~!$&'()*,;=:%-]|%(?![\da-f]{2})/i;
const SMTP = /^smtps?:\/\/(?:(?<login>.*)@)?(?<host>[^@]*)$/s;
const HOST = /^(?:\[[\da-f:.]+\]|[\w.-]+)(?::(?<port>\d+))?(?:[/?].*)?$/i;

/** Checks the URL of an SMTP server. An error quotes nothing of the password but the bad character. */
function smtpUrl(url: string): string {
	const { login = "", host = "" } = SMTP.exec(url)?.groups ?? {};
	const [sign] = UNSAFE.exec(login) ?? [];
	if (sign)
		throw new ConfigError(
			`SMTP_URL has a "${sign}" in its user or password: write it as ${encodeURIComponent(sign)}, and so with all but letters and digits.`,
		);
	const { port = "25" } = HOST.exec(host)?.groups ?? {};
	if (Number(port) < 1 || Number(port) > 65_535)
		throw new ConfigError(
			`SMTP_URL has the port ${port}: say one from 1 to 65535.`,
		);
	if (HOST.test(host) && URL.canParse(url)) return url;
	throw new ConfigError(
		"SMTP_URL must begin with smtp:// or smtps://, as in smtps://user:password@mail.example.org, with all but letters and digits in the password encoded (# as %23).",
	);
}

/** Checks the URL of Mailgun. Every request contains the key, so it must be encrypted on a network. */
function mailgunUrl(url: string): string {
	const { protocol, hostname, pathname, origin } = URL.canParse(url)
		? new URL(url)
		: new URL("none:");
	const isHere = protocol === "http:" && isLoopback(hostname);
	const isSafe = protocol === "https:" || isHere;
	if (isSafe && pathname === "/") return origin;
	throw new ConfigError(
		`MAILGUN_URL is "${url}": it must begin with https:// and end with the host, as https://api.eu.mailgun.net.`,
	);
}

function sender(text: string, variable: string): string {
	const [, address = text] = /^[^<>\p{Cc}]*<([^<>]*)>$/u.exec(text) ?? [];
	if (parseEmail(address)) return text;
	const say =
		"one address, like plume@example.org or Plume <plume@example.org>";
	return refuse(text, variable, say);
}

export const mailTable = {
	env: {
		...oneOf(
			"production: codes are mailed, not printed",
			"production",
			"development",
		),
		value: "development",
	},
	mailgunDomain: anything("your domain at Mailgun"),
	mailgunUrl: anything(
		"Mailgun's API; EU: https://api.eu.mailgun.net",
		"https://api.mailgun.net",
	),
	mailFrom: {
		...anything("sender (Plume <plume@your domain>)"),
		parse: sender,
	},
	mailgunApikey: secret("Mailgun's API key"),
	smtpUrl: {
		...secret("smtp:// or smtps:// instead of Mailgun"),
		parse: smtpUrl,
	},
};

export type MailSetting = ReturnType<typeof mailSetting>;
/** `from` is the sender, as `Name <address>`. */
export type SettingOf<Kind> = Omit<
	Extract<MailSetting, { readonly kind: Kind }>,
	"kind"
>;

/** Throws `ConfigError` if codes could not be mailed. */
export function mailSetting(values: ValuesOf<typeof mailTable>) {
	const {
		env,
		mailgunApikey: key,
		mailgunDomain: domain,
		smtpUrl: url,
	} = values;
	const from = (host: string) => values.mailFrom || `Plume <plume@${host}>`;
	if (url)
		return { kind: "smtp", url, from: from(new URL(url).hostname) } as const;
	if (!key && env === "development") return { kind: "terminal" } as const;
	if (!key)
		throw new ConfigError(
			"ENV=production needs a way to mail login codes: set MAILGUN_APIKEY and MAILGUN_DOMAIN, or SMTP_URL.",
		);
	if (!domain)
		throw new ConfigError(
			"MAILGUN_APIKEY needs MAILGUN_DOMAIN beside it, like mg.example.org.",
		);
	if (!/^[\w-]+(\.[\w-]+)*$/.test(domain)) {
		const say = "the domain alone, like mg.example.org, beside MAILGUN_APIKEY";
		return refuse(domain, "MAILGUN_DOMAIN", say);
	}
	const api = mailgunUrl(values.mailgunUrl);
	const account = { key, domain, url: api, from: from(domain) };
	return { kind: "mailgun", ...account } as const;
}
