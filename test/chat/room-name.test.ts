import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseRoomName } from "../../src/chat/room-name.ts";

describe("a room's name", () => {
	it.each([
		["cats", "cats"],
		["Cats_2-go", "cats_2-go"],
		[" ＣＡＴＳ ", "cats"],
		["Кошки", "кошки"],
		["猫", "猫"],
		["שלום", "שלום"],
		["İzmir", "i\u0307zmir"],
		["constructor", "constructor"],
		["o".repeat(32), "o".repeat(32)],
	])("%s is %s", (raw, name) => {
		expect(parseRoomName(raw)).toBe(name);
	});

	it.each([
		["nothing", ""],
		["33 letters", "o".repeat(33)],
		["what begins with a low line", "__proto__"],
		["a path", "../cats"],
		["a space", "two cats"],
		["two scripts", "c\u0430ts"],
		["a zero-width space", "ca\u200bts"],
		["a bidi override", "ca\u202ets"],
		["a filler", "\u3164"],
		["a letter that is only stretched, in a form of its own", "\u0628\ufe71"],
	])("is not %s", (_, raw) => {
		expect(parseRoomName(raw)).toBeUndefined();
	});

	it("stays what it is, whatever was written", () =>
		fc.assert(
			fc.property(fc.string({ unit: "grapheme", maxLength: 6 }), (raw) => {
				const name = parseRoomName(raw);
				if (name !== undefined) expect(parseRoomName(name)).toBe(name);
			}),
			{ numRuns: 2000 },
		));
});
