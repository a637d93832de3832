/** What is asked of the server for the reader, and in which order. */
import { expect, test, vi } from "vitest";

const room = { scrollTop: 0, scrollHeight: 900, clientHeight: 900 };
const element = { replaceChildren: () => {}, dataset: {} };
vi.mock("../../static/brief-notice.ts", () => ({ showBriefly: () => {} }));
vi.mock("../../static/person.ts", () => ({ nameTag: () => {} }));
vi.mock("../../static/element.ts", () => ({
	...{ button: () => element, make: () => element },
	find: () => ({
		...room,
		addEventListener: () => {},
		querySelectorAll: () => [],
	}),
}));

test("a jump to a message waits for a quote, whatever is scrolled", async () => {
	const { HistoryPager } = await import("../../static/history-pager.ts");
	const { Quotes } = await import("../../static/quotes.ts");
	const sent: object[] = [];
	const page = Object({
		...{ room: "reef", epoch: "e", isOpen: true, isBlocked: () => false },
		send: (frame: object) => sent.push(frame),
	});
	page.quotes = new Quotes(page);
	const timeline = {
		...{ latest: undefined as object | undefined, from: 901, to: 1_000 },
		...{ isLive: true, autoscroll: {}, show: () => false },
	};
	const pager = new HistoryPager(page, Object(timeline));
	pager.show(7);
	timeline.latest = { epoch: "e", offset: 1_000 };
	page.quotes.element(3, () => undefined);
	pager.caughtUp(true);
	page.quotes.finish("quote3", false);
	expect(sent).toMatchObject([{ before: 4 }, { before: 18 }]);
});
