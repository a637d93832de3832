/** What becomes of what one person has to send once another is here. */
import { expect, test, vi } from "vitest";
import type { PendingLine } from "../../static/outbox.ts";

const stored: (readonly PendingLine[])[] = [];
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
	...{ say: () => {}, show: () => {} },
}));

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
