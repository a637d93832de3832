/**
 * Bad input and faults, each with the outcome that is required. A row runs
 * against a fresh server; `faults.test.ts` iterates over them. What needs a
 * real process or disk is a row of `real-faults.ts`, or has a test of its own:
 * `required-faults.ts` lists all.
 */

import { expect } from "vitest";
import { MessageType as types } from "../machines/message.ts";
import type { Person, TestServer } from "./test-server.ts";

export interface Fault {
	readonly fault: string;
	readonly outcome: string;
	readonly environment?: Readonly<Record<string, string>>;
	check(plume: TestServer): Promise<void>;
}

const email = (name: string) => `${name}@example.org`;

async function helloAndCode(plume: TestServer, person: Person, name: string) {
	person.hello(name, email(name));
	await plume.settle();
	return plume.mailer.codeFor(email(name));
}

async function answersTo(plume: TestServer, person: Person, frame: string) {
	person.news();
	person.raw(frame);
	await plume.settle();
	return person.news();
}

async function refusedNames(plume: TestServer, names: readonly string[]) {
	for (const name of names) {
		const person = plume.connect();
		person.hello(name, email("someone"));
		await plume.settle();
		expect([name, person.news()[0]?.type]).toEqual([name, 5]);
		person.hangUp();
	}
	expect(plume.mailer.sent).toEqual([]);
}

