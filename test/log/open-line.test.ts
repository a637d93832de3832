/** A message's line, which is matched and not parsed, decodes to the same as JSON would. */
import fc from "fast-check";
import { expect, test } from "vitest";
import {
	chainHash,
	digestOf,
	draft,
	GENESIS,
	sealBatch,
} from "../../src/log/line.ts";
import { openLine } from "../../src/log/open-line.ts";

/** Text that needs no escaping, text that does, and text that looks like a line's own fields. */
const words = fc.oneof(
	fc.string({ unit: "grapheme", maxLength: 12 }),
	fc
		.string({ unit: "binary", maxLength: 12 })
		.filter((it) => it.isWellFormed()),
	fc.constantFrom("lobby", "", '"', "\\", '","n":3', '","digest":"', "\u007f"),
);

const messages = fc
	.record(
		{ time: fc.nat(), room: words, client: words, n: fc.nat() },
		{ requiredKeys: ["time", "room", "client"] },
	)
	.chain((about) =>
		fc.record({ salt: words, text: words }).map((erasable) => {
			const type = "message.posted" as const;
			const event = { type, ...about, digest: digestOf(erasable) };
			return { seq: 7, event, erasable };
		}),
	);

test("a message comes out of its line as JSON would bring it out", () => {
	fc.assert(
		fc.property(messages, (stored) => {
			const batch = [stored, { ...stored, seq: 8 }].map(draft);
			const [line = ""] = sealBatch(GENESIS, batch).line.split("\n");
			const opened = openLine(line, GENESIS);
			const {
				level: _,
				batch: __,
				seq,
				hash,
				salt,
				text,
				...event
			} = JSON.parse(line);
			expect(opened).toEqual({
				kind: "entry",
				hash,
				tail: "whole",
				stored: { seq, event, erasable: { salt, text } },
				first: 7,
				last: 8,
			});
			expect(event).toEqual(stored.event);
		}),
		{ numRuns: 2000 },
	);
});

test("a number that JSON does not know is refused, though its hash be right", () => {
	for (const [sound, odd] of [
		['"time":7,', '"time":07,'],
		['"n":3,', '"n":03,'],
	] as const) {
		const start = '{"level":30,"time":7,"seq":1,"batch":[1,1],';
		const what = '"type":"message.posted","room":"r","client":"c","n":3,';
		const prefix = `${start}${what}"digest":"${digestOf({ salt: "s", text: "t" })}"`;
		const line = (prefix: string) =>
			`${prefix},"hash":"${chainHash(GENESIS, prefix)}","salt":"s","text":"t"}`;
		expect(openLine(line(prefix), GENESIS).kind).toBe("entry");
		const forged = line(prefix.replace(sound, odd));
		expect(() => openLine(forged, GENESIS)).toThrow(SyntaxError);
	}
});
