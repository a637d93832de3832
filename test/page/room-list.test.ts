/** Which rooms a page asks about, and how often. */
import { afterEach, expect, test, vi } from "vitest";
import { isPublic, LOBBY } from "../../machines/message.ts";

const joined: { name: string; epoch?: string; said?: number }[] = [];
/** What is pressed in the list. */
let pressed: object | null = null;
/** How often the list was drawn. */
let drawn = 0;
/** Stands in for any element. */
const element = Object({
	...{ querySelector: (what: string) => (what === ":active" ? pressed : null) },
	...{ querySelectorAll: () => [], append: () => {} },
	replaceChildren() {
		drawn += 1;
	},
	classList: { toggle: () => {} },
	hidePopover: () => {},
});
/** The lines that wait for a room. */
let unsent: object[] = [];
/** How often mentions were looked for. */
let searches = 0;
const unreadMentions = async (): Promise<string[] | undefined> => {
	searches += 1;
	return found;
};
/** The rooms where one is. */
let found: string[] | undefined;
let shown = "";
vi.mock("../../static/brief-notice.ts", () => ({
	showBriefly(words: string) {
		shown = words;
	},
}));
vi.mock("../../static/room-level.ts", () => ({ struckBell: () => {} }));
/** What the menu of the room on the screen does. */
let leave = () => {};
vi.mock("../../static/room-menu.ts", () => ({
	roomMenu: (_: object, then: () => void) => {
		leave = then;
	},
}));
vi.mock("../../static/room-order.ts", () => ({
	roomOrder: () => ({ of: (rooms: object) => rooms, isUsed: () => true }),
}));
vi.mock("../../static/element.ts", () => ({
	find: (where: string) => (where === "#unsent" ? {} : element),
	...{ make: () => element, say: () => {} },
}));
vi.mock("../../static/joined-rooms.ts", () => ({
	joinedRooms: () => joined,
	joinedRoom: (name: string) => joined.find((room) => room.name === name),
	leaveRoom(name: string) {
		const at = joined.findIndex((room) => room.name === name);
		joined.splice(at, 1);
	},
	joinRoom: (name: string) => joined.push({ name }),
	unread: () => {},
}));
vi.mock("../../static/storage.ts", () => ({
	...{ hasDraft: () => false, storedLines: () => unsent },
	roomsWithLines: () => ["reef", "~left"],
}));
vi.mock("../../static/lazy.ts", () => ({
	later: async () => ({ unreadMentions }),
}));

afterEach(() => {
	[searches, found, pressed] = [0, undefined, null];
	vi.useRealTimers();
});

test.each([
	[5, 3, 5, 3],
	[100, 3, 28, 3],
	[5, 100, 5, 26],
	[100, 100, 16, 15],
])(
	"of %i rooms for all and %i own ones %i and %i are watched",
	async (open, own, ...most) => {
		vi.stubGlobal("window", {});
		const { RoomList } = await import("../../static/room-list.ts");
		const named = (count: number, begin: string) =>
			Array.from({ length: count }, (_, nth) => ({ name: `${begin}${nth}` }));
		const all = [{ name: LOBBY }, ...named(own, "~"), ...named(open, "r")];
		joined.splice(0, joined.length, ...all);
		let asked: readonly string[] = [];
		const send = ({ rooms }: { rooms: readonly string[] }) => {
			asked = rooms;
		};
		new RoomList(Object({ own: { adopt: () => {} }, send })).watch();
		const others = asked.slice(1);
		const forAll = others.filter(isPublic);
		expect([forAll.length, others.length - forAll.length]).toEqual(most);
		expect([asked[0], forAll.at(-1)]).toEqual([LOBBY, `r${open - 1}`]);
	},
);

/** The list of someone in the lobby who has joined one other room. The time is the test's. */
async function listOf(room: (typeof joined)[number], level = () => "all") {
	vi.stubGlobal("window", {});
	vi.useFakeTimers();
	const { RoomList } = await import("../../static/room-list.ts");
	joined.splice(0, joined.length, room);
	const page = { room: LOBBY, ownRooms: [], titleOf: String };
	return new RoomList(Object({ ...page, own: { level } }));
}

