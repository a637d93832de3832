/** What is a link in a text, and who is mentioned there. */
import { expect, test } from "vitest";
import { mentioned, PARTS, trimmedAddress } from "../../machines/text.ts";

const links = (text: string) =>
	[...text.matchAll(PARTS)].flatMap(({ groups }) =>
		groups?.url === undefined ? [] : trimmedAddress(groups.url),
	);
const A = "https://example.org/a";

test("the line break after a code block belongs to the block", () => {
	const all = [..."```\nlamps\n```\nand tents".matchAll(PARTS)];
	expect(all.map(([part]) => part)).toEqual(["```\nlamps\n```\n"]);
	expect(all[0]?.groups?.fence).toBe("lamps");
});

test.each([
	"Https://example.org",
	"HTTP://EXAMPLE.ORG/A",
	"https://ja.wikipedia.org/wiki/日本語",
	"https://ja.wikipedia.org/wiki/ジョン・レノン",
	"https://fa.wikipedia.org/wiki/می\u200cخواهم",
	"https://en.wikipedia.org/wiki/O’Reilly",
	"https://bücher.example/größe",
	"https://例え.テスト/パス",
	"https://example.org/a_(b)",
	"https://example.org/a?b=[c]&d={e}#f",
	"https://www.example.org/~ann/",
])("%s is a link as it stands", (url) => {
	expect(links(`see ${url}, ok`)).toEqual([url]);
});

test.each([
	...[
		"。次に",
		"、次",
		"，然后",
		"．",
		"！",
		"？はい",
		"：",
		"；",
		"｡",
		"」と",
		"）に",
		"】",
		"》",
		"”这",
		"»",
	],
	...["؟", "۔", "।", "።", "…", "–", "’"],
	...[". Next", ", b", "!?", ").", ");", "'", "*", "_", "~~"],
])("a link ends before %s", (after) => {
	expect(links(`${A}${after}`)).toEqual([A]);
});

test.each(
	[
		...["202A", "202B", "202C", "202D", "202E", "2066", "2067", "2068", "2069"],
		...["200B", "200C", "200D", "200E", "200F", "061C", "2060", "2062", "FEFF"],
		...[
			"00AD",
			"034F",
			"180E",
			"FE0F",
			"E0020",
			"3164",
			"115F",
			"2800",
			"0007",
		],
		...["FFF9", "E000"],
	].map((hex) => [hex]),
)("a link ends before U+%s, which nobody can see", (hex) => {
	const hidden = String.fromCodePoint(Number.parseInt(hex, 16));
	expect(links(`${A}${hidden}gro.elpmaxe`)).toEqual([A]);
	expect(links(`https://exam${hidden}ple.org`)).toEqual(["https://exam"]);
});

test("what is no address of the web is no link", () => {
	expect(
		links("javascript:alert(1) data:text/html,x ftp://a.b http:/a"),
	).toEqual([]);
});

test("the end of an address takes no longer to find than the address is long", () => {
	for (const sign of [")", "(", ".", ").", "]}", "([", "。"]) {
		const url = `https://a.b/${sign.repeat(400_000)}`;
		const began = process.cpuUsage().user;
		links(`${url} ${url}x`);
		expect(process.cpuUsage().user - began).toBeLessThan(1_000_000);
	}
});

test.each([
	["@ann", "ann"],
	["(@Ann)", "ann"],
	["＠ann", "ann"],
	["@ＡＮＮ", "ann"],
	["你好@ann", "ann"],
	["안녕@ann", "ann"],
	["สวัสดี@ann", "ann"],
	["@annさん", "ann"],
	["@ann2さん", "ann2"],
	["@ann씨", "ann"],
	["@ann你好", "ann"],
	["@山田さん、", "山田"],
	["@ラーメンさん", "ラーメン"],
	["@お茶さん", "お茶"],
	["@山田", "山田"],
	["@ann-", "ann"],
	["@ann's", "ann"],
	["@می\u200cنا", "مینا"],
	["`x` @ann", "ann"],
])("%s mentions %s", (text, name) => {
	expect(mentioned(text)).toContain(name);
});

test.each([
	["x@ann.org", "ann"],
	["x＠ann.org", "ann"],
	["ж@ann", "ann"],
	["e\u0301@ann", "ann"],
	["_@ann", "ann"],
	["@anna", "ann"],
	["@ann_b", "ann"],
	["@annа", "ann"],
	["@山田", "山"],
	["`@ann`", "ann"],
	["https://example.org/@ann", "ann"],
	["@ ann", "ann"],
])("%s does not mention %s", (text, name) => {
	expect(mentioned(text)).not.toContain(name);
});
