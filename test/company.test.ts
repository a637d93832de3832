/** What is durable waits for company: lines that come together are told together, acknowledged or not. */
import { expect, test } from "vitest";
import { openFileLog } from "../src/log/file-log.ts";
import { FakeClock } from "./fakes/clock.ts";
import { FakeDisk } from "./fakes/disk.ts";
import { House } from "./house.ts";
import { settle } from "./log/entries.ts";

test("a line that waits is not told because another comes and is acknowledged", async () => {
	let go = () => {};
	let linger = async () => {};
	const log = openFileLog({
		disk: new FakeDisk(),
		folder: "data",
		clock: new FakeClock(),
		ids: () => "id",
		linger: () => linger(),
	});
	const house = await House.open({ log });
	const ann = await house.enter("ann", "plume.2");
	const bob = await house.enter("bob", "plume.2");
	bob.news();
	linger = () =>
		new Promise((resolve) => {
			go = resolve;
		});
	ann.say("one", 1);
	go();
	await house.until(() => log.committed === log.ordered);
	ann.say("two", 2);
	await settle();
	expect(log.committed).toBe(log.ordered - 1);
	expect(bob.news()).toEqual([]);
	linger = async () => {};
	go();
	await house.settle();
	expect(bob.news()).toMatchObject([{ text: "one" }, { text: "two" }]);
});
