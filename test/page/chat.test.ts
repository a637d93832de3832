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
vi.mock("../../static/pending-sends.ts", () => ({ pendingSends: shown }));
vi.mock("../../static/room-level.ts", () => ({ roomLevel: shown }));
vi.mock("../../static/room-name.ts", () => ({}));
vi.mock("../../static/room-view.ts", () => ({ RoomView: shown }));

test("what the bot answers on the way to another room is read there", async () => {
	vi.stubGlobal("window", {});
	vi.stubGlobal("addEventListener", () => {});
	const { Chat } = await import("../../static/chat.ts");
	const { Page } = await import("../../static/page.ts");
	let isOpen = true;
	const snapshot = { matches: () => isOpen, context: {} };
	const actor = () => ({ getSnapshot: () => snapshot });
	const page = new Page(Object({ actor, socket: { send: () => {} } }));
	const chat = new Chat(page);
	const answer = { kind: "aside", name: "plumebot", time: 0 } as const;
	page.tellBot("@plumebot mute dan 1h", "/mute dan 1h");
	isOpen = false;
	chat.receive({ ...answer, text: "dan may say nothing." });
	chat.receive({ ...answer, text: "Welcome." });
	expect(said).toEqual(["dan may say nothing."]);
	expect([...page.asked]).toEqual([]);
});
