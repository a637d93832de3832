import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseName } from "../../src/chat/name.ts";
import { parseRoomName } from "../../src/chat/room-name.ts";
import { anyString } from "../fakes/code-points.ts";

const keyOf = (name: string) => parseName(name)?.nameKey;

/** Every letter and digit that is a legal name; Han and Hangul, which have no case, aside. */
const letters = Array.from({ length: 0x110000 }, (_, point) => point)
	.filter((point) => point < 0xd800 || point > 0xdfff)
	.map((point) => String.fromCodePoint(point))
	.filter((letter) => !/[\p{sc=Hani}\p{sc=Hang}]/u.test(letter))
	.filter((letter) => parseName(letter) !== undefined);

describe("a legal name", () => {
	it.each([
		"ada",
		"Ada_Lovelace-1",
		"1815",
		"x",
		"o".repeat(32),
		"José",
		"Nguyễn",
		"Иван",
		"Сара",
		"Ελένη",
		"Νίκη",
		"יעל",
		"محمد",
		"अनीता",
		"ปิ่น",
		"田中さくら",
		"スズキー",
		"김철수",
		"李ㄅㄆ",
		"Աննա",
		"ნინო",
	])("may be %s", (name) => {
		expect(parseName(name)?.name).toBe(name.normalize("NFKC"));
	});

	it.each([
		["nothing", ""],
		["white space", " \t"],
		["33 letters", "o".repeat(33)],
		["a space", "ada lovelace"],
		["a line break", "ada\nlovelace"],
		["a dot", "evil.example"],
		["a URL", "http://evil"],
		["markup", "<b>"],
		["an @", "ada@x"],
		["an emoji", "ada🙂"],
		["a lone surrogate", "ada\ud800"],
		["a control character", "ada\x07"],
		["a dash first", "-ada"],
		["a low line first", "_ada"],
		["a Cyrillic м among Latin letters", "pluмebot"],
		["a Greek ο among Latin letters", "plumebοt"],
		["Latin among Japanese", "aさくら"],
		["Hangul among Hiragana", "김さ"],
		["a mark after a digit", "1\u0301"],
		["a mark alone", "\u0301a"],
		["three marks in a row", "a\u0316\u0323\u0331"],
		["an enclosing mark", "a\u20dd"],
		["another script's mark", "a\u0651"],
		["a zero-width space", "plume\u200bbot"],
		["a zero-width joiner", "plume\u200dbot"],
		["a zero-width no-break space in front", "\ufeffplumebot"],
		["a soft hyphen", "plume\u00adbot"],
		["a word joiner", "plume\u2060bot"],
		["a combining grapheme joiner", "plume\u034fbot"],
		["a variation selector", "plume\ufe0fbot"],
		["a tag", "plume\u{e0062}bot"],
		["a right-to-left override", "plume\u202ebot"],
		["a right-to-left mark", "plume\u200f"],
		["an isolate", "\u2066plume\u2069"],
		["a Hangul filler", "\u3164"],
		["a half-width Hangul filler", "\uffa0"],
		["a Hangul choseong filler", "김\u115f"],
		["an Arabic letter stretched", "محـمد"],
		["a letter of no script", "adaˈ"],
		["an empty Braille cell", "\u2800"],
		["a script nobody writes", "𐌰𐌱"],
		["a ligature of many words", "ﷺ"],
	])("does not have %s", (_, name) => {
		expect(parseName(name)).toBeUndefined();
	});

	it.each([
		["Persian", "می\u200cخواهم", "میخواهم"],
		["Persian with a mark", "نَ\u200cه", "نَه"],
		["Sinhala", "ශ්\u200dරී", "ශ්රී"],
		["Malayalam", "അവന്\u200d", "അവന്"],
		["Hindi", "क्\u200cष", "क्ष"],
	])(
		"has the joiners that %s is written with, but is the same without",
		(_, name, bare) => {
			expect(parseName(name)).toEqual({ name, nameKey: keyOf(bare) });
			expect(parseName(bare)).toEqual({ name: bare, nameKey: keyOf(bare) });
			expect(parseRoomName(name)).toBe(bare);
		},
	);

	it.each([
		["after a letter that joins only before it", "دا\u200cر"],
		["between letters that are joined already", "می\u200dخواهم"],
		["twice", "می\u200c\u200cخواهم"],
		["at the end", "می\u200c"],
		["at the start", "\u200cمی"],
		["after a letter without a virama", "ශ\u200dරී"],
		["before a digit", "می\u200c1"],
		["in Hebrew", "יע\u200cל"],
		["in Latin", "plume\u200cbot"],
	])("has no joiner %s", (_, name) => {
		expect(parseName(name)).toBeUndefined();
	});

	it("is trimmed, then shown in Unicode's compatible composed form", () => {
		expect(parseName("  Ada \n")?.name).toBe("Ada");
		expect(parseName("Ａｄａ")?.name).toBe("Ada");
		expect(parseName("𝒜𝒹𝒶")?.name).toBe("Ada");
		expect(parseName("Jose\u0301")?.name).toBe("José");
	});

	it("has the letters of one script, whatever is typed", () => {
		fc.assert(
			fc.property(anyString(), (typed) => {
				const parsed = parseName(typed);
				if (!parsed) return;
				expect([...parsed.name].length).toBeLessThanOrEqual(32);
				expect(parsed.name).toMatch(/^[\p{L}\p{M}\p{Nd}_-]+$/u);
				expect(parseName(parsed.name)).toEqual(parsed);
			}),
		);
	});
});

