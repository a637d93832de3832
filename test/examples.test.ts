/** The sequences in PROTOCOL.md are what a server really says, frame by frame. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { MessageType as types } from "../machines/message.ts";
import { FakeClock } from "./fakes/clock.ts";
import { type Person, TestServer } from "./test-server.ts";

const STEP = /^(?<who>\w+) (?<sign>[→←×]) ?(?<frame>.*)$/gm;
/** Random on every server; the document has stand-ins for them. */
const RANDOM = /(?<="(?:client|token|pending|epoch)":")[^"]+/g;
const CODE = new RegExp(`(?<="type":${types.auth},"text":")\\w+`);

test("the examples of PROTOCOL.md are what a server says", async () => {
	const [, after = ""] = readFileSync("PROTOCOL.md", "utf8").split(
		"\n## Three examples\n",
	);
	const steps = [...(after.split("\n## ")[0] ?? "").matchAll(STEP)];
	expect(steps.length).toBeGreaterThan(20);
	const plume = await TestServer.open({
		clock: new FakeClock(1_795_000_000_000),
		environment: {
			PLUME_LIMIT_CATCH_UP_ITEMS: "2",
			PLUME_LIMIT_HISTORY_MESSAGES: "2",
		},
	});
	const people = new Map([["bob", await plume.enter("bob", "plume.2")]]);
	/** What the document calls something, and what this server calls it. */
	const names = new Map<string, string>();
	const really = (frame: string) =>
		[...names].reduce((it, [its, ours]) => it.replaceAll(its, ours), frame);
	/** What someone received and the document did not show yet. */
	let received: string[] = [];

	async function expectFrame(person: Person, frame: string) {
		if (received.length === 0) {
			await plume.settle();
			plume.clock.advance(0);
			await plume.settle();
			received = person.news().map((one) => JSON.stringify(one));
		}
		const next = received.shift() ?? "nothing";
		const ours = next.match(RANDOM) ?? [];
		for (const [nth, its] of (frame.match(RANDOM) ?? []).entries())
			if (!names.has(its)) names.set(its, ours[nth] ?? "");
		expect(next).toBe(really(frame));
	}

	for (const { groups: { who = "", sign, frame = "" } = {} } of steps) {
		const person = people.get(who) ?? plume.connect("plume.2");
		people.set(who, person);
		if (sign === "←") {
			await expectFrame(person, frame);
			continue;
		}
		expect(received).toEqual([]);
		if (sign === "→") {
			plume.clock.advance(1000);
			const code = plume.mailer.sent.at(-1)?.code ?? "";
			person.raw(really(frame).replace(CODE, code));
		} else {
			person.hangUp();
			people.delete(who);
		}
	}
	expect(received).toEqual([]);
});
