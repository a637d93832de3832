/** The file that PLUME_CONFIG names, as an operator writes it. */
import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ConfigError } from "../src/config.ts";
import { loadEnvironment } from "../src/settings-file.ts";

const folder = mkdtempSync(join(tmpdir(), "plume-settings-"));
const path = join(folder, "plume.conf");

/** The environment of a server whose settings file has this text. */
function load(
	text: string | Uint8Array,
	environment: Readonly<Record<string, string>> = {},
	mode = 0o644,
) {
	writeFileSync(path, text);
	chmodSync(path, mode);
	return loadEnvironment({ PLUME_CONFIG: path, ...environment });
}

function refusal(text: string | Uint8Array, mode?: number): string {
	try {
		load(text, {}, mode);
	} catch (error) {
		if (error instanceof ConfigError) return error.message;
		throw error;
	}
	return "it was taken";
}

test.each<[string, string]>([
	["MAIL_FROM=plume@example.org", "plume@example.org"],
	["  MAIL_FROM = plume@example.org  ", "plume@example.org"],
	["export MAIL_FROM=plume@example.org", "plume@example.org"],
	["\uFEFFMAIL_FROM=plume@example.org\r", "plume@example.org"],
	["MAIL_FROM='P <plume@example.org>'", "P <plume@example.org>"],
	['MAIL_FROM="P <plume@example.org>"', "P <plume@example.org>"],
	['MAIL_FROM="\\"P\\" <plume@example.org>"', '"P" <plume@example.org>'],
	["MAIL_FROM=P#1 <plume@example.org>", "P#1 <plume@example.org>"],
	[
		"# a comment\n\n; another\nMAIL_FROM=plume@example.org",
		"plume@example.org",
	],
])("%j is read as systemd would", (text, value) => {
	expect(load(`${text}\n`).MAIL_FROM).toBe(value);
});

describe("a line that is wrong is named by its number", () => {
	test.each<[string, string]>([
		["PLUME_PORT 80", "say KEY=value"],
		["=80", "say KEY=value"],
		["PLUME_PORT=eighty", 'PLUME_PORT is "eighty"'],
		["PLUME_PROT=80", "Did you mean PLUME_PORT?"],
		["MAILGUN_APIKYE=k", "Did you mean MAILGUN_APIKEY?"],
		["HOME=/root", "HOME is no setting"],
		["PLUME_COLOUR=red", "PLUME_COLOUR is no setting"],
		["PLUME_ALLOW_LIST=ann@example.org", "Did you mean PLUME_ALLOW?"],
		["PLUME_CONFIG=other", "can't name another"],
		["PLUME_ALLOW=", "PLUME_ALLOW is an empty list"],
		["PLUME_HOST=::1 # here", "in two ways"],
		["PLUME_HOST='::1", "in two ways"],
		['PLUME_HOST="a" b', "in two ways"],
		["PLUME_HOST=a\\b", "in two ways"],
		["ENV=development", "ENV is on line 2, too"],
	])("%j", (line, words) => {
		expect(refusal(`# settings\nENV=production\n${line}\n`)).toMatch(
			`${path}, line 3: `,
		);
		expect(refusal(`# settings\nENV=production\n${line}\n`)).toContain(words);
	});

	test("without the value of a secret", () => {
		const text = "PLUME_SECRET=my own \\secret\n";
		expect(refusal(text, 0o600)).toContain("line 1: the value of PLUME_SECRET");
		expect(refusal(text, 0o600)).not.toContain("my own");
	});
});

test("a secret may stand in it only if nobody else may read it", () => {
	const text = "MAILGUN_APIKEY=key\n";
	expect(load(text, {}, 0o600).MAILGUN_APIKEY).toBe("key");
	expect(refusal(text, 0o640)).toBe(
		`${path} has MAILGUN_APIKEY in it, and others may read it (mode 640): chmod 600 it, or move that line to a credential.`,
	);
});

test("a file that is no text, or not there, is named", () => {
	const words = `PLUME_CONFIG: ${path} can't be read`;
	expect(refusal(Uint8Array.of(0xff, 0xfe, 0x41))).toContain(words);
	const missing = () => loadEnvironment({ PLUME_CONFIG: `${path}.old` });
	expect(missing).toThrow(`${path}.old can't be read (ENOENT)`);
});

test("a variable wins over the file, but not one that counts as not set", () => {
	const text = "PLUME_PORT=80\nENV=production\nPLUME_ALLOW=@example.org\n";
	expect(load(text, { PLUME_PORT: "81" }).PLUME_PORT).toBe("81");
	expect(load(text, { PLUME_PORT: " " }).PLUME_PORT).toBe("80");
	expect(load(text, { ENV: "/home/ann/.kshrc" }).ENV).toBe("production");
	expect(load(text, { PLUME_ALLOW: "" }).PLUME_ALLOW).toBe("");
});
