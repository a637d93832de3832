/**
 * The configuration: every variable, read once into one frozen value. Mistakes
 * are named, by variable, before anything starts.
 */
import { join } from "node:path";
import { INVITED } from "./chat/email.ts";
import {
	type NatsSettings,
	natsSettings,
	natsTable,
} from "./cluster/nats-settings.ts";
import { type Limits, limitTable } from "./limits.ts";
import {
	type MailSetting,
	mailSetting,
	mailTable,
} from "./mail/mail-config.ts";
import { pushTable } from "./push/push-settings.ts";
import {
	ConfigError,
	parseStream,
	settingTable,
	type ValuesOf,
	type Variable,
	valuesOf,
	variablesOf,
} from "./settings.ts";
import { isPrivate } from "./transport/hosts.ts";

export { ConfigError } from "./settings.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Flags with which a start accepts what it refuses otherwise. */
export interface Accepts {
	readonly clock: boolean;
	readonly missing: boolean;
	/** The log is an older copy. */
	readonly restored: boolean;
	readonly secret: boolean;
}

export interface Config
	extends Omit<ValuesOf<typeof settingTable>, "limits" | "log"> {
	readonly limits: Limits;
	readonly log: "file" | "memory" | "nats";
	/** Only of a log on NATS. */
	readonly nats: NatsSettings | undefined;
	/** Undefined where no notes go to closed browsers. */
	readonly pushContact: string | undefined;
	readonly production: boolean;
	readonly mail: MailSetting;
	/** Mistakes that keep nothing from starting. */
	readonly warnings: readonly string[];
}

export const settingVariables = [
	...variablesOf("PLUME_", settingTable),
	...variablesOf("PLUME_NATS_", natsTable),
	...variablesOf("PLUME_PUSH_", pushTable),
	...variablesOf("", mailTable),
];
export const limitVariables = variablesOf("PLUME_LIMIT_", limitTable);
const known = [...settingVariables, ...limitVariables].map(({ name }) => name);

/**
 * Reads the configuration. `credential` reads a secret from the service
 * manager's credentials. Throws `ConfigError`.
 */
export function readConfig(
	environment: Environment,
	credential: (name: string) => string | undefined,
): Config {
	const warnings = checkNames(environment);
	const { ENV = "" } = environment;
	// Some shells use ENV for the path of a start-up file.
	const isPath = ENV.includes("/");
	if (isPath) warnings.push(`ENV is "${ENV}", a path: it counts as not set.`);
	const textOf = ({ name, isSecret }: Variable) => {
		if (isPath && name === "ENV") return undefined;
		const given = (isSecret && credential(name)) || environment[name];
		// Empty counts as not set, except where that would let everyone in by mistake.
		return given?.trim() || (name === "PLUME_ALLOW" ? given : undefined);
	};
	const { limits, log, ...values } = valuesOf("PLUME_", settingTable, textOf);
	const mail = valuesOf("", mailTable, textOf);
	const { host = "", port = 0 } = values.metrics ?? {};
	if (port !== 0 && port === values.port && host === values.host)
		throw new ConfigError(
			"PLUME_METRICS is the server's own address and port: choose another port.",
		);
	if (host && !isPrivate(host))
		warnings.push(
			`PLUME_METRICS has no password, and others may reach ${host}: say 127.0.0.1 or an address of your own network, or see to it that nobody else gets there.`,
		);
	const production = mail.env === "production";
	const isLifted = limits === "off";
	warnings.push(...doubtful(values, mail, isLifted));
	if (isLifted && production)
		throw new ConfigError(
			"PLUME_LIMITS=off would leave a production server open to abuse: unset it.",
		);
	if (values.upstream && values.secret === undefined)
		throw new ConfigError(
			"PLUME_UPSTREAM needs PLUME_SECRET: the same one as the sequencer has.",
		);
	if (values.upstream && (values.sequencer || values.edges > 0))
		throw new ConfigError(
			"PLUME_UPSTREAM makes this an edge, which has no edges of its own: unset PLUME_SEQUENCER and PLUME_EDGES.",
		);
	const data = dataFolder(environment);
	const socket = log === "memory" ? values.socket : localSocket(environment);
	if (values.allow.includes(INVITED) && !values.admins.length && !socket)
		throw new ConfigError(
			"PLUME_ALLOW=invited lets nobody in to invite the others: name admins by PLUME_ADMINS, or set PLUME_SOCKET, by which plume invite reaches the server.",
		);
	const connection = valuesOf("PLUME_NATS_", natsTable, textOf);
	const nats =
		typeof log === "object"
			? natsSettings({ ...values, address: log, values: connection, data })
			: undefined;
	return Object.freeze({
		...values,
		data,
		log: typeof log === "object" ? "nats" : log,
		nats,
		pushContact: valuesOf("PLUME_PUSH_", pushTable, textOf).contact,
		socket,
		limits: valuesOf("PLUME_LIMIT_", limitTable, textOf, isLifted),
		production,
		mail: mailSetting(mail),
		warnings,
	});
}

