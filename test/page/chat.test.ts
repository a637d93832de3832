/** What a room on the screen does with what the server says. */
import { expect, test, vi } from "vitest";

/** What is said for a moment. */
const said: string[] = [];
/** Stands for all that only shows: whatever is asked of it gives another. */
const shown: object = new Proxy(Object, {
	...{ get: () => shown, apply: () => shown, construct: () => shown },
});
vi.mock("../../static/brief-notice.ts", () => ({
	showBriefly: (words: string) => said.push(words),
}));
vi.mock("../../static/composer.ts", () => ({ Composer: shown }));
vi.mock("../../static/element.ts", () => ({ find: () => shown }));
vi.mock("../../static/message-tools.ts", () => ({}));
vi.mock("../../static/own-rooms.ts", () => ({ OwnRooms: shown }));
vi.mock("../../static/pending-sends.ts", () => ({
	pendingSends: () => ({
		outbox: () => ({ unmuted: () => said.push("unmuted") }),
	}),
}));
vi.mock("../../static/room-level.ts", () => ({ roomLevel: shown }));
vi.mock("../../static/room-name.ts", () => ({}));
vi.mock("../../static/room-view.ts", () => ({ RoomView: shown }));

const answer = { kind: "aside", name: "plumebot", time: 0 } as const;

/** A page in a room that is open while `state` says so. */
async function opens(state: { isOpen: boolean }) {
	said.length = 0;
	vi.stubGlobal("window", {});
	vi.stubGlobal("addEventListener", () => {});
	const { Chat } = await import("../../static/chat.ts");
	const { Page } = await import("../../static/page.ts");
	const snapshot = { matches: () => state.isOpen, context: {} };
	const actor = () => ({ getSnapshot: () => snapshot });
	const page = new Page(Object({ actor, socket: { send: () => {} } }));
	return { page, chat: new Chat(page) };
}

test("what the bot says unasked may be that one may speak again", async () => {
	const { page, chat } = await opens({ isOpen: true });
	page.tellBot("@plumebot report 5", "/report 5");
	chat.receive({ ...answer, text: "Thank you." });
	expect(said).toEqual([]);
	chat.receive({ ...answer, text: "You may speak in reef again." });
	expect(said).toEqual(["unmuted"]);
});

test("what the bot answers on the way to another room is read there", async () => {
	const state = { isOpen: true };
	const { page, chat } = await opens(state);
	page.tellBot("@plumebot mute dan 1h", "/mute dan 1h");
	state.isOpen = false;
	chat.receive({ ...answer, text: "dan may say nothing." });
	chat.receive({ ...answer, text: "Welcome." });
	expect(said).toEqual(["dan may say nothing."]);
	expect([...page.asked]).toEqual([]);
});
