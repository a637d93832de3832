/** What becomes of what one person has to send once another is here. */
import { afterEach, expect, test, vi } from "vitest";
import type { PendingLine } from "../../static/outbox.ts";

const stored: (readonly PendingLine[])[] = [];
/** What was said below the lines. */
const said: string[] = [];
/** What the lines that were drawn last answer. */
let answered: (number | undefined)[] = [];
vi.mock("../../static/message-element.ts", () => ({
	messageElement: ({ replyTo }: { replyTo?: number }) => ({
		...{ replyTo, classList: { toggle: () => {} } },
	}),
}));
vi.mock("../../static/storage.ts", () => ({
	...{ storedLines: () => [], storedClient: () => "c" },
	saveLines: (_: string, lines: readonly PendingLine[]) => stored.push(lines),
	dropPendingSends: () => {},
}));
vi.mock("../../static/element.ts", () => ({
	find: () => ({
		replaceChildren: (...elements: { replyTo?: number }[]) => {
			answered = elements.map(({ replyTo }) => replyTo);
		},
	}),
	...{ say: (_: string, words: string) => said.push(words), show: () => {} },
}));

afterEach(() => {
	vi.useRealTimers();
});

test("a line that waited to be sent again is not kept for the next person", async () => {
	vi.useFakeTimers();
	const { pendingSends } = await import("../../static/pending-sends.ts");
	const page = { room: "attic", send: () => {} };
	const sends = pendingSends(Object(page));
	const outbox = sends.outbox("reef");
	outbox.welcome("c", 0, "e");
	outbox.add("only Ann's");
	const words = "That was too fast.";
	outbox.refused({ n: 1, words, expected: undefined, retryAfter: 5_000 });
	sends.clear();
	stored.length = 0;
	await vi.advanceTimersByTimeAsync(5_000);
	expect(stored).toEqual([]);
});

test("a line that waits shows no message of another epoch as what it answers", async () => {
	const { pendingSends } = await import("../../static/pending-sends.ts");
	const page = { room: "reef", epoch: "old", send: () => {} };
	const { outbox } = pendingSends(Object(page));
	outbox().add("yes", { epoch: "old", offset: 7 });
	expect(answered).toEqual([7]);
	page.epoch = "new";
	outbox().welcome("another client", 0, "new");
	expect(answered).toEqual([undefined]);
});

/** A line that is refused, to be said again after so long. */
async function mutedFor(retryAfter: number | undefined, isMute = true) {
	vi.useFakeTimers();
	const { pendingSends } = await import("../../static/pending-sends.ts");
	const sends = pendingSends(Object({ room: "reef", send: () => {} }));
	const outbox = sends.outbox();
	outbox.welcome("c", 0, "e");
	outbox.caughtUp();
	outbox.add("rude");
	const words = "You have said enough.";
	const refusal = { words, expected: undefined, isMute };
	outbox.refused({ ...refusal, n: 1, retryAfter });
	return { sends, outbox };
}

test.each([
	[10_001, "11 seconds"],
	[60_000, "1 minute"],
	[300_000, "5 minutes"],
	[10_700_000, "3 hours"],
])("a wait of %i ms is told as about %s", async (retryAfter, wait) => {
	await mutedFor(retryAfter);
	expect(said.at(-1)).toBe(
		`1 line was not sent. You have said enough. You can send again in about ${wait}.`,
	);
});

test("a wait is told as what is left of it", async () => {
	const { sends } = await mutedFor(600_000);
	await vi.advanceTimersByTimeAsync(540_000);
	sends.enter();
	expect(said.at(-1)).toContain("in about 1 minute.");
});

test("who may speak again by now reads of no wait", async () => {
	await mutedFor(600_000);
	await vi.advanceTimersByTimeAsync(600_000);
	expect(said.at(-1)).toBe("1 line was not sent. ");
});

test.each([600_000, undefined])(
	"who is told something by the bot may be free to speak: a mute for %s ms is read no more",
	async (retryAfter) => {
		const { outbox } = await mutedFor(retryAfter);
		outbox.unmuted();
		expect(said.at(-1)).toBe("1 line was not sent. ");
	},
);

test("a wait that is no mute is read on when the bot tells something", async () => {
	const { outbox } = await mutedFor(60_000, false);
	outbox.unmuted();
	expect(said.at(-1)).toContain("in about 1 minute.");
});

test("a wait that is over leaves the end of a longer one to be told", async () => {
	const { outbox } = await mutedFor(600_000);
	const words = "You have said enough.";
	const refusal = { words, expected: undefined, isMute: true };
	outbox.add("ruder");
	outbox.refused({ ...refusal, n: 1, retryAfter: 600_050 });
	await vi.advanceTimersByTimeAsync(600_000);
	expect(said.at(-1)).toContain("You can send again");
	await vi.advanceTimersByTimeAsync(50);
	expect(said.at(-1)).toBe("2 lines were not sent. ");
});

test("who was muted for good reads no more of it once they have said something", async () => {
	const { outbox } = await mutedFor(undefined);
	expect(said.at(-1)).toContain("You have said enough.");
	outbox.add("sorry");
	outbox.accepted(1);
	expect(said.at(-1)).toBe("1 line was not sent. ");
	outbox.retry();
	expect(outbox.lines).toMatchObject([{ text: "rude", why: "" }]);
});

test("why a text can't be said stays true, whatever else is said", async () => {
	const { outbox } = await mutedFor(undefined, false);
	outbox.add("short");
	outbox.accepted(1);
	expect(said.at(-1)).toContain("You have said enough.");
});

test("who has said something since reads of no wait", async () => {
	const { outbox } = await mutedFor(600_000);
	outbox.add("sorry");
	expect(said.at(-1)).toContain("You have said enough.");
	outbox.accepted(1);
	expect(outbox.lines).toMatchObject([{ text: "rude" }]);
	expect(said.at(-1)).toBe("1 line was not sent. ");
});