/** Settings that make sense each, but hardly together. */
function doubtful(
	{ allow, admins }: Pick<Config, "allow" | "admins">,
	mail: ValuesOf<typeof mailTable>,
	isLifted: boolean,
): readonly string[] {
	const mayEnter = (email: string) =>
		allow.length === 0 ||
		allow.some((entry) =>
			entry.startsWith("@")
				? email.endsWith(entry)
				: entry === email || entry === INVITED,
		);
	return [
		...(isLifted
			? ["PLUME_LIMITS=off: nobody is slowed down, which is for benchmarks."]
			: []),
		...(admins.every(mayEnter)
			? []
			: ["PLUME_ADMINS names an address that PLUME_ALLOW keeps out."]),
		...(mail.mailgunDomain && !mail.mailgunApikey && !mail.smtpUrl
			? ["MAILGUN_DOMAIN is of no use without MAILGUN_APIKEY."]
			: []),
		...(mail.mailgunApikey && mail.smtpUrl
			? ["SMTP_URL is set, so MAILGUN_APIKEY is not used: unset one of them."]
			: []),
	];
}

/** How a command reaches a stream, which needs no secret. Throws `ConfigError`. */
export function natsAt(text: string, environment: Environment): NatsSettings {
	const textOf = ({ name }: Variable) => environment[name]?.trim() || undefined;
	const values = valuesOf("PLUME_NATS_", natsTable, textOf);
	const address = parseStream(text);
	return natsSettings({ address, values, secret: "not needed", data: "" });
}

/** The data folder; an empty variable counts as not set. */
export function dataFolder(environment: Environment): string {
	const { PLUME_DATA = "", STATE_DIRECTORY = "" } = environment;
	return PLUME_DATA.trim() || STATE_DIRECTORY.trim() || "data";
}

/** Where an operator on this machine reaches the server. */
export function localSocket(environment: Environment): string {
	const { PLUME_SOCKET = "" } = environment;
	return PLUME_SOCKET.trim() || join(dataFolder(environment), "admin.sock");
}

/** Kubernetes sets these in every pod for a service named `plume`. */
const FROM_KUBERNETES = /^PLUME_(SERVICE_|PORT_.*_TCP)/;
/** The most edits between a mistyped name and the one that was meant. */
const MISTYPED = 2;

/**
 * Answers a warning for each unknown variable that begins with `PLUME_`, or
 * that is nearly a setting of ours: those may be another program's.
 * Throws `ConfigError` at one of ours that looks mistyped.
 */
function checkNames(environment: Environment): string[] {
	const strange = Object.keys(environment).filter(
		(name) => environment[name]?.trim() && !known.includes(name),
	);
	return strange.flatMap((name) => {
		if (name.startsWith("PLUME_"))
			return FROM_KUBERNETES.test(name) ? [] : [explainUnknown(name)];
		const meant = /^(MAIL|SMTP|PL|[ENV]{3}$)/.test(name) && nearest(name);
		return meant && !environment[meant]?.trim() ? [suggest(name, meant)] : [];
	});
}

/** The setting that was meant by a mistyped name. */
function nearest(name: string): string | undefined {
	const near = (edits: number) =>
		known.find((other) => isWithin(edits, name, other));
	return near(1) ?? near(MISTYPED);
}

const suggest = (name: string, meant: string) =>
	`${name} is no setting. Did you mean ${meant}?`;

/** The warning for a name that is no setting. Throws `ConfigError` if it looks like a mistyped one. */
export function explainUnknown(name: string): string {
	const meant = nearest(name);
	if (meant) throw new ConfigError(suggest(name, meant));
	const similar =
		name !== "PLUME_" &&
		known.find((other) => other.startsWith(name) || name.startsWith(other));
	return similar
		? suggest(name, similar)
		: `${name} is no setting: plume serve --help lists them all.`;
}

/** Whether so many letters added, dropped or changed turn one word into the other. */
function isWithin(edits: number, one: string, other: string): boolean {
	if (one === other || edits === 0) return one === other;
	const [rest, otherRest] = [one.slice(1), other.slice(1)];
	if (one[0] === other[0]) return isWithin(edits, rest, otherRest);
	return (
		isWithin(edits - 1, rest, other) ||
		isWithin(edits - 1, one, otherRest) ||
		isWithin(edits - 1, rest, otherRest)
	);
}
