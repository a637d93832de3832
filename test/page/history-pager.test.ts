/** What is asked of the server for the reader, and in which order. */
import { expect, test, vi } from "vitest";

/** What is done when the reader scrolls. */
let scrolled = () => {};
const room = { scrollTop: 0, scrollHeight: 900, clientHeight: 900 };
const element = { replaceChildren: () => {}, dataset: {} };
/** The words that the reader saw. */
const seen: string[] = [];
vi.mock("../../static/brief-notice.ts", () => ({
	showBriefly: (words: string) => seen.push(words),
}));
vi.mock("../../static/person.ts", () => ({ nameTag: () => {} }));
vi.mock("../../static/element.ts", () => ({
	...{ button: () => element, make: () => element },
	find: () => ({
		...room,
		addEventListener: (_: string, hear: () => void) => {
			scrolled = hear;
		},
		querySelectorAll: () => [],
	}),
}));

/** A reader at message 901 and later, where a quote is asked for; and the frames that were sent. */
async function opens() {
	const { HistoryPager } = await import("../../static/history-pager.ts");
	const { Quotes } = await import("../../static/quotes.ts");
	const sent: object[] = [];
	const page = Object({
		...{ room: "reef", epoch: "e", isOpen: true, isBlocked: () => false },
		send: (frame: object) => sent.push(frame),
	});
	const quotes = new Quotes(page);
	page.quotes = quotes;
	const timeline = {
		...{ latest: undefined as object | undefined, from: 901, to: 1_000 },
		...{ isLive: true, autoscroll: { jump: () => {}, isDetached: false } },
		...{ show: (offset: number) => offset > 900, replace: () => {} },
	};
	const pager = new HistoryPager(page, Object(timeline));
	return { pager, quotes, timeline, sent, page };
}
const latest = { epoch: "e", offset: 1_000 };

test("a jump to a message waits for a quote, whatever is scrolled", async () => {
	const { pager, quotes, timeline, sent } = await opens();
	pager.show(7);
	timeline.latest = latest;
	quotes.element(3, () => undefined);
	pager.caughtUp(true);
	quotes.finish("quote3", false);
	expect(sent).toMatchObject([{ before: 4 }, { before: 18 }]);
});

test.each([
	["the end", "toEnd", 0],
	["what is on the screen", "show", 950],
] as const)(
	"who turns to %s is not led away by a jump that waited",
	async (_, turn, offset) => {
		const { pager, quotes, timeline, sent } = await opens();
		timeline.latest = latest;
		quotes.element(3, () => undefined);
		pager.show(7);
		pager[turn](offset);
		quotes.finish("quote3", false);
		expect(sent).toMatchObject([{ before: 4 }]);
	},
);

test("who follows a link to a message in a room that is empty is told that it is gone", async () => {
	const { pager } = await opens();
	pager.show(7);
	pager.caughtUp(false);
	expect(seen.splice(0)).toEqual(["That can’t be shown any more."]);
});

test("who speaks in a room that is being entered is not led away from its end", async () => {
	const { pager, timeline, sent } = await opens();
	pager.show(7);
	pager.toEnd();
	timeline.latest = latest;
	pager.caughtUp(true);
	expect(sent).toMatchObject([{ before: 901 }]);
});

test("a quote is asked for once a page that is not wanted any more has come", async () => {
	const { pager, quotes, timeline, sent } = await opens();
	timeline.latest = latest;
	pager.caughtUp(true);
	quotes.element(3, () => undefined);
	pager.show(950);
	pager.finish(true, 901);
	expect(sent).toMatchObject([{ before: 901 }, { before: 4 }]);
});

test("what fell out of a window that had all of the room is loaded again", async () => {
	const { HistoryPager } = await import("../../static/history-pager.ts");
	const sent: object[] = [];
	const quotes = { isFree: () => true, isWaiting: false };
	const send = (frame: object) => sent.push(frame);
	const page = Object({ room: "reef", quotes, send });
	const timeline = {
		...{ latest: { epoch: "e", offset: 300 }, from: 1, to: 300 },
		...{ isLive: true, autoscroll: {} },
	};
	const pager = new HistoryPager(page, Object(timeline));
	pager.caughtUp(false);
	scrolled();
	expect(sent).toEqual([]);
	timeline.from = 41;
	scrolled();
	expect(sent).toMatchObject([{ before: 41 }]);
});

test.each([
	["a message", "show", 7, 18],
	["the end", "toEnd", 0, 1_001],
] as const)(
	"a jump to %s is asked for until the server has time for it",
	async (_, jump, offset, before) => {
		vi.useFakeTimers();
		const { pager, timeline, sent } = await opens();
		timeline.latest = latest;
		timeline.autoscroll.isDetached = true;
		pager[jump](offset);
		pager.finish(true);
		expect(seen).toEqual([]);
		vi.advanceTimersByTime(1_000);
		expect(sent).toMatchObject([{ before }, { before }]);
		// Nobody waits for it any more.
		pager.finish(true);
		pager.reset();
		vi.advanceTimersByTime(60_000);
		expect(sent).toHaveLength(2);
	},
);

test("who jumps to a message that is not loaded is told that they are offline", async () => {
	const { pager, timeline, page } = await opens();
	timeline.latest = latest;
	page.isOpen = false;
	pager.show(950);
	expect(seen).toEqual([]);
	const { OFFLINE } = await import("../../static/requests.ts");
	pager.show(7);
	expect(seen.splice(0)).toEqual([OFFLINE]);
});

test("a jump that can't be done does not end the room for who scrolls up", async () => {
	const { pager, timeline, sent } = await opens();
	timeline.latest = latest;
	pager.caughtUp(true);
	pager.reset();
	pager.show(7);
	pager.finish(false);
	expect(seen.splice(0)).toHaveLength(1);
	scrolled();
	expect(sent).toMatchObject([
		{ before: 901 },
		{ before: 18 },
		{ before: 901 },
	]);
});
