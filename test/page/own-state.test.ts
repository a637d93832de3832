/** What is the reader's own, as the page knows it. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";

const said = vi.fn();
vi.mock("../../static/brief-notice.ts", () => ({ showBriefly: said }));

const sent: object[] = [];
const page = {
	isOpen: false,
	name: "ann",
	send: (frame: object) => page.isOpen && sent.push(frame),
};
const mark = { epoch: "e", said: 0 };

async function open() {
	vi.stubGlobal("addEventListener", () => {});
	const { OwnState } = await import("../../static/own-state.ts");
	return new OwnState(Object(page));
}
beforeEach(() => {
	vi.useFakeTimers();
	sent.length = 0;
	page.isOpen = false;
});

afterEach(() => vi.useRealTimers());

/** The server's answer to what was sent last. */
const answer = (kind: string, fields: object = {}) => ({
	...{ kind, words: "no such room", ...fields },
	id: Object(sent.at(-1)).id,
});

test("a choice that was too fast is sent again", async () => {
	const own = await open();
	page.isOpen = true;
	own.change({ kind: "level", room: "reef", level: "nothing" });
	own.settle(Object(answer("notDone", { retryAfter: 500 })));
	expect(own.level("reef")).toBe("nothing");
	await vi.advanceTimersByTimeAsync(4_000);
	expect(sent).toHaveLength(2);
	own.settle(Object(answer("ownDone")));
	await vi.advanceTimersByTimeAsync(60_000);
	expect(sent).toHaveLength(2);
	expect(own.level("reef")).toBe("nothing");
});

test("a choice without a connection is sent with the next", async () => {
	const own = await open();
	own.change({ kind: "quiet", from: 0, to: 60, zone: "UTC" });
	page.isOpen = true;
	own.receive({ kind: "own", reads: [], levels: [] });
	own.flush();
	expect(sent).toMatchObject([{ kind: "quiet", zone: "UTC" }]);
	expect(own.quiet).toMatchObject({ zone: "UTC" });
});

test("a choice that can't be is taken back with words", async () => {
	const own = await open();
	page.isOpen = true;
	own.change({ kind: "level", room: "reef", level: "nothing" });
	own.settle(Object(answer("notDone")));
	expect(own.level("reef")).toBeUndefined();
	expect(said).toHaveBeenCalledWith("no such room");
});

test("what was read in many rooms is sent no faster than the server takes it", async () => {
	const own = await open();
	for (let nth = 0; nth < 20; nth++)
		own.seen({ ...mark, room: `reef${nth}`, offset: 3 });
	page.isOpen = true;
	const counts = [];
	for (let turn = 0; turn < 3; turn++) {
		const before = sent.length;
		await vi.advanceTimersByTimeAsync(4_000);
		for (const frame of sent.slice(before))
			own.settle({ kind: "ownDone", id: Object(frame).id });
		counts.push(sent.length - before);
	}
	expect(counts).toEqual([8, 8, 4]);
});

test("what was read in two rooms without a connection is sent with the next", async () => {
	const own = await open();
	own.seen({ ...mark, room: "reef", offset: 3 });
	own.seen({ ...mark, room: "cove", offset: 5 });
	page.isOpen = true;
	own.flush();
	expect(sent).toMatchObject([{ room: "reef" }, { room: "cove" }]);
});

test("what was read after it had been marked as unread is sent all the same", async () => {
	const own = await open();
	page.isOpen = true;
	const unread = { ...mark, kind: "read", room: "reef", unread: true } as const;
	own.change({ ...unread, offset: 5 });
	own.seen({ ...mark, room: "reef", offset: 9 });
	own.receive({ ...unread, offset: 5 });
	own.settle(Object(answer("ownDone")));
	await vi.advanceTimersByTimeAsync(4_000);
	expect(sent.slice(1)).toMatchObject([{ room: "reef", offset: 9 }]);
});

test("what another browser marks as unread is not read any more", async () => {
	const own = await open();
	page.isOpen = true;
	own.seen({ ...mark, room: "reef", offset: 9 });
	const unread = { ...mark, kind: "read", room: "reef", unread: true } as const;
	own.receive({ ...unread, offset: 5 });
	await vi.advanceTimersByTimeAsync(60_000);
	expect(sent).toEqual([]);
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
