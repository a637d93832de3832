/** The server speaks the language of each person's page, and in rooms that of PLUME_LANG. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { MessageType as types } from "../machines/message.ts";
import { refusalWords } from "../src/engine/refusals.ts";
import en from "../src/languages/en.json" with { type: "json" };
import { languages, sayIn } from "../src/languages/words.ts";
import { openFileLog } from "../src/log/file-log.ts";
import { renderLoginMail } from "../src/mail/login-mail.ts";
import { faultsIn, wordsIn } from "../tools/server-languages.js";
import { FakeClock } from "./fakes/clock.ts";
import { FakeDisk } from "./fakes/disk.ts";
import { answers, ask, into } from "./moderating.ts";
import { type Person, TestServer } from "./test-server.ts";

const environment = { PLUME_ADMINS: "boss@example.org" };

const emailOf = (name: string) =>
	`${encodeURI(name).replaceAll("%", "").toLowerCase()}@example.org`;

async function hello(plume: TestServer, name: string, lang: unknown) {
	const person = plume.connect("plume.2");
	const text = `${name}\n${emailOf(name)}`;
	person.raw(JSON.stringify({ type: types.hello, text, lang }));
	await plume.settle();
	return person;
}

async function enter(plume: TestServer, name: string, lang: unknown) {
	const person = await hello(plume, name, lang);
	person.auth(plume.mailer.codeFor(emailOf(name)));
	await plume.settle();
	return person;
}

const mailFor = ({ mailer }: TestServer, email: string) => {
	const mail = mailer.sent.findLast(({ to }) => to === email);
	if (!mail) throw new Error(`nothing was mailed to ${email}`);
	return renderLoginMail(mail);
};

const notices = ({ items }: Person) =>
	items.flatMap(({ user, text }) => (user?.name === "plumebot" ? text : []));

describe("a person whose page is German", () => {
	test("is mailed in German", async () => {
		const plume = await TestServer.open();
		await hello(plume, "ann", "de-AT");
		const { subject, text, html } = mailFor(plume, "ann@example.org");
		expect(subject).toBe("Dein Anmeldecode für Plume");
		expect(text).toContain("Er gilt 10 Minuten und nur einmal.");
		expect(html).toContain('<html lang="de" dir="ltr">');
	});

	test("is greeted in German", async () => {
		const plume = await TestServer.open();
		const ann = await enter(plume, "ann", "de");
		expect(answers(ann)[0]).toBe("Hallo ann, willkommen in der Lobby.");
		expect(answers(ann)[1]).toContain("E-Mail-Adresse ann@example.org");
	});

	test("is answered in German by the bot", async () => {
		const plume = await TestServer.open({ environment });
		await enter(plume, "bob", "fr");
		const boss = await enter(plume, "boss", "de");
		expect(await ask(plume, boss, "mute bob 10m")).toMatch(
			/^bob darf in lobby 10 Minuten lang nichts sagen\. „@plumebot unmute bob“ macht es rückgängig\.$/,
		);
	});

	test("is refused in German by the bot", async () => {
		const plume = await TestServer.open({ environment });
		const ann = await enter(plume, "ann", "de");
		expect(await ask(plume, ann, "ban bob")).toBe("Das kann nur ein Admin.");
	});

	test("is told in German what a moderator did to them in English", async () => {
		const plume = await TestServer.open({ environment });
		const ann = await enter(plume, "ann", "de");
		const boss = await enter(plume, "boss", "en");
		expect(await ask(plume, boss, "mute ann spam")).toContain("ann may say");
		expect(answers(ann).at(-1)).toBe(
			"Du darfst in lobby dauerhaft nichts sagen: spam",
		);
	});

	test("is sent away in German", async () => {
		const plume = await TestServer.open({ environment });
		const ann = await enter(plume, "ann", "de");
		const boss = await enter(plume, "boss", "en");
		await ask(plume, boss, "kick ann 10m");
		expect(ann.closed?.reason).toMatch(
			/^Du darfst 10 Minuten lang nicht in lobby\.$/,
		);
	});

	test("is still answered in German after coming back by a session", async () => {
		const plume = await TestServer.open();
		const ann = await enter(plume, "ann", "de");
		const back = plume.connect("plume.2");
		back.open({ ...ann.memory, lang: "de" });
		await plume.settle();
		expect(await ask(plume, back, "unblock eve")).toBe(
			"Niemand hier heißt so.",
		);
	});

	test("gets the refusals of frames in English, with a code to translate them by", async () => {
		const plume = await TestServer.open();
		const eve = await hello(plume, "not a name", "de");
		expect(eve.received.at(-1)?.text).toBe(refusalWords.nameIsLegal);
	});

	test("leaves no trace of the language in the log", async () => {
		const [disk, clock] = [new FakeDisk(), new FakeClock()];
		const ids = () => "abcdefghijklmnopqrstuv";
		const log = openFileLog({ disk, folder: "data", clock, ids });
		const plume = await TestServer.open({ log, clock });
		await enter(plume, "ann", "de");
		const logged = [...disk.files.values()].join();
		expect(logged).toContain("login.requested");
		expect(logged).not.toMatch(/"(lang|language)"|"de"/);
	});
});

describe("English is spoken", () => {
	test("to a classic client, whatever it sends", async () => {
		const plume = await TestServer.open();
		const ann = plume.connect("classic");
		const text = "ann\nann@example.org";
		ann.raw(JSON.stringify({ type: types.hello, text, lang: "de" }));
		await plume.settle();
		expect(mailFor(plume, "ann@example.org").text).toContain("Hello ann,");
	});

	test.each([undefined, "xx", "", 7, "constructor"])(
		"to a page whose language is %j",
		async (lang) => {
			const plume = await TestServer.open();
			const ann = await enter(plume, "ann", lang);
			expect(answers(ann)[0]).toBe("Hello ann, welcome to the lobby.");
		},
	);
});

test("what the bot says in a room is in the language of PLUME_LANG", async () => {
	const german = { PLUME_LANG: "de" };
	const plume = await TestServer.open({
		environment: german,
		again: { PLUME_RETENTION: "30d" },
	});
	const ann = await enter(plume, "ann", "en");
	await plume.operate("reload");
	await plume.settle();
	expect(notices(ann)).toEqual([
		"Nachrichten werden hier nach 30 Tagen gelöscht.",
	]);
});

test("a name from right to left stands in isolates", async () => {
	const plume = await TestServer.open();
	const person = await enter(plume, "שרה", "en");
	expect(answers(person)[0]).toBe(
		"Hello \u2068שרה\u2069, welcome to the lobby.",
	);
});

test("a Latin name stands in isolates among Arabic words", async () => {
	const plume = await TestServer.open();
	const person = await enter(plume, "ann", "ar");
	expect(answers(person)[0]).toContain("\u2068ann\u2069");
});

test("an Arabic mail is written from right to left, but not its code", async () => {
	const plume = await TestServer.open();
	await hello(plume, "ann", "ar");
	const { html } = mailFor(plume, "ann@example.org");
	expect(html).toContain('<html lang="ar" dir="rtl">');
	expect(html).toContain('<strong dir="auto">ann</strong>');
	expect(html).toContain('<span dir="ltr"');
});

test("the room of a private conversation is not named in any language", async () => {
	const plume = await TestServer.open();
	const ann = await enter(plume, "ann", "de");
	ann.raw(JSON.stringify({ type: types.rooms, kind: "make", title: "plans" }));
	await plume.settle();
	const room = String(
		ann.received.findLast(({ type }) => type === types.rooms)?.room,
	);
	const inside = await into(plume, ann, room);
	expect(await ask(plume, inside, "unmute ann")).toBe(
		"ann darf in diesem Raum schon sprechen.",
	);
});

describe("a catalogue", () => {
	const FOLDER = "src/languages";
	const catalogueOf = (language: string) =>
		JSON.parse(readFileSync(`${FOLDER}/${language}.json`, "utf8"));

	test("is there for each language, with no fault", () => {
		const files = readdirSync(FOLDER).filter((name) => name.endsWith(".json"));
		expect(files.toSorted()).toEqual(
			languages.map((language) => `${language}.json`).toSorted(),
		);
		for (const language of languages)
			expect(faultsIn(language, catalogueOf(language), en)).toEqual([]);
	});

	test("has the words of refusals as the protocol has them", () => {
		const refused = Object.entries(en).filter(([key]) => /^refused/.test(key));
		expect(Object.fromEntries(refused)).toMatchObject(
			Object.fromEntries(
				refused.map(([key]) => [
					key,
					new Map(Object.entries(refusalWords)).get(key.slice(8)),
				]),
			),
		);
	});

	const english = {
		a: "Hello {name}",
		b: { one: "{count} day", other: "{count} days" },
	};
	const good = {
		a: "Hallo {name}",
		b: { one: "{count} Tag", other: "{count} Tage" },
	};
	test.each([
		["a missing text", { b: good.b }, "a is missing"],
		["an empty text", { ...good, a: "" }, "a is empty"],
		["a key that English lacks", { ...good, c: "x" }, "c is not in English"],
		[
			"another parameter",
			{ ...good, a: "Hallo {nam}" },
			"a has {nam}, and needs {name}",
		],
		["a text in English", { ...good, a: english.a }, "a is still English"],
		["a plural in English", { ...good, b: english.b }, "b is still English"],
		[
			"a missing category",
			{ ...good, b: { other: "{count} Tage" } },
			"b has other, and needs one other",
		],
		[
			"a plural that is none",
			{ ...good, b: "{count} Tage" },
			"b has plural forms in one language only",
		],
	])("with %s is found out", (_, catalogue, fault) => {
		expect(faultsIn("de", good, english)).toEqual([]);
		expect(faultsIn("de", catalogue, english)).toContain(fault);
	});

	test("in Arabic needs six categories", () => {
		expect(faultsIn("ar", good, english)).toContain(
			"b has one other, and needs few many one other two zero",
		);
	});

	test.each(["en", "ar"] as const)(
		"in %s has a form for each number",
		(language) => {
			const say = sayIn(language);
			const forms = [0, 1, 2, 3, 11, 100].map((count) =>
				say("retention.days", { count }).replace(/\d+/, ""),
			);
			expect(new Set(forms).size).toBe(language === "ar" ? 6 : 2);
		},
	);
});

/** Stands for a gap in a template. */
const GAP = "$".concat("{name}");

test.each([
	['say("Hello there")', "Hello there"],
	[`whisper(\`Hello ${GAP}\`)`, "Hello …"],
	[`\`<p>Hello ${GAP}</p>\``, "Hello …"],
	['cannot({ words: "Never." })', "Never."],
])("words that stand in the code are found out: %s", (code, words) => {
	expect(wordsIn(code)).toEqual([words]);
});

test.each(["// Hello there", 'say("bot.hello")', `\`<p>${GAP}</p>\``])(
	"what is no words for people is let be: %s",
	(code) => {
		expect(wordsIn(code)).toEqual([]);
	},
);
