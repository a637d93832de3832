/**
 * The configuration: one table of settings, read once into one frozen value.
 * Every setting is a variable and a flag, secrets excepted: those are read
 * from the service manager's credentials first, and have no flag. What is
 * wrong is said before anything starts, by the variable's name.
 */
import { parseEmail } from "./chat/email.ts";
import { parseTrusted, type Trusted } from "./edge/network.ts";
import {
	boundsOf,
	defaultLimits,
	type LimitName,
	type Limits,
	limitTable,
} from "./limits.ts";
import { type MailSetting, mailSetting } from "./mail/setting.ts";
import {
	ConfigError,
	checkNames,
	type Environment,
	limitVariable,
	settingTable,
} from "./settings.ts";

export { ConfigError, type Environment } from "./settings.ts";

/** What a start refuses unless it is told to go on. */
export interface Accepts {
	readonly clock: boolean;
	readonly missing: boolean;
	/** The log is a copy from before. */
	readonly restored: boolean;
	readonly secret: boolean;
}

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
	/** What the operator should hear, though it keeps nothing from starting. */
	readonly warnings: readonly string[];
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
		const { secret, fallback = "" } = settingTable[variable] ?? {};
		const given = (secret && credential(variable)) || environment[variable];
		return given?.trim() || fallback;
	};
	const warnings = [...checkNames(environment)];
	const production = isProduction(get("ENV"), warnings);
	const hasLimits = onOrOff("PLUME_LIMITS", get("PLUME_LIMITS"));
	if (!hasLimits && production)
		throw new ConfigError(
			"PLUME_LIMITS=off would leave a production server open to abuse: unset it.",
		);
	const log = get("PLUME_LOG");
	if (log !== "file" && log !== "memory")
		throw new ConfigError(`PLUME_LOG is "${log}": say file or memory.`);
	return Object.freeze({
		host: host(get("PLUME_HOST")),
		port: port(get("PLUME_PORT")),
		data: dataFolder(environment),
		log,
		fsync: onOrOff("PLUME_FSYNC", get("PLUME_FSYNC")),
		origins: list("PLUME_ORIGINS", get("PLUME_ORIGINS")).map(origin),
		trusted: trusted(get("PLUME_TRUST_PROXY")),
		allow: list("PLUME_ALLOW", environment.PLUME_ALLOW).map(allowed),
		limits: readLimits(environment, !hasLimits),
		production,
		mail: mailSetting(get, production),
		secret: get("PLUME_SECRET") || undefined,
		inspect: inspectToken(get("PLUME_INSPECT")),
		warnings,
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
	for (const [name, limit] of Object.entries(limitTable)) {
		const variable = limitVariable(name);
		const given = environment[variable]?.trim();
		if (given)
			Object.assign(limits, {
				[name]: wholeNumber(variable, given, ...boundsOf(name, limit)),
			});
	}
	return { ...defaultLimits(lifted), ...limits };
}

/** Where everything is kept; an empty value is as not set. */
export function dataFolder(environment: Environment): string {
	const { PLUME_DATA = "", STATE_DIRECTORY = "" } = environment;
	return PLUME_DATA.trim() || STATE_DIRECTORY.trim() || "data";
}

/** Some shells keep the path of a start-up file in ENV, which says nothing to us. */
function isProduction(text: string, warnings: string[]): boolean {
	const isPath = text.includes("/");
	if (isPath) warnings.push(`ENV is "${text}", a path: it counts as not set.`);
	if (isPath || ["production", "development", ""].includes(text))
		return text === "production";
	throw new ConfigError(
		`ENV is "${text}": say production or development, or unset it.`,
	);
}

function host(text: string): string {
	if (!/[[\]/\s]|^[^:]*:\d*$/.test(text)) return text;
	throw new ConfigError(
		`PLUME_HOST is "${text}": say an address or a name alone, like 127.0.0.1 or ::1.`,
	);
}

function port(text: string): number {
	if (!text.startsWith("tcp://"))
		return wholeNumber("PLUME_PORT", text, 0, 65_535);
	throw new ConfigError(
		`PLUME_PORT is "${text}", which Kubernetes sets for a service named plume: set enableServiceLinks: false in the pod, or PLUME_PORT to a number.`,
	);
}

function onOrOff(variable: string, text: string): boolean {
	if (text === "on" || text === "off") return text === "on";
	throw new ConfigError(`${variable} is "${text}": say on or off.`);
}

/** What was set is not empty: that was meant to keep somebody out, or let somebody in. */
function list(variable: string, text?: string): readonly string[] {
	const entries = (text ?? "").split(",").map((entry) => entry.trim());
	const named = entries.filter((entry) => entry !== "");
	const isSet = variable === "PLUME_ALLOW" ? text !== undefined : text;
	if (named.length > 0 || !isSet) return named;
	throw new ConfigError(
		`${variable} names nobody: list who is meant, by comma, or unset it.`,
	);
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
	if (address && entry[0] !== "*")
		return domainOnly ? `@${address.domain}` : address.email;
	const [, domain] = /^[*@]*\.?([^@\s]+\.[^@\s.]+)$/.exec(entry) ?? [];
	const hint = domain ? ` Did you mean @${domain}?` : "";
	throw new ConfigError(
		`PLUME_ALLOW: "${entry}" is neither an email nor an @domain.${hint}`,
	);
}

function trusted(text: string): Trusted {
	try {
		return parseTrusted(list("PLUME_TRUST_PROXY", text).join());
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
