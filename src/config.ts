/**
 * The configuration: one table of settings, read once into one frozen value.
 * Every setting is a variable and a flag, secrets excepted: those are read
 * from the service manager's credentials first, and have no flag. What is
 * wrong is said before anything starts, by the variable's name.
 */
import { parseEmail } from "./chat/email.ts";
import { parseTrusted, type Trusted } from "./edge/network.ts";
import {
	defaultLimits,
	type LimitName,
	type Limits,
	limitTable,
} from "./limits.ts";

/** The operator has something to mend; the message says what. Exit code 2. */
export class ConfigError extends Error {
	override readonly name = "ConfigError";
}

/** What a start refuses unless it is told to go on. */
export interface Accepts {
	readonly clock: boolean;
	readonly missing: boolean;
	readonly secret: boolean;
}

interface Setting {
	readonly fallback?: string;
	readonly help: string;
	readonly secret?: true;
}

export const settingTable: Readonly<Record<string, Setting>> = {
	PLUME_HOST: { fallback: "127.0.0.1", help: "address to listen on" },
	PLUME_PORT: { fallback: "4884", help: "port to listen on; 0 picks one" },
	PLUME_DATA: {
		help: "data folder ($STATE_DIRECTORY, else ./data)",
	},
	PLUME_LOG: { fallback: "file", help: "where events go: file or memory" },
	PLUME_FSYNC: {
		fallback: "on",
		help: "off: faster, but a power cut may lose what people saw",
	},
	PLUME_ORIGINS: {
		fallback: "",
		help: "further allowed origins, by comma (same host)",
	},
	PLUME_TRUST_PROXY: {
		fallback: "",
		help: "addresses or CIDR of trusted proxies, by comma (none)",
	},
	PLUME_ALLOW: {
		fallback: "",
		help: "emails and @domains that may enter, by comma (everyone)",
	},
	PLUME_LIMITS: {
		fallback: "on",
		help: "off lifts rate and count limits; for benchmarks only",
	},
	ENV: { fallback: "", help: "production: codes are mailed, not printed" },
	MAILGUN_DOMAIN: { fallback: "", help: "your domain at Mailgun" },
	MAILGUN_URL: {
		fallback: "https://api.mailgun.net",
		help: "Mailgun's API; EU: https://api.eu.mailgun.net",
	},
	MAIL_FROM: { fallback: "", help: "sender (Plume <plume@your domain>)" },
	MAILGUN_APIKEY: { fallback: "", help: "Mailgun's API key", secret: true },
	SMTP_URL: {
		fallback: "",
		help: "smtp:// or smtps:// instead of Mailgun",
		secret: true,
	},
	PLUME_INSPECT: {
		fallback: "",
		help: "token that opens /inspect (closed)",
		secret: true,
	},
	PLUME_SECRET: {
		fallback: "",
		help: "keys every MAC (file `secret` in the data folder)",
		secret: true,
	},
};

export type Environment = Readonly<Record<string, string | undefined>>;

/** Where mail goes. */
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

export interface Config {
	readonly host: string;
	readonly port: number;
	readonly data: string;
	readonly log: "file" | "memory";
	readonly fsync: boolean;
	readonly origins: readonly string[];
	readonly trusted: Trusted;
	readonly allow: readonly string[];
	readonly limits: Limits;
	readonly production: boolean;
	readonly mail: MailSetting;
	/** Undefined: the file `secret` in the data folder. */
	readonly secret: string | undefined;
	/** The token of `/inspect`; undefined: there is no such page. */
	readonly inspect: string | undefined;
}

/** `codeTries` is `PLUME_LIMIT_CODE_TRIES`. */
export function limitVariable(name: string): string {
	return `PLUME_LIMIT_${name.replace(/[A-Z]/g, "_$&").toUpperCase()}`;
}

/** `PLUME_TRUST_PROXY` is `--trust-proxy`. */
export function flagOf(variable: string): string {
	return variable
		.replace(/^PLUME_/, "")
		.toLowerCase()
		.replaceAll("_", "-");
}

/**
 * Reads the configuration. `credential` reads a secret the service manager
 * passed. Throws `ConfigError`.
 */
