/** Which rooms a page asks about. */
import { expect, test, vi } from "vitest";
import { isPublic, LOBBY } from "../../machines/message.ts";

const joined: { name: string }[] = [];
vi.mock("../../static/brief-notice.ts", () => ({ showBriefly: () => {} }));
vi.mock("../../static/room-level.ts", () => ({ struckBell: () => {} }));
vi.mock("../../static/room-menu.ts", () => ({ roomMenu: () => {} }));
vi.mock("../../static/room-order.ts", () => ({ roomOrder: () => {} }));
vi.mock("../../static/element.ts", () => ({ find: () => {} }));
vi.mock("../../static/joined-rooms.ts", () => ({ joinedRooms: () => joined }));

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
