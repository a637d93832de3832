/**
 * The settings of the server, and the kinds of settings there are. A setting
 * is a row of a table: its help, its default, and how it is parsed. Its
 * variable and its flag are made from its key.
 */
import { INVITED, parseEmail } from "./chat/email.ts";
import {
	parseStreamAddress,
	type StreamAddress,
} from "./cluster/stream-address.ts";
import { languages } from "./languages/words.ts";
import { messageOf } from "./log/disk.ts";
import { parseRetention, type Retention } from "./retention.ts";
import { parseTrusted, type Trusted } from "./transport/client-address.ts";
import { isLoopback } from "./transport/hosts.ts";
import type { Address, LocalPath } from "./transport/listen.ts";

/** The operator must change something; the message says what. Exit code 2. */
export class ConfigError extends Error {
	override readonly name = "ConfigError";
}

export interface Setting<Value> {
	readonly help: string;
	/** The default. */
	readonly value: Value;
	/** The default while PLUME_LIMITS is off, if that differs. */
	readonly lifted?: Value;
	/** The setting is read from the service manager's credentials first, and has no flag. */
	readonly isSecret?: true;
	/** Throws `ConfigError`, which names the variable. */
	parse(text: string, variable: string): Value;
}

export type SettingTable = Readonly<Record<string, Setting<unknown>>>;

export type ValuesOf<Table extends SettingTable> = {
	readonly [Key in keyof Table]: Table[Key]["value"];
};

/** With the prefix `PLUME_`, `trustProxy` is the variable `PLUME_TRUST_PROXY` and the flag `--trust-proxy`. */
export const variablesOf = (prefix: string, table: SettingTable) =>
	Object.entries(table).map(([key, setting]) => {
		const name = prefix + key.replace(/[A-Z]/g, "_$&").toUpperCase();
		const flag = name.replace(/^PLUME_/, "").toLowerCase();
		return { ...setting, key, name, flag: flag.replaceAll("_", "-") };
	});

export type Variable = ReturnType<typeof variablesOf>[number];

/** `textOf` answers undefined for a variable that is not set. */
export function valuesOf<Table extends SettingTable>(
	prefix: string,
	table: Table,
	textOf: (variable: Variable) => string | undefined,
	isLifted = false,
): ValuesOf<Table> {
	const entries = variablesOf(prefix, table).map((variable) => {
		const { key, name, value, lifted = value } = variable;
		const text = textOf(variable);
		if (text !== undefined) return [key, variable.parse(text, name)];
		return [key, isLifted ? lifted : value];
	});
	return Object.fromEntries(entries);
}

export const refuse = (text: string, variable: string, say: string): never => {
	throw new ConfigError(`${variable} is "${text}": say ${say}.`);
};

export const anything = (help: string, value = ""): Setting<string> => ({
	...{ help, value, parse: String },
});

export const secret = (help: string): Setting<string | undefined> => ({
	...{ help, value: undefined, isSecret: true, parse: String },
});

export const oneOf = <Word extends string>(
	help: string,
	...words: readonly [Word, ...Word[]]
): Setting<Word> => ({
	...{ help, value: words[0] },
	parse: (text, variable) =>
		words.find((word) => word === text) ??
		refuse(text, variable, words.join(", ").replace(/, ([^,]*)$/, " or $1")),
});

/** The largest number for each unit that a variable can end with. */
const MOST = {
	...{ PORT: 65_535, PERCENT: 100, REPLICAS: 5, EDGES: 256 },
	...{ MILLISECONDS: 60_000, SECONDS: 86_400, DAYS: 36_500, BYTES: 2 ** 30 },
};

/** A whole number. Less than `least` would lock everyone out. */
export const wholeNumber = (value: number, help: string, least = 1) => ({
	...{ help, value, least },
	parse(text: string, variable: string): number {
		const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
		const unit = Object.entries(MOST).find(([end]) => variable.endsWith(end));
		const most = unit?.[1] ?? 1_000_000_000;
		if (number >= least && number <= most) return number;
		return refuse(text, variable, `a whole number from ${least} to ${most}`);
	},
});

/** Entries separated by commas. A list that is set must not be empty: it was meant to let somebody in, or keep somebody out. */
const list = <Entry>(
	help: string,
	parse: (entry: string) => Entry | readonly Entry[],
): Setting<readonly Entry[]> => ({
	...{ help, value: [] },
	parse(text, variable) {
		const entries = text.split(",").map((entry) => entry.trim());
		const named = entries.filter((entry) => entry !== "");
		if (named.length > 0) return named.flatMap(parse);
		throw new ConfigError(
			`${variable} is an empty list: name at least one, or unset it.`,
		);
	},
});

const host: Setting<string> = {
	...anything("address to listen on", "127.0.0.1"),
	parse(text, variable) {
		if (!/[[\]/\s]|^[^:]*:\d*$/.test(text)) return text;
		const say = "an address or a name alone, like 127.0.0.1 or ::1";
		return refuse(text, variable, say);
	},
};

const anyPort = wholeNumber(4884, "port to listen on; 0 picks one", 0);
const port: Setting<number> = {
	...anyPort,
	parse(text, variable) {
		if (!text.startsWith("tcp://")) return anyPort.parse(text, variable);
		throw new ConfigError(
			`PLUME_PORT is "${text}", which Kubernetes sets for a service named plume: set enableServiceLinks: false in the pod, or PLUME_PORT to a number.`,
		);
	},
};

const inspect: Setting<string | undefined> = {
	...secret("token that opens /inspect (closed)"),
	/** The token is sent as a WebSocket subprotocol, which may have only these letters. */
	parse(token) {
		if (/^[A-Za-z0-9_-]{16,}$/.test(token)) return token;
		throw new ConfigError(
			"PLUME_INSPECT is no good token: say at least 16 letters, digits, - or _.",
		);
	},
};

