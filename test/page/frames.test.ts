/** What the page makes of the server's frames, and that nothing sent to it can break it. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { MessageType } from "../../machines/message.ts";
import { endsInvitation, readFrame } from "../../static/frames.ts";

const NOW = 1_000_000;
const read = (frame: object) => readFrame(JSON.stringify(frame), NOW);

test("times by the server's clock become times by this browser's", () => {
	const server = { now: 5_000, expires: 605_000, resendAt: 65_000 };
	const times = { expires: 1_600_000, resendAt: 1_060_000 };
	expect(read({ type: MessageType.pending, tries: 5, ...server })).toEqual({
		...{ type: "pending", id: "" },
		update: { key: "pending", note: "", tries: 5, ...times },
	});
});

test("a text without a place in the room is for this reader alone", () => {
	const said = { type: MessageType.text, user: { name: "ann" }, text: "hi" };
	expect(read({ ...said, offset: 3 })).toMatchObject({ kind: "said" });
	expect(read(said)).toMatchObject({ kind: "aside", name: "ann", time: NOW });
});

test("that nothing can be said now is told, though no line of this reader's is meant", () => {
	const full = { type: MessageType.refused, re: MessageType.text, text: "No." };
	expect(read(full)).toMatchObject({ trouble: { words: "No." } });
	expect(read({ ...full, n: 3 })).toMatchObject({ kind: "textRefused", n: 3 });
});

test("a line of a person who is muted is known as one, for how long they ever are", () => {
	const line = { type: MessageType.refused, re: MessageType.text, n: 3 };
	const muted = { ...line, code: "isNotMuted", text: "No." };
	expect(read(muted)).toMatchObject({ isMute: true, retryAfter: undefined });
	expect(read({ ...line, code: "textIsShort" })).toMatchObject({
		isMute: false,
	});
});

test("a refusal for a time says how long that is, and until when", () => {
	const refused = { type: MessageType.refused, re: MessageType.hello };
	expect(read({ ...refused, retryAfter: 5_000 })).toMatchObject({
		update: { waitMs: 5_000, resendAt: NOW + 5_000 },
	});
	expect(read(refused)).toMatchObject({ update: { waitMs: 0 } });
	expect(read(refused)).not.toHaveProperty("update.resendAt");
});

test("typing what the server says of a room does not say it", () => {
	const typed = { type: MessageType.text, text: "entered chat", offset: 1 };
	expect(read({ ...typed, kind: "entered" })).toMatchObject({ kind: "said" });
});

test.each([
	["nameIsNotAnothers", "name"],
	["emailIsLegal", "email"],
	["isInvited", "email"],
	["mailWasSent", "step"],
])("a refusal by %s is told beside the %s", (code, about) => {
	const frame = { type: MessageType.mayNotEnter, text: "No.", code };
	expect(read(frame)).toMatchObject({ trouble: { about, words: "No." } });
});

test.each([
	["as they come in", undefined, true],
	["to who asked about another", "a7", false],
])(
	"that an invitation is over is about this tab's, or not, where it is told %s",
	(_, id, isOver) => {
		const re = id ? MessageType.rooms : MessageType.hello;
		const code = "invitationIsOpen";
		const event = read({ type: MessageType.refused, re, code, id });
		expect(event && endsInvitation(event)).toBe(isOver);
	},
);

test("a refusal always has words", () => {
	for (const type of [MessageType.mayNotEnter, MessageType.refused]) {
		expect(read({ type })).toMatchObject({
			trouble: { words: expect.stringMatching(/.+/) },
		});
	}
});

test.each(["rooms", "relation", "search", "own", "erase"] as const)(
	"a refused question about %s has the answer that it was asked with",
	(about) => {
		const refused = { type: MessageType.refused, re: MessageType[about] };
		const answer = { kind: "notDone", words: "No.", id: "a1" };
		expect(read({ ...refused, text: "No.", id: "a1" })).toMatchObject(answer);
	},
);

test("that one message is deleted answers who asked for that alone", () => {
	const done = { type: MessageType.erase, done: true };
	expect(read({ ...done, id: "a1" })).toMatchObject({ id: "a1" });
	expect(read({ ...done, id: "a1" })).not.toHaveProperty("type");
	expect(read({ ...done, id: "all" })).toMatchObject({ type: "allErased" });
	const refused = { type: MessageType.refused, re: MessageType.erase };
	expect(read({ ...refused, id: "all" })).toMatchObject({ type: "refused" });
});

test("a page of history that was asked for too soon is there still, any other refused one is not", () => {
	const refused = { type: MessageType.refused, re: MessageType.history };
	const page = (code: string) => read({ ...refused, code });
	expect(page("isNotTooFast")).toMatchObject({ kind: "page", more: true });
	expect(page("placeIsKnown")).toMatchObject({ kind: "page", more: false });
});

test("a page of history says what it was asked for; a gap, how much there is up to it", () => {
	const position = { room: "lobby", epoch: "e", offset: 7 };
	const done = {
		type: MessageType.history,
		...position,
		done: true,
		more: true,
	};
	expect(read({ ...done, before: 5 })).toMatchObject({ before: 5 });
	const gap = { type: MessageType.gap, ...position, said: 3 };
	expect(read(gap)).toEqual({ ...position, kind: "gap", said: 3 });
});

test("only a line out of order is told the number that comes next", () => {
	const refused = { type: MessageType.refused, re: MessageType.text, n: 7 };
	const next = { expected: 5, code: "isNextInOrder" };
	expect(read({ ...refused, ...next })).toMatchObject({ n: 7, expected: 5 });
	const long = { expected: 5, code: "textIsShort" };
	expect(read({ ...refused, ...long })).toMatchObject({ expected: undefined });
});

test("frames of an unknown type are ignored, and noise breaks nothing", () => {
	expect(read({ type: 99 })).toBeUndefined();
	const types = fc.constantFrom(...Object.values(MessageType));
	const noise = fc.record({
		type: types,
		...{ user: fc.jsonValue(), text: fc.jsonValue(), time: fc.double() },
		...{ kind: fc.jsonValue(), offset: fc.jsonValue(), now: fc.jsonValue() },
	});
	fc.assert(
		fc.property(fc.oneof(fc.json(), fc.string(), noise), (frame) => {
			const data = typeof frame === "string" ? frame : JSON.stringify(frame);
			const heard = readFrame(data, NOW);
			if (!heard || !("time" in heard)) return;
			expect(Number.isNaN(new Date(heard.time).getTime())).toBe(false);
		}),
	);
});