export const faults: readonly Fault[] = [
	{
		fault: "a code used twice",
		outcome: "one success",
		async check(plume) {
			const ann = plume.connect();
			const code = await helloAndCode(plume, ann, "ann");
			ann.auth(code);
			ann.auth(code);
			await plume.settle();
			expect(
				ann.received.filter(({ type }) => type === types.authAck),
			).toHaveLength(1);
			const thief = plume.connect();
			thief.auth(code);
			await plume.settle();
			expect(thief.isIn).toBe(false);
		},
	},
	{
		fault: "fifty tries of one code in parallel",
		outcome: "one success",
		environment: { PLUME_LIMITS: "off" },
		async check(plume) {
			const ann = plume.connect();
			const code = await helloAndCode(plume, ann, "ann");
			const tries = Array.from({ length: 50 }, () => plume.connect());
			for (const person of [...tries, ann]) person.auth(code);
			await plume.settle();
			expect(plume.people.filter(({ isIn }) => isIn)).toEqual([ann]);
		},
	},
	{
		fault: "five wrong tries",
		outcome: "the code is burned, even the right one fails",
		async check(plume) {
			const ann = plume.connect();
			const code = await helloAndCode(plume, ann, "ann");
			for (let i = 0; i < 5; i++) ann.auth("000000");
			ann.auth(code);
			await plume.settle();
			expect(ann.received.map(({ type }) => type)).toEqual(
				Array(6).fill(types.authRst),
			);
		},
	},
	{
		fault: "A's code on B's connection",
		outcome: "refused; A's still valid",
		async check(plume) {
			const [ann, bob] = [plume.connect(), plume.connect()];
			const code = await helloAndCode(plume, ann, "ann");
			await helloAndCode(plume, bob, "bob");
			bob.auth(code);
			await plume.settle();
			expect(bob.received).toMatchObject([{ type: types.authRst }]);
			expect(ann.isIn).toBe(false);
			ann.auth(code);
			await plume.settle();
			expect(ann.isIn).toBe(true);
		},
	},
	{
		fault: "a code after 10:01",
		outcome: "expired; a new one may be asked for",
		async check(plume) {
			const ann = plume.connect();
			const code = await helloAndCode(plume, ann, "ann");
			plume.clock.advance(601_000);
			ann.auth(code);
			await plume.settle();
			expect(ann.received.map(({ type }) => type)).toEqual([types.authRst]);
			const second = await helloAndCode(plume, ann, "ann");
			ann.auth(second);
			await plume.settle();
			expect(ann.isIn).toBe(true);
		},
	},
	{
		fault: "a code at 9:59",
		outcome: "still good",
		async check(plume) {
			const ann = plume.connect();
			const code = await helloAndCode(plume, ann, "ann");
			plume.clock.advance(599_000);
			ann.auth(code);
			await plume.settle();
			expect(ann.isIn).toBe(true);
		},
	},
	{
		fault: "a code in full width, or what cannot be a code",
		outcome: "it is taken; the other costs no try",
		async check(plume) {
			const ann = plume.connect("plume.2");
			const code = await helloAndCode(plume, ann, "ann");
			const none = [
				"",
				"ABC",
				"ABCDEFG",
				"ABCDEU",
				"x".repeat(65),
				"please go",
			];
			for (const typed of none) ann.auth(typed);
			await plume.settle();
			expect(ann.last(types.pending)).toMatchObject({ tries: 5 });
			expect(
				ann.received.filter(({ type }) => type === types.authRst),
			).toHaveLength(6);
			ann.auth(
				[...code]
					.map((sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0))
					.join(""),
			);
			await plume.settle();
			expect(ann.isIn).toBe(true);
		},
	},
	{
		fault: "an address with marks around it that cannot be seen",
		outcome: "they are dropped",
		async check(plume) {
			const ann = plume.connect("plume.2");
			ann.hello("ann", "\u200e ann@example.org\u200f\u2069\ufeff");
			await plume.settle();
			expect(plume.mailer.sent).toMatchObject([{ to: email("ann") }]);
		},
	},
	{
		fault: "texts that show nothing",
		outcome: "refused as empty",
		async check(plume) {
			const ann = await plume.enter("ann", "plume.2");
			for (const text of ["\u200b", " \u2800\n", "\u3164", "\u{e0020}"]) {
				ann.say(text);
				await plume.settle();
				expect(ann.last(types.refused)).toMatchObject({
					code: "textIsNotEmpty",
				});
			}
			ann.say("\n\n    if (x) {\n\n");
			await plume.settle();
			expect(ann.lines.at(-1)).toBe("ann:     if (x) {");
		},
	},
	{
		fault: "resend",
		outcome: "the old code is dead, the answer names the wait",
		async check(plume) {
			const ann = plume.connect("plume.2");
			const first = await helloAndCode(plume, ann, "ann");
			ann.hello("ann", email("ann"));
			await plume.settle();
			expect(ann.received.at(-1)).toMatchObject({
				type: types.refused,
				code: "resendIsDue",
				re: types.hello,
				retryAfter: 60_000,
			});
			plume.clock.advance(60_000);
			const second = await helloAndCode(plume, ann, "ann");
			expect(plume.mailer.sent).toHaveLength(2);
			ann.auth(first);
			await plume.settle();
			expect(ann.isIn).toBe(false);
			ann.auth(second);
			await plume.settle();
			expect(ann.isIn).toBe(true);
		},
	},
	{
		fault: "a fourth resend",
		outcome: "refused, in words",
		environment: { PLUME_LIMIT_MAIL_ADDRESS_HOUR: "99" },
		async check(plume) {
			const ann = plume.connect("plume.2");
			for (let i = 0; i < 4; i++) {
				await helloAndCode(plume, ann, "ann");
				plume.clock.advance(60_000);
			}
			expect(plume.mailer.sent).toHaveLength(4);
			ann.hello("ann", email("ann"));
			await plume.settle();
			expect(ann.received.at(-1)).toMatchObject({ code: "resendsAreLeft" });
			expect(plume.mailer.sent).toHaveLength(4);
		},
	},
	{
		fault: "`Victim@X`, ` victim@x`, `victim@x.`",
		outcome: "one mail allowance",
		async check(plume) {
			const spellings = ["Victim@X", " victim@x", "victim@x.", "VICTIM@x "];
			for (let i = 0; i < 8; i++) {
				const stranger = plume.connect();
				stranger.hello(`s${i}`, spellings[i % 4] ?? "");
				await plume.settle();
				stranger.hangUp();
			}
			expect(plume.mailer.sent.map(({ to }) => to)).toEqual(
				Array(5).fill("victim@x"),
			);
		},
	},
	{
		fault: "`a@x,b@y`, CR or LF, quotes in the address",
		outcome: "refused, no mail",
		async check(plume) {
			const addresses = ["a@x,b@y", "a@x\r\nBcc: b@y", '"a"@x', "a", "@x", ""];
			for (const address of addresses) {
				const person = plume.connect();
				person.hello("ann", address);
				await plume.settle();
				expect([address, person.news()[0]?.type]).toEqual([address, 5]);
				person.hangUp();
			}
			expect(plume.mailer.sent).toEqual([]);
		},
	},
	{
		fault: "`<b>`, a URL, spaces or nothing in a name",
		outcome: "refused, no mail",
		check: (plume) =>
			refusedNames(plume, ["<b>", "http://x.y/", "a b", "", "a".repeat(33)]),
	},
	{
		fault: "`plumebot`, `PlumeBot`, `pluмebot`, look-alikes, zero-width, bidi",
		outcome: "refused",
		check: (plume) =>
			refusedNames(plume, [
				"plumebot",
				"PlumeBot",
				"plu\u043cebot",
				"PIumebot",
				"p1umeb0t",
				"plume\u200bbot",
				"\u202eplumebot",
				"\uff50lumebot",
			]),
	},
	{
		fault: "a thousand hellos from one network",
		outcome: "capped; others still log in",
		environment: { PLUME_LIMIT_CONNECTIONS_PER_NETWORK: "2000" },
		async check(plume) {
			for (let i = 0; i < 1000; i++) {
				const stranger = plume.connect("classic", "10.6.6.6");
				stranger.hello(`s${i}`, email(`s${i}`));
			}
			await plume.settle();
			expect(plume.mailer.sent.length).toBeLessThanOrEqual(60);
			const ann = plume.connect("classic", "10.0.0.2");
			ann.hello("ann", email("ann"));
			for (let i = 0; i < 3; i++) {
				plume.clock.advance(1000);
				await plume.settle();
			}
			ann.auth(plume.mailer.codeFor(email("ann")));
			await plume.settle();
			expect(ann.isIn).toBe(true);
		},
	},
	{
		fault: "a hostile /48 that says hello from each of its networks",
		outcome: "it gets 240 mails an hour, and neighbours who are known get in",
		async check(plume) {
			const [home, wide] = ["2001:db8:7:700::/64", "2001:db8:7::/48"];
			const inside = (n: number, narrow = `2001:db8:7:${n}::/64`) => [
				...[narrow, `2001:db8:7:${n >> 8}::/56`, wide],
			];
			const enter = (name: string, networks: readonly string[]) =>
				plume.enter(name, "plume.2", email(name), networks);
			expect((await enter("ann", inside(7, home))).isIn).toBe(true);
			expect((await enter("bob", ["192.0.2.1"])).isIn).toBe(true);
			const before = plume.mailer.sent.length;
			for (let n = 0; n < 1500; n++) {
				const stranger = plume.connect("plume.2", inside(n));
				stranger.hello(`s${n}`, email(`s${n}`));
				await plume.settle();
				stranger.hangUp();
				plume.clock.advance(2000);
			}
			const strangers = plume.mailer.sent.length - before;
			expect(strangers).toBeGreaterThan(200);
			expect(strangers).toBeLessThanOrEqual(240);
			// At home, and on the way.
			expect((await enter("ann", inside(7, home))).isIn).toBe(true);
			expect((await enter("bob", inside(3000))).isIn).toBe(true);
		},
	},
	{
		fault: "a botnet of many IPv4 addresses that has mails sent to everyone",
		outcome:
			"its mails wait for each other; people who are known get in at once",
		async check(plume) {
			const enter = (name: string, network: string) =>
				plume.enter(name, "plume.2", email(name), network);
			for (const name of ["ann", "bob"])
				expect((await enter(name, "192.0.2.1")).isIn).toBe(true);
			plume.clock.advance(60_000);
			let refused = 0;
			for (let n = 0; n < 600; n++) {
				const bot = plume.connect("plume.2", `10.${n >> 8}.${n % 256}.1`);
				// A third of them knows who is here.
				const to = n % 3 > 0 ? `s${n}` : n % 2 > 0 ? "ann" : "bob";
				bot.hello(`s${n}`, email(to));
				await plume.settle();
				refused += bot.news()[0]?.code === "mailIsNotBusy" ? 1 : 0;
				bot.hangUp();
				if (n % 10 === 0) plume.clock.advance(1000);
			}
			expect(refused).toBeGreaterThan(100);
			const toAnn = plume.mailer.sent.filter(({ to }) => to === email("ann"));
			expect(toAnn.length).toBeLessThanOrEqual(22);
			for (const name of ["ann", "bob"])
				expect((await enter(name, "192.0.2.1")).isIn).toBe(true);
		},
	},
	{
		fault: "one address under many a `+tag`, asked for from many networks",
		outcome: "one mail allowance of 20 a day",
		async check(plume) {
			for (let n = 0; n < 40; n++) {
				const bot = plume.connect("classic", `10.0.${n}.1`);
				bot.hello(`s${n}`, `victim+${n}@example.org`);
				await plume.settle();
				bot.hangUp();
				plume.clock.advance(60_000);
			}
			expect(plume.mailer.sent).toHaveLength(20);
		},
	},
	{
		fault: "the mail service fails",
		outcome: "the person sees why, and may ask again; nobody else notices",
		async check(plume) {
			const bob = await plume.enter("bob");
			bob.news();
			plume.mailer.failing = true;
			const ann = plume.connect();
			ann.hello("ann", email("ann"));
			await plume.settle();
			expect(ann.news()).toMatchObject([{ type: types.mayNotEnter }]);
			expect(bob.news()).toEqual([]);
			plume.mailer.failing = false;
			ann.auth(await helloAndCode(plume, ann, "ann"));
			await plume.settle();
			expect(ann.isIn).toBe(true);
		},
	},
	{
		fault: "the mail service never answers",
		outcome: "the person sees why within 10 s",
		async check(plume) {
			plume.mailer.hanging = true;
			const ann = plume.connect();
			ann.hello("ann", email("ann"));
			await plume.settle();
			expect(ann.news()).toEqual([]);
			plume.clock.advance(10_000);
			await plume.settle();
			expect(ann.news()).toMatchObject([{ type: types.mayNotEnter }]);
		},
	},
	{
		fault: "a taken name or a known email",
		outcome: "nothing disclosed beyond “taken”",
		async check(plume) {
			await plume.enter("ann");
			const [known, unknown] = [plume.connect(), plume.connect()];
			known.hello("free1", email("ann"));
			unknown.hello("free2", email("nobody"));
			await plume.settle();
			expect(known.received).toEqual(unknown.received);
			const eve = plume.connect();
			eve.hello("Ann", email("eve"));
			await plume.settle();
			expect(JSON.stringify(eve.received)).not.toContain("example.org");
			expect(eve.received).toMatchObject([{ type: types.mayNotEnter }]);
		},
	},
	{
		fault: "a thousand guesses of whose a name is",
		outcome:
			"after ten the right one is answered like a wrong one, there alone",
		environment: {
			PLUME_LIMIT_MESSAGE_BURST: "2000",
			PLUME_LIMIT_GUESSES_NETWORK_HOUR: "12",
		},
		async check(plume) {
			for (const name of ["ann", "bob"]) await plume.enter(name);
			const guess = async (name: string, to: string, network: string) => {
				const eve = plume.connect("plume.2", network);
				eve.hello(name, email(to));
				await plume.settle();
				eve.hangUp();
				return eve.news();
			};
			const [wrong] = await guess("ann", "someone", "10.6.6.6");
			for (let n = 0; n < 9; n++) await guess("Ann", `g${n}`, "10.6.6.6");
			const mails = plume.mailer.sent.length;
			expect(await guess("ann", "ann", "10.6.6.6")).toEqual([wrong]);
			expect(plume.mailer.sent).toHaveLength(mails);
			// Another name, until all guesses from there are used up.
			for (let n = 0; n < 2; n++) await guess("bob", `g${n}`, "10.6.6.6");
			expect(await guess("bob", "bob", "10.6.6.6")).toEqual([wrong]);
			const [first] = await guess("new", "new", "10.6.6.6");
			expect(first).toMatchObject({ type: types.pending });
			expect(await guess("ann", "ann", "10.0.0.1")).toMatchObject([
				{ type: types.pending },
			]);
			plume.clock.advance(3_600_000);
			expect(await guess("ann", "ann", "10.6.6.6")).toMatchObject([
				{ type: types.pending },
			]);
		},
	},
	{
		fault: "sixty names claimed from one mailbox, some under a `+tag`",
		outcome:
			"five are granted, and can be used; only who had the code learns why",
		environment: {
			PLUME_LIMIT_MAIL_ADDRESS_HOUR: "99",
			PLUME_LIMIT_MAIL_ADDRESS_DAY: "99",
		},
		async check(plume) {
			const enter = async (n: number) => {
				const to = email(n % 2 > 0 ? "ann" : `ann+${n}`);
				const person = await plume.enter(`n${n}`, "plume.2", to);
				person.hangUp();
				plume.clock.advance(60_000);
				return person;
			};
			const isWelcome = async (n: number) =>
				expect((await enter(n)).last(types.welcome)).toBeDefined();
			for (let n = 0; n < 5; n++) await isWelcome(n);
			for (let n = 5; n < 60; n++) {
				const sixth = await enter(n);
				expect(sixth.received.map(({ type }) => type)).toEqual([
					types.pending,
					types.mayNotEnter,
				]);
				expect(sixth.received[1]).toMatchObject({ code: "namesAreLeft" });
			}
			for (let n = 0; n < 5; n++) await isWelcome(n);
			expect(plume.state.server.context.names.size).toBe(6);
		},
	},
	{
		fault: "names that are read as `plumebot`, claimed anew",
		outcome: "refused",
		check: (plume) =>
			refusedNames(plume, [
				"ᴘʟᴜᴍᴇʙᴏᴛ",
				"plumeḅot",
				"plùmebot",
				"plume-bot",
				"p-l_u-m-e-b-o-t",
				"plume_bot",
				"Plume_Bot_",
				"p1umebot",
				"plum3b0t",
				"ｐｌｕｍｅｂｏｔ",
				"ⓟⓛⓤⓜⓔⓑⓞⓣ",
				"ᵖˡᵘᵐᵉᵇᵒᵗ",
				"płumebøt",
				"PLUME.BOT",
			]),
	},
	{
		fault: "two people ask for one free name at once",
		outcome:
			"the first with a code has it, the second learns that and may choose another",
		async check(plume) {
			const [ann, eve] = [plume.connect(), plume.connect()];
			ann.hello("sam", email("ann"));
			eve.hello("sam", email("eve"));
			await plume.settle();
			ann.auth(plume.mailer.codeFor(email("ann")));
			eve.auth(plume.mailer.codeFor(email("eve")));
			await plume.settle();
			expect(ann.isIn).toBe(true);
			expect(eve.received).toMatchObject([{ type: types.mayNotEnter }]);
			eve.hello("sue", email("eve"));
			await plume.settle();
			eve.auth(plume.mailer.codeFor(email("eve")));
			await plume.settle();
			expect(eve.isIn).toBe(true);
		},
	},
	{
		fault:
			"a name that was free at hello, and at entry has an owner who is out",
		outcome: "refused as taken; the code is used up",
		async check(plume) {
			const eve = plume.connect();
			const code = await helloAndCode(plume, eve, "eve");
			const rival = plume.connect();
			rival.hello("eve", email("rival"));
			await plume.settle();
			rival.auth(plume.mailer.codeFor(email("rival")));
			await plume.settle();
			rival.hangUp();
			await plume.settle();
			eve.auth(code);
			await plume.settle();
			expect(eve.received).toMatchObject([{ type: types.mayNotEnter }]);
		},
	},
	{
		fault: "a name nobody used for a year, asked for by another",
		outcome: "it is free again; a day earlier it was not",
		async check(plume) {
			(await plume.enter("ann")).hangUp();
			await plume.settle();
			plume.clock.advance(364 * 86_400_000);
			const eve = plume.connect();
			eve.hello("ann", email("eve"));
			await plume.settle();
			expect(eve.news()).toMatchObject([{ type: types.mayNotEnter }]);
			plume.clock.advance(86_400_000);
			const late = await plume.enter("ann", "classic", email("eve"));
			expect(late.isIn).toBe(true);
		},
	},
	{
		fault: "a person who is not invited, when PLUME_ALLOW names who is",
		outcome: "refused in words, no mail; the invited come in",
		environment: { PLUME_ALLOW: "@example.org, Guest@Elsewhere.org" },
		async check(plume) {
			const eve = plume.connect();
			eve.hello("eve", "eve@elsewhere.org");
			await plume.settle();
			expect(eve.news()).toMatchObject([{ type: types.mayNotEnter }]);
			expect(plume.mailer.sent).toEqual([]);
			const guest = "guest@elsewhere.org";
			expect((await plume.enter("guest", "classic", guest)).isIn).toBe(true);
			expect((await plume.enter("ann")).isIn).toBe(true);
		},
	},
	{
		fault: "text before hello, auth before hello, hello twice",
		outcome: "refused with a reason, no state leaks",
		async check(plume) {
			const bob = await plume.enter("bob");
			bob.news();
			const ann = plume.connect();
			ann.say("hello?");
			await plume.settle();
			expect(ann.news()).toEqual([
				{
					type: types.mayNotEnter,
					user: { name: "" },
					text: expect.stringContaining("room"),
				},
			]);
			ann.auth("ABCDEF");
			await plume.settle();
			expect(ann.news()).toMatchObject([{ type: types.authRst }]);
			await helloAndCode(plume, ann, "ann");
			ann.hello("ann", email("ann"));
			await plume.settle();
			expect(ann.news()).toMatchObject([{ type: types.mayNotEnter }]);
			expect(bob.news()).toEqual([]);
		},
	},
	{
		fault: "hello or auth again in the room",
		outcome: "a private line from plumebot, nothing changes",
		async check(plume) {
			const [ann, bob] = [await plume.enter("ann"), await plume.enter("bob")];
			ann.news();
			bob.news();
			const hash = plume.state.hash();
			ann.hello("ann", email("ann"));
			ann.auth("ABCDEF");
			await plume.settle();
			expect(ann.news()).toMatchObject([
				{ type: types.text, user: { name: "plumebot" } },
				{ type: types.text, user: { name: "plumebot" } },
			]);
			expect(bob.news()).toEqual([]);
			expect(plume.state.hash()).toBe(hash);
		},
	},
	{
		fault:
			"wire noise: no JSON, wrong types, `xstate.*`, `__proto__`, deep nesting",
		outcome: "refused or ignored; the state is unchanged, the process lives",
		environment: { PLUME_LIMITS: "off" },
		async check(plume) {
			const ann = await plume.enter("ann");
			const hash = plume.state.hash();
			for (const frame of [
				"",
				"null",
				"[]",
				"{",
				'"text"',
				'{"type":"xstate.stop"}',
				'{"type":"client.left","client":"x"}',
				'{"type":99,"text":"?"}',
				'{"type":1e400,"text":"?"}',
				'{"type":1,"text":{}}',
				'{"__proto__":{"type":1},"text":"x"}',
				'{"type":1,"text":"\\ud800"}',
				'{"type":1,"text":" \\n "}',
				`{"type":1,"text":${"[".repeat(30_000)}${"]".repeat(30_000)}}`,
			]) {
				const answers = await answersTo(plume, ann, frame);
				expect([frame, answers.map(({ user }) => user?.name)]).toEqual([
					frame,
					["plumebot"],
				]);
			}
			expect(plume.state.hash()).toBe(hash);
			expect(plume.fatal).toBeUndefined();
			ann.say("still here");
			await plume.settle();
			expect(ann.lines.at(-1)).toBe("ann: still here");
		},
	},
	{
		fault: "4,000 and 4,001 code points",
		outcome: "whole, and refused; never cut",
		async check(plume) {
			const ann = await plume.enter("ann");
			const most = "🪶".repeat(4000);
			ann.say(most);
			await plume.settle();
			expect(ann.lines.at(-1)).toBe(`ann: ${most}`);
			ann.news();
			ann.say(`${most}!`);
			await plume.settle();
			expect(ann.news()).toMatchObject([{ user: { name: "plumebot" } }]);
		},
	},
	{
		fault: "thirty messages at once",
		outcome: "twenty are said, ten are refused, and a second later five more",
		async check(plume) {
			const ann = await plume.enter("ann", "plume.2");
			plume.clock.advance(10_000);
			ann.news();
			for (let i = 0; i < 30; i++) ann.say(`line ${i}`);
			await plume.settle();
			const news = ann.news();
			expect(news.filter(({ type }) => type === types.text)).toHaveLength(20);
			const refused = news.filter(({ code }) => code === "isNotTooFast");
			expect(refused).toHaveLength(10);
			expect(refused[0]).toMatchObject({
				type: types.refused,
				re: types.text,
				retryAfter: 200,
			});
			plume.clock.advance(1000);
			for (let i = 0; i < 6; i++) ann.say("later");
			await plume.settle();
			expect(ann.news().filter(({ type }) => type === types.text)).toHaveLength(
				5,
			);
		},
	},
	{
		fault: "a flood that does not stop",
		outcome: "closed as abuse",
		async check(plume) {
			const ann = await plume.enter("ann");
			for (let i = 0; i < 200; i++) ann.say("!");
			await plume.settle();
			expect(ann.closed?.code).toBe(1008);
		},
	},
	{
		fault: "a client that never reads",
		outcome: "closed at its bound; the others get everything",
		environment: { PLUME_LIMITS: "off" },
		async check(plume) {
			const [ann, bob] = [await plume.enter("ann"), await plume.enter("bob")];
			bob.stalled = true;
			const line = "x".repeat(3000);
			for (let i = 0; i < 120; i++) {
				ann.say(line);
				if (i % 10 === 0) await plume.settle();
			}
			await plume.settle();
			expect(bob.closed?.code).toBe(4004);
			expect(bob.unsentBytes).toBeLessThanOrEqual(262_144);
			const said = ann.lines.filter((text) => text === `ann: ${line}`);
			expect(said).toHaveLength(120);
			expect(ann.lines).toContain("bob: left chat");
		},
	},
	{
		fault: "a half-open peer",
		outcome: "noticed within 45 s; `left chat` once",
		async check(plume) {
			const [ann, bob] = [await plume.enter("ann"), await plume.enter("bob")];
			bob.stalled = true;
			for (let second = 0; second < 45; second++) {
				plume.clock.advance(1000);
				for (const person of plume.people) person.transport?.checkHeartbeat();
			}
			await plume.settle();
			bob.hangUp();
			await plume.settle();
			expect(
				ann.lines.filter((line) => line === "bob: left chat"),
			).toHaveLength(1);
			expect(ann.closed).toBeUndefined();
			expect(ann.pings).toBeGreaterThan(0);
		},
	},
	{
		fault: "a connection that says nothing",
		outcome: "closed after 10 s; one that waits for its mail is not",
		async check(plume) {
			const [silent, ann] = [plume.connect(), plume.connect()];
			const code = await helloAndCode(plume, ann, "ann");
			plume.clock.advance(10_000);
			expect(silent.closed).toBeDefined();
			plume.clock.advance(540_000);
			expect(ann.closed).toBeUndefined();
			ann.auth(code);
			await plume.settle();
			expect(ann.isIn).toBe(true);
		},
	},
	{
		fault: "a ninth tab",
		outcome: "refused until one is closed; its code stays good",
		environment: {
			PLUME_LIMIT_MAIL_ADDRESS_HOUR: "99",
			PLUME_LIMIT_MAIL_ADDRESS_DAY: "99",
		},
		async check(plume) {
			const tabs: Person[] = [];
			for (let i = 0; i < 8; i++) tabs.push(await plume.enter("ann"));
			const ninth = await plume.enter("ann");
			expect(ninth.isIn).toBe(false);
			expect(ninth.received).toMatchObject([{ type: types.mayNotEnter }]);
			tabs[0]?.hangUp();
			ninth.auth(plume.mailer.codeFor(email("ann")));
			await plume.settle();
			expect(ninth.isIn).toBe(true);
		},
	},
];
