import { describe, expect, it } from "vitest";
import { readCode } from "../../machines/code.ts";
import { trimInvisible, withoutEmptyLines } from "../../machines/text.ts";

describe("a login code", () => {
	it.each([
		["GT0NZY", "GT0NZY"],
		["gt0nzy", "GT0NZY"],
		["GTONZY", "GT0NZY"],
		["gt0-nzy", "GT0NZY"],
		[" GT 0N ZY\n", "GT0NZY"],
		["ＧＴ０ＮＺＹ", "GT0NZY"],
		["GT٠NZY", "GT0NZY"],
		["GT۰NZ९", "GT0NZ9"],
		["GT𝟘NZY", "GT0NZY"],
		["\u200fGT0NZY\u200e", "GT0NZY"],
		["Your code: ABC123", "ABC123"],
		["Your code: abc-123.", "ABC123"],
		["Please enter ABC123", "ABC123"],
		["this is your login code:\n\n    7KQ2M9\n\nIt is good for", "7KQ2M9"],
	])("is read from %j", (typed, code) => {
		expect(readCode(typed)).toBe(code);
	});

	it.each([
		"",
		"GT0NZ",
		"GT0NZYX",
		"GT0NZU",
		"please wait",
		"ＧＴ０ＮＺ",
		"GTОNZÄ",
		`${"x ".repeat(600)}GT0NZY`,
	])("is not read from %j", (typed) => {
		expect(readCode(typed)).toBeUndefined();
	});
});

describe("what can't be seen", () => {
	it.each(
		[0x200b, 0x2800, 0x3164, 0xad, 0x2060, 0xfe0f, 0xe0020].concat(
			[0x115f, 0x1160, 0xffa0, 0x180e, 0x34f, 0x61c, 0x202e, 0x2066, 0xfeff],
			[0, 7, 0x85, 0xa0, 0x3000, 0xfff9, 0x1d159, 0x1d173, 0x16fe4, 0xe0100],
		),
	)("is nothing, as U+%o", (point) => {
		const sign = String.fromCodePoint(point);
		expect(trimInvisible(` ${sign}${sign}\n`)).toBe("");
		expect(trimInvisible(`${sign}a${sign}b${sign}`)).toBe(`a${sign}b`);
	});

	it.each(["a", "🪶", "👩‍👩‍👧", "·", "́", "ا", "\ue000"])(
		"is not %s",
		(text) => {
			expect(trimInvisible(text)).not.toBe("");
		},
	);
});

it.each([
	["    if (x) {\n    }", "    if (x) {\n    }"],
	["\n \t\n    if (x) {\n\n    }\n\n \n", "    if (x) {\n\n    }"],
	["\r\n  a\r\n", "  a"],
	["one  two", "one  two"],
	["\n\n", ""],
])("of %j, only the empty lines around go", (typed, text) => {
	expect(withoutEmptyLines(typed)).toBe(text);
});