export function readConfig(
	environment: Environment,
	credential: (name: string) => string | undefined,
): Config {
	const get = (variable: string): string => {
		const setting = settingTable[variable];
		const given = setting?.secret
			? (credential(variable) ?? environment[variable])
			: environment[variable];
		return (given ?? setting?.fallback ?? "").trim();
	};
	const production = get("ENV") === "production";
	const hasLimits = onOrOff("PLUME_LIMITS", get("PLUME_LIMITS"));
	if (!hasLimits && production)
		throw new ConfigError(
			"PLUME_LIMITS=off would leave a production server open to abuse: unset it.",
		);
	const log = get("PLUME_LOG");
	if (log !== "file" && log !== "memory")
		throw new ConfigError(`PLUME_LOG is "${log}": say file or memory.`);
	return Object.freeze({
		host: get("PLUME_HOST"),
		port: wholeNumber("PLUME_PORT", get("PLUME_PORT"), 0, 65_535),
		data: get("PLUME_DATA") || environment.STATE_DIRECTORY || "data",
		log,
		fsync: onOrOff("PLUME_FSYNC", get("PLUME_FSYNC")),
		origins: list(get("PLUME_ORIGINS")).map(origin),
		trusted: trusted(get("PLUME_TRUST_PROXY")),
		allow: list(get("PLUME_ALLOW")).map(allowed),
		limits: readLimits(environment, !hasLimits),
		production,
		mail: mailSetting(get, production),
		secret: get("PLUME_SECRET") || undefined,
		inspect: inspectToken(get("PLUME_INSPECT")),
	});
}

/** It travels as a WebSocket subprotocol, which only these letters may be in. */
function inspectToken(token: string): string | undefined {
	if (token === "" || /^[A-Za-z0-9_-]{16,}$/.test(token))
		return token || undefined;
	throw new ConfigError(
		"PLUME_INSPECT is no good token: say at least 16 letters, digits, - or _.",
	);
}

function readLimits(environment: Environment, lifted: boolean): Limits {
	const limits: Partial<Record<LimitName, number>> = {};
	for (const name of Object.keys(limitTable)) {
		const variable = limitVariable(name);
		const given = environment[variable];
		if (given !== undefined)
			Object.assign(limits, {
				[name]: wholeNumber(variable, given, 1, 2 ** 31),
			});
	}
	return { ...defaultLimits(lifted), ...limits };
}

function mailSetting(
	get: (variable: string) => string,
	production: boolean,
): MailSetting {
	const [key, url] = [get("MAILGUN_APIKEY"), get("SMTP_URL")];
	const from = get("MAIL_FROM");
	if (!key && !url && !production) return { kind: "terminal" };
	if (!key && !url)
		throw new ConfigError(
			"ENV=production needs a way to mail login codes: set MAILGUN_APIKEY and MAILGUN_DOMAIN, or SMTP_URL.",
		);
	if (url) {
		if (!/^smtps?:\/\/./.test(url) || !URL.canParse(url))
			throw new ConfigError("SMTP_URL must begin with smtp:// or smtps://.");
		const sender = from || `Plume <plume@${new URL(url).hostname}>`;
		return { kind: "smtp", url, from: sender };
	}
	const domain = get("MAILGUN_DOMAIN");
	if (!domain)
		throw new ConfigError("MAILGUN_DOMAIN must be set beside MAILGUN_APIKEY.");
	const sender = from || `Plume <plume@${domain}>`;
	return { kind: "mailgun", key, domain, url: mailgunUrl(get), from: sender };
}

/** The key is in every request: it may cross a network only encrypted. */
function mailgunUrl(get: (variable: string) => string): string {
	const url = get("MAILGUN_URL");
	const { protocol, hostname } = URL.canParse(url)
		? new URL(url)
		: { protocol: "", hostname: "" };
	const loopback = ["127.0.0.1", "localhost", "[::1]"].includes(hostname);
	if (protocol === "https:" || (protocol === "http:" && loopback)) return url;
	throw new ConfigError("MAILGUN_URL must begin with https://.");
}

function onOrOff(variable: string, text: string): boolean {
	if (text === "on" || text === "off") return text === "on";
	throw new ConfigError(`${variable} is "${text}": say on or off.`);
}

function list(text: string): readonly string[] {
	return text
		.split(",")
		.map((entry) => entry.trim())
		.filter((entry) => entry !== "");
}

function origin(entry: string): string {
	if (/^https?:\/\/[^/]+$/.test(entry) && URL.canParse(entry))
		return new URL(entry).origin;
	throw new ConfigError(
		`PLUME_ORIGINS: "${entry}" is not an origin like https://chat.example.org.`,
	);
}

/** As `parseEmail` writes it, so that it can be compared. */
function allowed(entry: string): string {
	const domainOnly = entry.startsWith("@");
	const address = parseEmail(domainOnly ? `anyone${entry}` : entry);
	if (address) return domainOnly ? `@${address.domain}` : address.email;
	throw new ConfigError(
		`PLUME_ALLOW: "${entry}" is neither an email nor an @domain.`,
	);
}

function trusted(text: string): Trusted {
	try {
		return parseTrusted(text);
	} catch (error) {
		throw new ConfigError(
			`PLUME_TRUST_PROXY: ${error instanceof Error ? error.message : error}.`,
		);
	}
}

function wholeNumber(
	variable: string,
	text: string,
	least: number,
	most: number,
): number {
	const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
	if (value >= least && value <= most) return value;
	throw new ConfigError(
		`${variable} is "${text}": say a whole number from ${least} to ${most}.`,
	);
}