test("a room for all where lines wait is on the list again after a logout", async () => {
	const list = await listOf({ name: LOBBY });
	let asked: readonly string[] = [];
	vi.spyOn(list, "watch").mockImplementation(() => {
		asked = joined.map(({ name }) => name);
	});
	list.updateOwn();
	expect(asked).toEqual([LOBBY, "reef"]);
});

test("a search for mentions that fails is not asked again at each message elsewhere", async () => {
	const list = await listOf({ name: "reef", epoch: "e", said: 1 });
	for (let said = 2; said < 12; said++) {
		list.update(Object({ room: "reef", epoch: "e", said }));
		await vi.advanceTimersByTimeAsync(1_000);
	}
	expect(searches).toBe(1);
	await vi.advanceTimersByTimeAsync(60_000);
	list.update(Object({ room: "reef", epoch: "e", said: 12 }));
	await vi.advanceTimersByTimeAsync(0);
	expect(searches).toBe(2);
});

test("a mention that came before the page is looked for where only mentions count", async () => {
	let level = "nothing";
	const room = { name: "cove", epoch: "e", said: 1 };
	const list = await listOf(room, () => level);
	const hear = async (said: number) => {
		list.update(Object({ room: "cove", epoch: "e", said }));
		await vi.advanceTimersByTimeAsync(0);
	};
	await hear(2);
	expect(searches).toBe(0);
	level = "mentions";
	await hear(3);
	expect(searches).toBe(1);
});

test("a tab that is seen looks within 5 s for a mention that came without a connection", async () => {
	vi.stubGlobal("document", { hidden: false });
	const list = await listOf({ name: "reef", epoch: "e", said: 1 });
	found = [];
	list.update(Object({ room: "reef", epoch: "e", said: 2 }));
	await vi.advanceTimersByTimeAsync(0);
	expect(searches).toBe(1);
	vi.spyOn(Math, "random").mockReturnValueOnce(0.999);
	list.missed();
	await vi.advanceTimersByTimeAsync(5_000);
	expect(searches).toBe(2);
});

test("a mention that came without a connection is looked for, by each tab at a time of its own", async () => {
	vi.stubGlobal("document", { hidden: true });
	const list = await listOf({ name: "reef", epoch: "e", said: 1 });
	found = [];
	list.update(Object({ room: "reef", epoch: "e", said: 2 }));
	await vi.advanceTimersByTimeAsync(0);
	list.update(Object({ room: "reef", epoch: "e", said: 3 }));
	await vi.advanceTimersByTimeAsync(0);
	expect(searches).toBe(1);
	vi.spyOn(Math, "random").mockReturnValueOnce(0.5);
	list.missed();
	list.update(Object({ room: "reef", epoch: "e", said: 4 }));
	await vi.advanceTimersByTimeAsync(20_000);
	expect(searches).toBe(1);
	await vi.advanceTimersByTimeAsync(10_000);
	expect(searches).toBe(2);
});

test("a list with a link that stays pressed after it was dragged is drawn nevertheless", async () => {
	const list = await listOf({ name: "reef" });
	pressed = {};
	drawn = 0;
	list.render();
	await vi.advanceTimersByTimeAsync(1_000);
	expect(drawn).toBe(0);
	await vi.advanceTimersByTimeAsync(2_000);
	expect(drawn).toBe(1);
});

test("a room for which lines wait stays in the list", async () => {
	vi.stubGlobal("window", {});
	const { RoomList } = await import("../../static/room-list.ts");
	joined.splice(0, joined.length, { name: "reef" }, { name: "cove" });
	const titleOf = () => "The reef";
	const page = { room: "reef", titleOf, go: () => {} };
	new RoomList(Object(page));
	unsent = [{}];
	leave();
	expect(shown).toContain("“The reef” stays in the list");
	expect(joined).toEqual([{ name: "reef" }, { name: "cove" }]);
	unsent = [];
	leave();
	expect(joined).toEqual([{ name: "cove" }]);
});
