/** What an operator may get wrong in the settings, and what they are told. */
import { describe, expect, test } from "vitest";
import {
	ConfigError,
	limitVariables,
	readConfig,
	settingVariables,
} from "../src/config.ts";
import { limitTable } from "../src/limits.ts";

type Environment = Readonly<Record<string, string>>;

const read = (environment: Environment) =>
	readConfig(environment, () => undefined);

function refusal(environment: Environment): string {
	try {
		read(environment);
	} catch (error) {
		if (error instanceof ConfigError) return error.message;
		throw error;
	}
	return "it was taken";
}

const mailgun = { MAILGUN_APIKEY: "k", MAILGUN_DOMAIN: "mg.example.org" };
const smtp = (url: string) => ({ SMTP_URL: url });

describe("an empty value is as not set", () => {
	const variables = [...settingVariables, ...limitVariables];
	const names = variables.map(({ name }) => name);
	test.each(names.filter((name) => name !== "PLUME_ALLOW"))("%s", (name) => {
		for (const empty of ["", "  "])
			expect(read({ [name]: empty })).toEqual(read({}));
	});

	test("STATE_DIRECTORY", () => {
		expect(read({ STATE_DIRECTORY: "", PLUME_DATA: "" }).data).toBe("data");
	});

	test("a credential, beside a variable", () => {
		const environment = { PLUME_SECRET: "from the environment" };
		expect(readConfig(environment, () => "").secret).toBe(
			environment.PLUME_SECRET,
		);
	});
});

/** A log on NATS. */
const nats = (address: string, more: Environment = {}): Environment => ({
	...{ PLUME_LOG: address, PLUME_SECRET: "s".repeat(32), ...more },
});
const onNats = nats("nats://nats1.example.org:4222,[::1]/PLUME");

