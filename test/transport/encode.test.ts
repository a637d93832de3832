/** What a newcomer is shown is put into JSON for the first of them, and that is never the reason to see what is gone. */
import { expect, test } from "vitest";
import type { Item } from "../../machines/message.ts";
import { Server } from "../../src/chat/server.ts";
import type { ServerMessage } from "../../src/chat/server-message.ts";
import { defaultLimits } from "../../src/limits.ts";
import { classic } from "../../src/transport/protocol-v1.ts";
import { plume2 } from "../../src/transport/protocol-v2.ts";
import { overWebSocket } from "../../src/transport/websocket.ts";
import { decodeFrames } from "../test-server.ts";

const author = { room: "lobby", epoch: "e", time: 0, client: "a", name: "ann" };
const said = (offset: number, text: string): Item => ({
	kind: "said",
	...author,
	offset,
	text,
});

const latest = (items: readonly Item[]): ServerMessage => ({
	...{ kind: "latest", room: "lobby", epoch: "e" },
	...{ offset: 9, items, said: 0, isGap: false },
});

test("an item is put into JSON once, however many enter", () => {
	let looks = 0;
	const item = {
		...said(1, ""),
		get text() {
			looks++;
			return "hello";
		},
	};
	const first = plume2.encode(latest([item]));
	expect(looks).toBe(1);
	expect(plume2.encode(latest([item]))).toEqual(first);
	expect(looks).toBe(1);
});

test("who enters after an erasure is not shown what one before was", () => {
	const memory = {
		...defaultLimits(),
		...{ historyMessages: 10, catchUpItems: 10, mailboxBytes: 10_000 },
	};
	const recent = new Server(memory).room("l").recent;
	recent.remember(said(1, "kept"));
	recent.remember(said(2, "secret"));
	const shown = () => plume2.encode(latest(recent.latest)).toString();
	expect(shown()).toContain("secret");
	recent.remember({ kind: "erased", ...author, offset: 3, target: 2 });
	expect(shown()).not.toContain("secret");
	expect(shown()).toContain("kept");
	expect(shown()).toContain('"erased":true');
});

test("a frame of any length is read as it was written", () => {
	const sizes = [0, 75, 76, 77, 78, 65_480, 65_490, 66_000];
	for (const size of sizes) {
		const texts = ["é".repeat(size), "x".repeat(size)];
		const items = texts.map((text, index) => said(index + 1, text));
		const frames = decodeFrames(overWebSocket(plume2).encode(latest(items)));
		expect(frames.slice(0, 2).map(({ text }) => text)).toEqual(texts);
	}
	for (let size = 60; size < 90; size++) {
		const text = "x".repeat(size);
		const [frame] = decodeFrames(overWebSocket(classic).encode(said(1, text)));
		expect(frame?.text).toBe(text);
	}
});
