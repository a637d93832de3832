/** Where mail goes, as the settings say; what is wrong with them is said by name. */
import { parseEmail } from "../chat/email.ts";
import { ConfigError } from "../settings.ts";

export type MailSetting =
	| { readonly kind: "terminal" }
	| { readonly kind: "smtp"; readonly url: string; readonly from: string }
	| {
			readonly kind: "mailgun";
			readonly key: string;
			readonly domain: string;
			readonly url: string;
			readonly from: string;
	  };

/** What a user and a password in a URL may be made of as they are. */
const UNSAFE = /[^\w.~!$&'()*,;=:%-]|%(?![\da-f]{2})/i;
const SMTP = /^smtps?:\/\/(?:(?<login>.*)@)?(?<host>[^@]*)$/s;
const HOST = /^(?:\[[\da-f:.]+\]|[\w.-]+)(?::(?<port>\d+))?(?:[/?].*)?$/i;

export function mailSetting(
	get: (variable: string) => string,
	production: boolean,
): MailSetting {
	const [key, url] = [get("MAILGUN_APIKEY"), get("SMTP_URL")];
	const from = sender(get("MAIL_FROM"));
	if (!key && !url && !production) return { kind: "terminal" };
	if (!key && !url)
		throw new ConfigError(
			"ENV=production needs a way to mail login codes: set MAILGUN_APIKEY and MAILGUN_DOMAIN, or SMTP_URL.",
		);
	if (url) {
		const host = smtpHost(url);
		return { kind: "smtp", url, from: from || `Plume <plume@${host}>` };
	}
	const domain = get("MAILGUN_DOMAIN");
	if (!/^[\w-]+(\.[\w-]+)*$/.test(domain))
		throw new ConfigError(
			`MAILGUN_DOMAIN is "${domain}": say the domain alone, like mg.example.org, beside MAILGUN_APIKEY.`,
		);
	const sent = {
		url: mailgunUrl(get),
		from: from || `Plume <plume@${domain}>`,
	};
	return { kind: "mailgun", key, domain, ...sent };
}

/** Says nothing of the password but the sign that is in the way. */
function smtpHost(url: string): string {
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
	if (HOST.test(host) && URL.canParse(url)) return new URL(url).hostname;
	throw new ConfigError(
		"SMTP_URL must begin with smtp:// or smtps://, as in smtps://user:password@mail.example.org, with all but letters and digits in the password encoded (# as %23).",
	);
}

/** The key is in every request: it may cross a network only encrypted. */
function mailgunUrl(get: (variable: string) => string): string {
	const url = get("MAILGUN_URL");
	const { protocol, hostname, pathname, origin } = URL.canParse(url)
		? new URL(url)
		: new URL("none:");
	const loopback = ["127.0.0.1", "localhost", "[::1]"].includes(hostname);
	const isSafe = protocol === "https:" || (protocol === "http:" && loopback);
	if (isSafe && pathname === "/") return origin;
	throw new ConfigError(
		`MAILGUN_URL is "${url}": it must begin with https:// and end with the host, as https://api.eu.mailgun.net.`,
	);
}

/** Empty is as not set. */
function sender(text: string): string {
	const [, address = text] = /^[^<>\p{Cc}]*<([^<>]*)>$/u.exec(text) ?? [];
	if (text === "" || parseEmail(address)) return text;
	throw new ConfigError(
		`MAIL_FROM is "${text}": say one address, like plume@example.org or Plume <plume@example.org>.`,
	);
}