test.each<[Environment, string]>([
	[{ PLUME_LOG: "disk" }, "say file, memory or nats://host:port/STREAM"],
	[nats("nats://127.0.0.1:4222"), "PLUME_LOG: write nats://, the servers by"],
	[nats("nats://127.0.0.1/a.b"), "as in nats://127.0.0.1:4222/PLUME."],
	[nats("nats://a,b c/PLUME"), 'PLUME_LOG: "b c" is no server'],
	[nats("nats://a:70000/PLUME"), '"a:70000" is no server'],
	[nats("tls://a/PLUME"), "PLUME_LOG: write nats://"],
	[{ ...onNats, PLUME_NATS_TLS_KEY: "key.pem" }, "set both, or neither"],
	[{ ...onNats, PLUME_NATS_REPLICAS: "6" }, "a whole number from 1 to 5"],
	[{ ...onNats, PLUME_SECRET: "" }, "PLUME_LOG=nats:// needs the secret"],
	[{ PLUME_ALLOW: "" }, "PLUME_ALLOW is an empty list"],
	[{ PLUME_ALLOW: "," }, "PLUME_ALLOW is an empty list"],
	[{ PLUME_ALLOW: "*@example.org" }, "Did you mean @example.org?"],
	[{ PLUME_ALLOW: "example.org" }, "Did you mean @example.org?"],
	[{ PLUME_ALLOW: "@*.example.org" }, "Did you mean @example.org?"],
	[{ PLUME_ORIGINS: ", ," }, "PLUME_ORIGINS is an empty list"],
	[{ PLUME_TRUST_PROXY: "," }, "PLUME_TRUST_PROXY"],
	[{ PLUME_RETENTION: "30" }, 'PLUME_RETENTION: "30" is no age. Say hours or'],
	[{ PLUME_RETENTION: "0d" }, "from 1h to 36500d, as in 30d or lobby=12h"],
	[{ PLUME_RETENTION: "36501d" }, 'PLUME_RETENTION: "36501d" is no age'],
	[{ PLUME_RETENTION: "30d," }, 'PLUME_RETENTION: "" is no age'],
	[{ PLUME_RETENTION: "a b!=1d" }, 'PLUME_RETENTION: "a b!" is no room'],
	[{ PLUME_RETENTION: "30d,*=9d" }, "PLUME_RETENTION: it has two ages for *"],
	[{ ENV: "prod" }, 'ENV is "prod": say production or development'],
	[{ ENV: "Production" }, 'ENV is "Production"'],
	[
		{ PLUME_ALOW: "@example.org" },
		"PLUME_ALOW is no setting. Did you mean PLUME_ALLOW?",
	],
	[{ PLUME_PROT: "80" }, "Did you mean PLUME_PORT?"],
	[{ PLUME_LIMIT_CODE_TRYS: "3" }, "Did you mean PLUME_LIMIT_CODE_TRIES?"],
	[{ PLUME_PORT: "tcp://10.0.0.1:80" }, "enableServiceLinks: false"],
	[{ PLUME_HOST: "[::1]" }, "PLUME_HOST"],
	[{ PLUME_HOST: "127.0.0.1:80" }, "PLUME_HOST"],
	[{ PLUME_HOST: "http://here" }, "PLUME_HOST"],
	[{ PLUME_BASE: "chat" }, "PLUME_BASE"],
	[{ PLUME_BASE: "//chat" }, "PLUME_BASE"],
	[{ PLUME_BASE: "/chat/../admin" }, "PLUME_BASE"],
	[{ PLUME_BASE: "/<chat>" }, "PLUME_BASE"],
	[{ PLUME_BASE: "https://example.org/chat" }, "PLUME_BASE"],
	[{ ...mailgun, MAILGUN_DOMAIN: "https://mg.example.org" }, "MAILGUN_DOMAIN"],
	[{ ...mailgun, MAILGUN_DOMAIN: "plume@mg.example.org" }, "MAILGUN_DOMAIN"],
	[{ MAILGUN_APIKEY: "k" }, "MAILGUN_DOMAIN"],
	[{ ...mailgun, MAILGUN_URL: "https://api.mailgun.net/v3" }, "MAILGUN_URL"],
	[{ ...mailgun, MAILGUN_URL: "http://api.mailgun.net" }, "MAILGUN_URL"],
	[{ ...mailgun, MAILGUN_URL: "api.mailgun.net" }, "MAILGUN_URL"],
	[{ ...mailgun, MAIL_FROM: "no address" }, "MAIL_FROM"],
	[
		{ ...smtp("smtp://localhost"), MAIL_FROM: "Plume <no address>" },
		"MAIL_FROM",
	],
	[{ ...mailgun, MAIL_FROM: "a@example.org, b@example.org" }, "MAIL_FROM"],
	[{ ...mailgun, MAIL_FROM: "A\r\nBcc: x <a@example.org>" }, "MAIL_FROM"],
	[
		smtp("smtp://user:pa#ss@mail.example.org"),
		'has a "#" in its user or password: write it as %23',
	],
	[smtp("smtp://user:pa/ss@mail.example.org"), "write it as %2F"],
	[smtp("smtp://user:pa?ss@mail.example.org"), "write it as %3F"],
	[smtp("smtp://user:pa+ss@mail.example.org"), "write it as %2B"],
	[smtp("smtp://user:pa@ss@mail.example.org"), "write it as %40"],
	[smtp("smtp://user:100%@mail.example.org"), "write it as %25"],
	[smtp("smtp://user@example.org:pw@mail.example.org"), "write it as %40"],
	[smtp("smtp://mail.example.org:99999"), "SMTP_URL has the port 99999"],
	[smtp("smtp://mail.example.org:0"), "SMTP_URL has the port 0"],
	[smtp("smtp://user:pa#ss"), "SMTP_URL must begin with"],
	[smtp("smtp://"), "SMTP_URL must begin with"],
	[smtp("mail.example.org"), "SMTP_URL must begin with"],
	[smtp("localhost:25"), "SMTP_URL must begin with"],
	[smtp("http://host"), "SMTP_URL must begin with"],
	[smtp("smtp://u:pa55@ho st"), "SMTP_URL must begin with"],
])("%j is refused by name", (environment, words) => {
	expect(refusal(environment)).toContain(words);
	const secret = /pa.ss|100%(?!25)/;
	expect(refusal(environment)).not.toMatch(secret);
});

test.each<Environment>([
	{ ENV: "development" },
	{ PLUME_ALLOW: "@example.org, ann@example.com" },
	{ PLUME_HOST: "::1" },
	{ PLUME_SERVICE_HOST: "10.0.0.1", PLUME_PORT_4884_TCP_ADDR: "10.0.0.1" },
	{ ...mailgun, MAILGUN_URL: "https://api.eu.mailgun.net/" },
	{ ...mailgun, MAIL_FROM: "Plume, the chat <plume@example.org>" },
	smtp("smtps://user%40example.org:p%23%2F%3F%2B%40ss@mail.example.org:465"),
	smtp("smtp://[::1]:2525"),
])("%j is taken without a word", (environment) => {
	expect(read(environment).warnings).toEqual([]);
});

test("a password in the address of a stream is refused without being repeated", () => {
	const said = refusal(nats("nats://ann:hunter2@127.0.0.1:4222/PLUME"));
	expect(said).toContain("PLUME_NATS_CREDENTIALS");
	expect(said).not.toContain("hunter2");
});

