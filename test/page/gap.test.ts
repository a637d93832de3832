/** What a room on the screen knows after a gap. */
import { expect, test, vi } from "vitest";

/** Stands for all that only shows: whatever is asked of it gives another. */
const shown: object = new Proxy(Object, {
	get: (_, key) =>
		key === "length" ? 0 : key === "latest" ? undefined : shown,
	apply: () => shown,
	construct: () => shown,
});
const found = { replaceChildren: () => {}, dataset: {}, ariaHidden: "" };
vi.mock("../../static/element.ts", () => ({
	...{ button: () => found, make: () => found, say: () => {} },
	find: () => ({ ...found, addEventListener: () => {} }),
}));
vi.mock("../../static/brief-notice.ts", () => ({ showBriefly: () => {} }));
vi.mock("../../static/history-pager.ts", () => ({ HistoryPager: shown }));
vi.mock("../../static/live-region.ts", () => ({ liveRegion: shown }));
vi.mock("../../static/notifications.ts", () => ({ Notifications: shown }));
vi.mock("../../static/people.ts", () => ({ peoplePanel: shown }));
vi.mock("../../static/person.ts", () => ({ nameTag: () => found }));
vi.mock("../../static/room-list.ts", () => ({ RoomList: shown }));
vi.mock("../../static/timeline.ts", () => ({ Timeline: shown }));

test("a quote is looked up anew after a gap, in which it may have been deleted", async () => {
	vi.stubGlobal("document", { addEventListener: () => {} });
	const { Quotes } = await import("../../static/quotes.ts");
	const { RoomView } = await import("../../static/room-view.ts");
	const sent: object[] = [];
	const page = Object({
		...{ room: "reef", epoch: "e", isOpen: true },
		...{ isPaging: () => false, isBlocked: () => false },
		send: (frame: object) => sent.push(frame),
	});
	const quotes = new Quotes(page);
	page.quotes = quotes;
	const view = new RoomView(page);
	const line = {
		kind: "said",
		name: "ann",
		text: "a secret",
		time: 0,
	} as const;
	const position = { room: "reef", epoch: "e", offset: 3, client: "c" };
	quotes.element(3, () => ({ ...line, ...position }));
	view.receive({ kind: "gap", room: "reef", epoch: "e", said: 9, offset: 9 });
	expect(sent).toEqual([]);
	quotes.element(3, () => undefined);
	expect(sent).toMatchObject([{ kind: "history", before: 4, limit: 1 }]);
});
