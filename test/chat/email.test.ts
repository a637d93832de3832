import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseEmail } from "../../src/chat/email.ts";
import { anyString } from "../fakes/code-points.ts";

describe("an email address", () => {
	it.each(["victim@x", "Victim@X", " victim@x", "victim@x.", "VICTIM@x\n"])(
		"is one, typed as %j",
		(typed) => {
			expect(parseEmail(typed)).toMatchObject({
				email: "victim@x",
				domain: "x",
			});
		},
	);

	it.each([
		["ada.lovelace+plume@mail.example.org", "mail.example.org"],
		["o'brien@example.org", "example.org"],
		["ada@3com.example", "3com.example"],
		["ada@xn--mnchen-3ya.example", "xn--mnchen-3ya.example"],
		[`${"a".repeat(64)}@x`, "x"],
	])("may be %s", (email, domain) => {
		expect(parseEmail(email)).toMatchObject({ email, domain });
	});

	it.each([
		["ada@x", "ada@x"],
		["Ada+plume@x", "ada@x"],
		["ada+a+b@x", "ada@x"],
		["+ada@x", "+ada@x"],
	])("of %j is counted as %s", (typed, mailbox) => {
		expect(parseEmail(typed)?.mailbox).toBe(mailbox);
	});

	it("has its domain in ASCII, however that is written", () => {
		const domain = "xn--mnchen-3ya.example";
		for (const written of [
			"münchen.example",
			"MU\u0308NCHEN.example",
			"ｍünchen.example",
			"xn--MNCHEN-3ya.Example.",
		])
			expect(parseEmail(`ada@${written}`)?.domain).toBe(domain);
	});

	it.each([
		["nothing", ""],
		["no @", "ada"],
		["nobody", "@x"],
		["nowhere", "ada@"],
		["two of them", "a@x,b@y"],
		["two of them, with a semicolon", "a@x;b@y"],
		["two @", "a@b@x"],
		["a comma", "a,b@x"],
		["a line feed", "ada@x\nbcc: b@y"],
		["a carriage return", "ada\r@x"],
		["a NUL", "ada\0@x"],
		["a tab in the domain", "ada@x\t.org"],
		["a space", "ada lovelace@x"],
		["a space in the domain", "ada@x y"],
		["quotes", '"ada"@x'],
		["a quote", 'a"da@x'],
		["a backslash", "a\\da@x"],
		["angle brackets", "<ada@x>"],
		["a name before", "Ada <ada@x>"],
		["a comment", "ada(home)@x"],
		["two dots", "a..b@x"],
		["two dots in the domain", "ada@x..y"],
		["two dots at the end", "ada@x.."],
		["a dot first", ".ada@x"],
		["a dot last", "ada.@x"],
		["a dot first in the domain", "ada@.x"],
		["letters beyond ASCII before the @", "ädа@x"],
		["a dash at the end of a label", "ada@x-.org"],
		["a dash at the start of a label", "ada@-x.org"],
		["a low line in the domain", "ada@a_b.org"],
		["an escape in the domain", "ada@x%2eorg"],
		["a path", "ada@x/y"],
		["a port", "ada@x:25"],
		["a soft hyphen in the domain", "ada@x\u00ad.org"],
		["an IPv4 address", "ada@127.0.0.1"],
		["an IPv4 address in disguise", "ada@0x7f.1"],
		["an IPv4 address with a dot", "ada@127.0.0.1."],
		["an IPv4 literal", "ada@[127.0.0.1]"],
		["an IPv6 literal", "ada@[IPv6:::1]"],
		["a broken punycode label", "ada@xn--a"],
		["a local part of 65", `${"a".repeat(65)}@x`],
		["a label of 64", `ada@${"a".repeat(64)}`],
		["255 characters", `ada@${"a.".repeat(125)}x`],
	])("is refused if it has %s", (_, typed) => {
		expect(parseEmail(typed)).toBeUndefined();
	});

	it("is one plain address in ASCII, in a form that stays as it is, whatever is typed", () => {
		const typed = fc.oneof(
			fc.emailAddress(),
			anyString(),
			fc
				.tuple(fc.string(), fc.string({ unit: "grapheme" }))
				.map(([local, domain]) => `${local}@${domain}`),
		);
		fc.assert(
			fc.property(typed, (raw) => {
				const parsed = parseEmail(raw);
				if (!parsed) return;
				const { email, domain } = parsed;
				expect(email).toMatch(/^[!-~]+$/);
				expect(email).not.toMatch(/[,;"<>()[\]\\A-Z]/);
				expect(email.split("@")).toEqual([expect.anything(), domain]);
				expect(parseEmail(email)).toEqual(parsed);
			}),
			{ numRuns: 1000 },
		);
	});

	it("may be any that is in use", () => {
		fc.assert(
			fc.property(fc.emailAddress(), (address) => {
				expect(parseEmail(address)?.email).toBe(address.toLowerCase());
			}),
		);
	});
});
