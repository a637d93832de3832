/** Replies: what a line answers is named by its offset, and looked up where it is shown. */

import { expect, test } from "vitest";
import { MessageType as types } from "../machines/message.ts";
import { type Person, TestServer } from "./test-server.ts";

function answers(person: Person, text: string, replyTo: unknown, n?: number) {
	person.raw(JSON.stringify({ type: types.text, text, replyTo, n }));
}

/** The latest line that someone was shown. */
const lastLine = ({ items }: Person) =>
	items.findLast(({ type }) => type === types.text) ?? { type: -1 };

test("a reply names the offset of what it answers, and none of its words", async () => {
	const plume = await TestServer.open();
	const ann = await plume.enter("ann", "plume.2");
	const bob = await plume.enter("bob", "plume.2");
	ann.say("shall we go?");
	await plume.settle();
	const { offset } = lastLine(ann);
	answers(bob, "yes", offset, 1);
	await plume.settle();
	expect(lastLine(ann)).toMatchObject({ text: "yes", replyTo: offset });
	const cleo = await plume.enter("cleo", "plume.2");
	expect(lastLine(cleo)).toEqual(lastLine(ann));
	const { epoch } = ann.memory;
	const before = Number(lastLine(ann).offset) + 1;
	cleo.askHistory({ room: "lobby", epoch, before, limit: 1 });
	await plume.settle();
	expect(lastLine(cleo)).toEqual(lastLine(ann));
});

test("a classic client reads whom a reply is for", async () => {
	const plume = await TestServer.open();
	const ann = await plume.enter("ann", "plume.2");
	const old = await plume.enter("old");
	old.say("shall we go?");
	await plume.settle();
	answers(ann, "yes", lastLine(ann).offset);
	await plume.settle();
	expect(old.news().at(-1)).toEqual({
		type: types.text,
		user: { name: "ann" },
		text: "@old yes",
	});
});

test("a reply to nothing is refused, and takes no number", async () => {
	const plume = await TestServer.open();
	const ann = await plume.enter("ann", "plume.2");
	answers(ann, "what?", 99, 1);
	await plume.settle();
	expect(ann.last(types.refused)).toMatchObject({ code: "answersSomething" });
	for (const strange of [0, -1, "1", {}]) answers(ann, "hm", strange);
	answers(ann, "oh", 1, 1);
	await plume.settle();
	expect(ann.last(types.ack)).toMatchObject({ last: 1 });
	expect(ann.items.filter(({ text }) => text === "hm")).toHaveLength(4);
});

test("what a reply answers can be erased, and the reply stays", async () => {
	const plume = await TestServer.open();
	const ann = await plume.enter("ann", "plume.2");
	const bob = await plume.enter("bob", "plume.2");
	ann.say("a secret");
	await plume.settle();
	const { offset, epoch, room } = lastLine(ann);
	answers(bob, "I keep it", offset);
	ann.erase({ room, epoch, target: offset });
	await plume.settle();
	const cleo = await plume.enter("cleo", "plume.2");
	expect(JSON.stringify(cleo.received)).not.toContain("a secret");
	expect(lastLine(cleo)).toMatchObject({ replyTo: offset });
	bob.erase({ room, epoch, target: lastLine(cleo).offset });
	await plume.settle();
	const dora = await plume.enter("dora", "plume.2");
	const lines = dora.items.filter(({ type }) => type === types.text);
	expect(lines).toMatchObject([
		{ text: "", erased: true },
		{ text: "", erased: true, replyTo: offset },
	]);
});
