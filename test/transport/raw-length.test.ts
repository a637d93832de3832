/**
 * Normalising and some expressions take more than linear time, so what is too
 * long is refused before them. Counted is what they are given, not how long
 * they take.
 */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { LOBBY, MessageType } from "../../machines/message.ts";
import { mentioned } from "../../machines/text.ts";
import { parseName } from "../../src/chat/name.ts";
import { parseRoomName } from "../../src/chat/room-name.ts";
import { type Person, TestServer } from "../test-server.ts";

/** The longest text that anything costly was given. */
let longest = 0;
const note = (text: unknown) => {
	longest = Math.max(longest, String(text).length);
};

beforeEach(() => {
	longest = 0;
	const { normalize } = String.prototype;
	vi.spyOn(String.prototype, "normalize").mockImplementation(function (
		this: string,
		form,
	) {
		note(this);
		return normalize.call(this, form);
	});
	const { test: matches } = RegExp.prototype;
	vi.spyOn(RegExp.prototype, "test").mockImplementation(function (
		this: RegExp,
		text,
	) {
		note(text);
		return matches.call(this, text);
	});
});
afterEach(() => {
	vi.restoreAllMocks();
});

const marks = `a${"\u0316\u0301".repeat(15_000)}`;
const letters = Array.from({ length: 20_000 }, (_, n) =>
	String.fromCodePoint(0x4e00 + n),
).join("");
const { hello, auth, text, open, signal, history, erase } = MessageType;

const frames: readonly [string, object, string?][] = [
	["a name", { type: hello, text: `${marks}\nann@example.org` }, "nameIsLegal"],
	["an email", { type: hello, text: `ann\na@${letters}` }, "emailIsLegal"],
	[
		"an email of lines",
		{ type: hello, text: `ann\n${"\n".repeat(9_000)}` },
		"emailIsLegal",
	],
	[
		"a room to log in to",
		{ type: hello, text: "ann\nann@example.org", room: marks },
		"roomIsNamed",
	],
	["a code", { type: auth, text: letters }],
	["a room to say it in", { type: text, text: "hi", room: marks }, "isInside"],
	["a room to open", { type: open, session: "s", room: marks }, "roomIsNamed"],
	["a pending login", { type: open, pending: marks, room: LOBBY }],
	["rooms to hear of", { type: signal, kind: "heads", rooms: [marks, "cats"] }],
	[
		"a room's history",
		{ type: history, room: marks, epoch: "e", before: 1 },
		"frameIsUnderstood",
	],
	[
		"a room to erase in",
		{ type: erase, room: marks, epoch: "e", target: 1 },
		"frameIsUnderstood",
	],
];

async function answers(plume: TestServer, person: Person, frame: object) {
	person.news();
	person.raw(JSON.stringify(frame));
	await plume.settle();
	return person.news();
}

describe("a field that is far too long", () => {
	test.each(frames)("is never normalised as %s", async (_, frame, code) => {
		const plume = await TestServer.open();
		const stranger = plume.connect("plume.2");
		const news = await answers(plume, stranger, frame);
		expect(longest).toBeLessThanOrEqual(320);
		if (code) expect(news).toMatchObject([{ code }]);
	});

	test("leaves the rooms beside it in what is asked for", async () => {
		const plume = await TestServer.open();
		const ann = await plume.enter("ann", "plume.2");
		longest = 0;
		const rooms = [marks, "cats"];
		const heads = await answers(plume, ann, {
			type: signal,
			kind: "heads",
			rooms,
		});
		expect(heads).toMatchObject([{ kind: "head", room: "cats" }]);
		expect(longest).toBeLessThanOrEqual(320);
	});

	test.each([parseName, parseRoomName])(
		"is no name on a command line",
		(parse) => {
			expect(parse(marks)).toBeUndefined();
			expect(longest).toBeLessThanOrEqual(256);
		},
	);

	test("hides no mention beside it in a line that is said", () => {
		// Looking for an @ takes no more than linear time.
		vi.mocked(RegExp.prototype.test).mockRestore();
		expect(mentioned(`@Ann @${marks.slice(0, 3_900)}`)).toContain("ann");
		expect(longest).toBeLessThanOrEqual(256);
	});
});

test("a name of 256 units is still read", async () => {
	const plume = await TestServer.open();
	const ann = plume.connect("plume.2");
	const name = `${" ".repeat(253)}ann`;
	const news = await answers(plume, ann, {
		type: hello,
		text: `${name}\nann@example.org`,
	});
	expect(news).toMatchObject([{ type: MessageType.pending }]);
});
