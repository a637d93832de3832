/** The bus: what one room has to deliver, and no more work for those that are silent. */
import { expect, test } from "vitest";
import { Room } from "../../src/chat/room.ts";
import { Server } from "../../src/chat/server.ts";
import { defaultLimits } from "../../src/limits.ts";

const memory = {
	...defaultLimits(),
	...{ historyMessages: 10, catchUpItems: 10, mailboxBytes: 10_000 },
};
const item = (room: string, offset: number) => ({
	kind: "said" as const,
	...{ room, epoch: "e", offset, time: 0, client: "a", name: "a", text: "hi" },
});

test("a line in one room touches no other room", () => {
	const server = new Server(memory);
	const heard: string[] = [];
	for (let i = 0; i < 1000; i++) {
		const room = server.room(`room${i}`);
		const mailbox = server.mailbox(() => heard.push(room.name));
		const user = { name: "a", email: "" };
		const client = { id: `a${i}`, user, mailbox };
		room.attach(client);
		room.join(client);
	}
	const delivered: string[] = [];
	const { deliver } = Room.prototype;
	Room.prototype.deliver = function () {
		delivered.push(this.name);
		deliver.call(this);
	};
	server.room("room7").broadcast(item("room7", 1));
	server.dispatch();
	server.dispatch();
	Room.prototype.deliver = deliver;
	expect([delivered, heard]).toEqual([["room7"], ["room7"]]);
});

test("asking how far a room has come does not open it", () => {
	const server = new Server(memory);
	const head = { room: "cats", epoch: "", offset: 0, said: 0 };
	expect(server.head("cats")).toEqual(head);
	expect(server.find("cats")).toBeUndefined();
});

test("a room that was forgotten leaves nothing to the next of its name", () => {
	const server = new Server(memory);
	const before = server.room("cats");
	before.broadcast(item("cats", 1));
	server.forget("cats");
	const after = server.room("cats");
	expect(after).not.toBe(before);
	expect([after.recent.latest, after.recent.head.said]).toEqual([[], 0]);
});