test("a log on NATS has its servers, its stream and three replicas", () => {
	expect(read(onNats)).toMatchObject({
		log: "nats",
		nats: {
			servers: ["nats1.example.org:4222", "[::1]:4222"],
			...{ stream: "PLUME", replicas: 3 },
		},
	});
	expect(read({}).nats).toBeUndefined();
});

test("a path in ENV, where some shells keep their start-up file, counts as not set", () => {
	const { production, warnings } = read({ ENV: "/home/ann/.kshrc" });
	expect([production, warnings]).toEqual([
		false,
		[expect.stringContaining("ENV is")],
	]);
});

test.each([
	["/", "/"],
	["/chat", "/chat/"],
	["/chat/", "/chat/"],
	["/our/chat.v2", "/our/chat.v2/"],
])("PLUME_BASE may be %s", (given, base) => {
	expect(read({ PLUME_BASE: given }).base).toBe(base);
});

test("a variable that only seems to be Plume's is warned of once", () => {
	const { warnings } = read({ PLUME_COLOUR: "red", PLUME_SHAPE: "round" });
	expect(warnings).toEqual([
		expect.stringContaining("PLUME_COLOUR is no setting"),
		expect.stringContaining("PLUME_SHAPE is no setting"),
	]);
});

test("the beginning that all settings share is taken for none of them", () => {
	expect(read({ PLUME_: "1" }).warnings).toEqual([
		"PLUME_ is no setting: plume serve --help lists them all.",
	]);
});

test.each<[string, Environment]>([
	["MAILGUN_API_KEY", { MAILGUN_API_KEY: "k" }],
	["Did you mean SMTP_URL?", { SMTP_URI: "smtp://mail.example.org" }],
	["Did you mean MAIL_FROM?", { MAILFROM: "ann@example.org" }],
	["Did you mean PLUME_PORT?", { PLUM_PORT: "1" }],
	["Did you mean ENV?", { EVN: "production" }],
	["Did you mean PLUME_PUSH_CONTACT?", { PLUME_PUSH: "ann@example.org" }],
	["Did you mean PLUME_LANG?", { PLUME_LANGUAGE: "de" }],
	["without MAILGUN_APIKEY", { MAILGUN_DOMAIN: "mg.example.org" }],
	[
		"SMTP_URL is set, so MAILGUN_APIKEY is not used",
		{
			SMTP_URL: "smtp://mail.example.org",
			MAILGUN_APIKEY: "k",
			MAILGUN_DOMAIN: "mg.example.org",
		},
	],
	["PLUME_LIMITS=off", { PLUME_LIMITS: "off" }],
	[
		"that PLUME_ALLOW keeps out",
		{ PLUME_ALLOW: "@else.org", PLUME_ADMINS: "ann@example.org" },
	],
])("a warning says %s for %j", (words, environment) => {
	expect(read(environment).warnings).toEqual([expect.stringContaining(words)]);
});

test.each<Environment>([
	{ MAIL: "/var/mail/root" },
	{ PLATFORM: "linux", VENV: "/opt/tools", EDITOR: "ed" },
	{ MAILGUN_API_KEY: "of another program", ...mailgun },
	{ PLUME_ALLOW: "@example.org", PLUME_ADMINS: "ann@example.org" },
	{ PLUME_ALLOW: "Invited", PLUME_ADMINS: "ann@example.org" },
])("nothing is wrong with %j", (environment) => {
	expect(read(environment).warnings).toEqual([]);
});

test("metrics need a port of their own", () => {
	expect(refusal({ PLUME_METRICS: "127.0.0.1:4884" })).toContain(
		"PLUME_METRICS is the server's own",
	);
});

test("a slip of the finger starts no thousand processes", () => {
	expect(refusal({ PLUME_EDGES: "1000" })).toContain("from 0 to 256");
});

describe("a limit with which nobody could enter is refused by name", () => {
	test.each(Object.entries(limitTable))("%s", (name, { value, least }) => {
		const variable = `PLUME_LIMIT_${name.replace(/[A-Z]/g, "_$&").toUpperCase()}`;
		expect(least).toBeLessThanOrEqual(value);
		for (const bad of [least - 1, 1e12, -1, 1.5])
			expect(refusal({ [variable]: `${bad}` })).toContain(`${variable} is`);
		expect(read({ [variable]: `${least}` }).limits).toHaveProperty(name, least);
	});

	test("a frame of one byte", () => {
		expect(refusal({ PLUME_LIMIT_FRAME_BYTES: "1" })).toContain("from 1024 to");
	});
});
