/** What is the reader's own, as the page knows it. */
import { beforeEach, expect, test, vi } from "vitest";

const sent: object[] = [];
const page = { isOpen: false, send: (frame: object) => sent.push(frame) };
const mark = { epoch: "e", said: 0 };

async function open() {
	vi.stubGlobal("addEventListener", () => {});
	const { OwnState } = await import("../../static/own-state.ts");
	return new OwnState(Object(page));
}
beforeEach(() => {
	sent.length = 0;
	page.isOpen = false;
});

test("what was read in two rooms without a connection is sent with the next", async () => {
	const own = await open();
	own.seen({ ...mark, room: "reef", offset: 3 });
	own.seen({ ...mark, room: "cove", offset: 5 });
	page.isOpen = true;
	own.flush();
	expect(sent).toMatchObject([{ room: "reef" }, { room: "cove" }]);
});

test("the server's older mark takes the place of no mark that it has yet to get", async () => {
	const { joinedRoom, joinRoom, saveRead } = await import(
		"../../static/joined-rooms.ts"
	);
	const own = await open();
	joinRoom("reef", 0);
	saveRead({ ...mark, name: "reef", offset: 9 });
	own.seen({ ...mark, room: "reef", offset: 9 });
	const reads = [{ ...mark, room: "reef", offset: 3 }];
	own.receive({ kind: "own", reads, levels: [] });
	expect(joinedRoom("reef")).toMatchObject({ offset: 9 });
	const unread = { ...mark, room: "reef", offset: 2, unread: true } as const;
	own.receive({ kind: "read", ...unread });
	expect(joinedRoom("reef")).toMatchObject({ offset: 2 });
});