const log: Setting<"file" | "memory" | StreamAddress> = {
	help: "where events go: file, memory, or nats://host:port,host:port/STREAM",
	value: "file",
	parse(text, variable) {
		if (text === "file" || text === "memory") return text;
		if (!text.includes(":"))
			return refuse(text, variable, "file, memory or nats://host:port/STREAM");
		return parseStream(text, variable);
	},
};

/** The address of a stream. Throws `ConfigError`, which names where it stands. */
export function parseStream(text: string, where = "nats://"): StreamAddress {
	try {
		return parseStreamAddress(text);
	} catch (error) {
		throw new ConfigError(`${where}: ${messageOf(error)}.`);
	}
}

const base: Setting<string> = {
	...anything("path of the site that Plume is under, like /chat", "/"),
	parse(text, variable) {
		const parts = text.replace(/^\/|\/$/g, "").split("/");
		const isPath = parts.every((part) => /^(?!\.+$)[\w.~-]+$/.test(part));
		if (text === "/") return text;
		if (text.startsWith("/") && isPath) return `/${parts.join("/")}/`;
		const say = "/ or a path like /chat, of letters, digits and . _ ~ -";
		return refuse(text, variable, say);
	},
};

function origin(entry: string): string {
	if (/^https?:\/\/[^/]+$/.test(entry) && URL.canParse(entry))
		return new URL(entry).origin;
	throw new ConfigError(
		`PLUME_ORIGINS: "${entry}" is not an origin like https://chat.example.org.`,
	);
}

/** An email or `@domain`, spelt as `parseEmail` does so that it can be compared. */
function allowed(entry: string): string {
	if (entry.toLowerCase() === INVITED) return INVITED;
	const domainOnly = entry.startsWith("@");
	const address = parseEmail(domainOnly ? `anyone${entry}` : entry);
	if (address && entry[0] !== "*")
		return domainOnly ? `@${address.domain}` : address.email;
	const [, domain] = /^[*@]*\.?([^@\s]+\.[^@\s.]+)$/.exec(entry) ?? [];
	const suggestion = domain ? ` Did you mean @${domain}?` : "";
	throw new ConfigError(
		`PLUME_ALLOW: "${entry}" is no email, no @domain and not "invited".${suggestion}`,
	);
}

function adminEmail(entry: string): string {
	const address = parseEmail(entry);
	if (address) return address.email;
	throw new ConfigError(`PLUME_ADMINS: "${entry}" is not an email.`);
}

function trusted(entry: string): Trusted {
	try {
		return parseTrusted(entry);
	} catch (error) {
		throw new ConfigError(`PLUME_TRUST_PROXY: ${messageOf(error)}.`);
	}
}

const retention: Setting<Retention> = {
	help: "age at which texts are deleted: 30d, or by room lobby=12h,*=90d (never)",
	value: [],
	parse(text) {
		try {
			return parseRetention(text);
		} catch (error) {
			throw new ConfigError(`PLUME_RETENTION: ${messageOf(error)}.`);
		}
	},
};

const ADDRESS = /^(\[[^\]\s]+\]|[^:\s]+):(\d+)$/;

const metrics: Setting<Address | undefined> = {
	...{ help: "address:port for metrics, without a password (closed)" },
	value: undefined,
	parse(text, variable) {
		const [, host = "", port] = ADDRESS.exec(text) ?? [];
		if (host && Number(port) <= MOST.PORT)
			return { host: host.replace(/[[\]]/g, ""), port: Number(port) };
		const say = "an address and a port, like 127.0.0.1:9464";
		return refuse(text, variable, say);
	},
};

/** Where nodes of one machine meet. What passes there is not for a network. */
const meeting = (help: string): Setting<Address | LocalPath | undefined> => ({
	...{ help, value: undefined },
	parse(text, variable) {
		if (text.includes("/")) return { path: text };
		const [, host = "", port] = ADDRESS.exec(text) ?? [];
		if (isLoopback(host) && Number(port) <= MOST.PORT)
			return { host: host.replace(/[[\]]/g, ""), port: Number(port) };
		const say =
			"the path of a socket, or a port of this machine, like 127.0.0.1:4885";
		return refuse(text, variable, say);
	},
});

const onOrOff = (help: string) => oneOf(help, "on", "off");

export const settingTable = {
	config: anything("file of settings, KEY=value lines, read before the others"),
	host,
	port,
	base,
	data: anything("data folder ($STATE_DIRECTORY, else ./data)"),
	log,
	fsync: onOrOff("off: faster, but a power cut may lose what people saw"),
	origins: list("further allowed origins, by comma (same host)", origin),
	trustProxy: list<Trusted[number]>(
		"addresses or CIDR of trusted proxies, by comma (none)",
		trusted,
	),
	allow: list(
		"emails and @domains that may enter, by comma; invited: those with an invitation (everyone)",
		allowed,
	),
	socket: anything(
		"socket by which plume who and the like reach the server (admin.sock in the data folder)",
	),
	retention,
	lang: oneOf("language of what the bot says in rooms", ...languages),
	admins: list("emails of those who moderate, by comma (none)", adminEmail),
	limits: onOrOff("off lifts rate and count limits; for benchmarks only"),
	inspect,
	metrics,
	edges: wholeNumber(
		0,
		"processes that serve people, beside the one that decides; 0: one does all",
		0,
	),
	upstream: meeting("where the sequencer is, whose edge this is (none)"),
	sequencer: meeting("where edges reach this server (nowhere)"),
	node: anything("what this node is called (this machine's name)"),
	secret: secret("keys every MAC (file `secret` in the data folder)"),
};
