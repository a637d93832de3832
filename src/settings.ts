/**
 * The settings there are: what each means, its default, its flag, and what an
 * environment has that looks like one and is none. Secrets have no flag.
 */
import { limitTable } from "./limits.ts";

/** The operator has something to mend; the message says what. Exit code 2. */
export class ConfigError extends Error {
	override readonly name = "ConfigError";
}

export type Environment = Readonly<Record<string, string | undefined>>;

interface Setting {
	readonly help: string;
	readonly fallback: string;
	readonly secret?: true;
}

const setting = (help: string, fallback = ""): Setting => ({ help, fallback });
const secret = (help: string): Setting => ({
	...{ help, fallback: "", secret: true },
});

export const settingTable: Readonly<Record<string, Setting>> = {
	PLUME_HOST: setting("address to listen on", "127.0.0.1"),
	PLUME_PORT: setting("port to listen on; 0 picks one", "4884"),
	PLUME_DATA: setting("data folder ($STATE_DIRECTORY, else ./data)"),
	PLUME_LOG: setting("where events go: file or memory", "file"),
	PLUME_FSYNC: setting(
		"off: faster, but a power cut may lose what people saw",
		"on",
	),
	PLUME_ORIGINS: setting("further allowed origins, by comma (same host)"),
	PLUME_TRUST_PROXY: setting(
		"addresses or CIDR of trusted proxies, by comma (none)",
	),
	PLUME_ALLOW: setting(
		"emails and @domains that may enter, by comma (everyone)",
	),
	PLUME_LIMITS: setting(
		"off lifts rate and count limits; for benchmarks only",
		"on",
	),
	ENV: setting("production: codes are mailed, not printed"),
	MAILGUN_DOMAIN: setting("your domain at Mailgun"),
	MAILGUN_URL: setting(
		"Mailgun's API; EU: https://api.eu.mailgun.net",
		"https://api.mailgun.net",
	),
	MAIL_FROM: setting("sender (Plume <plume@your domain>)"),
	MAILGUN_APIKEY: secret("Mailgun's API key"),
	SMTP_URL: secret("smtp:// or smtps:// instead of Mailgun"),
	PLUME_INSPECT: secret("token that opens /inspect (closed)"),
	PLUME_SECRET: secret("keys every MAC (file `secret` in the data folder)"),
};

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

/** What Kubernetes sets in every pod for a service named `plume`. */
const FROM_KUBERNETES = /^PLUME_(SERVICE_|PORT_.*_TCP)/;
/** So many letters apart, a name is taken for a mistyped one. */
const MISTYPED = 2;

/**
 * Answers a warning for each variable that seems to be meant for Plume and is
 * unknown. Throws `ConfigError` at one that is nearly the name of a setting.
 */
export function checkNames(environment: Environment): readonly string[] {
	const limits = Object.keys(limitTable).map(limitVariable);
	const known = [...Object.keys(settingTable), ...limits];
	const strange = Object.keys(environment).filter(
		(name) =>
			name.startsWith("PLUME_") &&
			environment[name]?.trim() &&
			!known.includes(name) &&
			!FROM_KUBERNETES.test(name),
	);
	return strange.map((name) => {
		const far = (other: string) => distance(name, other);
		const meant = known.reduce((a, b) => (far(b) < far(a) ? b : a));
		if (far(meant) > MISTYPED)
			return `${name} is no setting: plume serve --help lists them all.`;
		throw new ConfigError(`${name} is no setting. Did you mean ${meant}?`);
	});
}

/** How many letters must be added, dropped or changed to make one word the other. */
function distance(one: string, other: string): number {
	let row = Array.from({ length: other.length + 1 }, (_, index) => index);
	for (const [index, letter] of [...one].entries()) {
		const next = [index + 1];
		for (const [at, there] of [...other].entries()) {
			const [over = 0, above = 0] = row.slice(at);
			const changed = over + (letter === there ? 0 : 1);
			next.push(Math.min((next[at] ?? 0) + 1, above + 1, changed));
		}
		row = next;
	}
	return row.at(-1) ?? 0;
}
