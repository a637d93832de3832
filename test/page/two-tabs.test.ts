/** What a tab stores of a room that another tab has read further. */
import { expect, test, vi } from "vitest";

/** Stands for all that only shows: whatever is asked of it gives another. */
const shown: object = new Proxy(Object, {
	...{ get: () => shown, apply: () => shown, construct: () => shown },
});
vi.mock("../../static/element.ts", () => ({
	...{ button: () => {}, make: () => {}, say: () => {} },
	find: () => ({ addEventListener: () => {} }),
}));
vi.mock("../../static/brief-notice.ts", () => ({ showBriefly: () => {} }));
vi.mock("../../static/history-pager.ts", () => ({ HistoryPager: shown }));
vi.mock("../../static/live-region.ts", () => ({ liveRegion: shown }));
vi.mock("../../static/notifications.ts", () => ({ Notifications: shown }));
vi.mock("../../static/people.ts", () => ({ peoplePanel: shown }));
vi.mock("../../static/person.ts", () => ({ nameTag: () => {} }));
vi.mock("../../static/room-list.ts", () => ({ RoomList: shown }));
vi.mock("../../static/timeline.ts", () => ({
	Timeline: class {
		autoscroll = { isFollowing: true };
		isLive = true;
		latest = { epoch: "e", offset: 50, time: 0 };
		markAfter = () => {};
		showUnread = () => {};
	},
}));

test("a tab that is hidden takes back nothing that another tab has read", async () => {
	vi.useFakeTimers();
	let look = () => {};
	const document = {
		hidden: false,
		addEventListener: (_: string, hear: () => void) => {
			look = hear;
		},
	};
	vi.stubGlobal("document", document);
	vi.stubGlobal("addEventListener", () => {});
	const { OwnState } = await import("../../static/own-state.ts");
	const { RoomView } = await import("../../static/room-view.ts");
	const { joinedRoom, joinRoom } = await import("../../static/joined-rooms.ts");
	const sent: object[] = [];
	const page = Object({
		...{ room: "reef", epoch: "e", isOpen: true },
		send: (frame: object) => sent.push(frame),
	});
	page.own = new OwnState(page);
	new RoomView(page);
	joinRoom("reef", 0);
	look();
	page.own.flush();
	for (const { id } of sent.map(Object))
		page.own.settle({ kind: "ownDone", id });
	const mark = { room: "reef", epoch: "e", offset: 100, said: 100 };
	page.own.receive({ kind: "read", ...mark });
	document.hidden = true;
	look();
	expect(joinedRoom("reef")).toMatchObject({ offset: 100, said: 100 });
	vi.useRealTimers();
});