describe("the key of a name", () => {
	it.each([
		"PLUMEBOT",
		"PlumeBot",
		"PIumebot",
		"p1umebot",
		"plumeb0t",
		"ｐｌｕｍｅｂｏｔ",
		"plurnebot",
	])("is plumebot's for %s", (name) => {
		expect(keyOf(name)).toBe(keyOf("plumebot"));
	});

	it.each([
		["TOM", "ТОМ", "Cyrillic capitals"],
		["capo", "саро", "Cyrillic small letters"],
		["bepa", "Вера", "Cyrillic of both kinds"],
		["KATE", "ΚΑΤΕ", "Greek capitals"],
		["ova", "ονα", "Greek small letters"],
		["ivan", "ıvan", "a Turkish dotless i"],
		["ivan", "İvan", "a Turkish dotted I"],
		["ivan", "i\u0307van", "a second dot on the i"],
		["strasse", "Straße", "a sharp s"],
		["strasse", "STRAẞE", "a capital sharp s"],
		["Ill", "lI1", "bars"],
		["Oo0", "0oO", "rings"],
	])("is one for %s and %s: %s", (one, other) => {
		expect(keyOf(other)).toBeDefined();
		expect(keyOf(one)).toBe(keyOf(other));
	});

	it.each([
		["ΝΙΚΟΣ", "νικος", "a final sigma"],
		["ΟΔΥΣΣΕΥΣ", "Οδυσσευς", "sigmas of both kinds"],
	])("is one for %s and %s: %s", (one, other) => {
		expect(keyOf(one)).toBe(keyOf(other));
	});

	it.each([
		["ada", "adam"],
		["ada", "ada_"],
		["a-da", "a_da"],
		["Jan", "Jav"],
		["mary", "maru"],
		["José", "Jose"],
		["иван", "ivan"],
	])("is not one for %s and %s", (one, other) => {
		expect(keyOf(one)).not.toBe(keyOf(other));
	});

	it("is refused where a Greek capital is read as another letter than its small form", () => {
		expect(keyOf("νονα")).toBe(keyOf("vova"));
		expect(parseName("ΝΟΝΑ")).toBeUndefined();
		expect(parseName("Νονα")).toBeUndefined();
	});

	it("is the same in either case, composed or decomposed, for every letter there is", () => {
		expect(letters.length).toBeGreaterThan(5000);
		for (const letter of letters) {
			const key = keyOf(letter);
			const forms = [
				letter.toUpperCase(),
				letter.toLowerCase(),
				letter.normalize("NFC"),
				letter.normalize("NFD"),
				key ?? "",
			];
			for (const form of forms)
				if (parseName(form) && keyOf(form) !== key)
					expect.soft(keyOf(form), `${letter} as ${form}`).toBe(key);
		}
	});

	const scripts = ["Grek", "Cyrl", "Armn", "Geor", "Latn", "Arab", "Deva"];
	const name = fc.oneof(
		...scripts.map((script) => {
			const own = new RegExp(`\\p{scx=${script}}`, "u");
			const some = letters.filter((letter) => own.test(letter));
			return fc.string({ unit: fc.constantFrom(...some), maxLength: 12 });
		}),
	);
	const latin = fc.string({
		unit: fc.constantFrom(..."aäbcdeéfgijklmıİnoøpßstuxyz019_-ÄÉŐÇñǆḯ"),
	});

	it("is the same however a name is cased or composed: its own key", () => {
		fc.assert(
			fc.property(fc.oneof(name, latin), (typed) => {
				const key = keyOf(typed);
				if (key === undefined) return;
				const forms = [
					typed.toUpperCase(),
					typed.toLowerCase(),
					typed.normalize("NFC"),
					typed.normalize("NFD"),
					typed.normalize("NFKD"),
					key,
				];
				for (const form of forms) expect(keyOf(form) ?? key).toBe(key);
			}),
			{ numRuns: 2000 },
		);
	});
});
