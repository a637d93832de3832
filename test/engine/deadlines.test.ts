/** Whatever happens by the clock alone happens at its time, and one timer is set for all of it. */
import { expect, test } from "vitest";
import { dueEvents } from "../../src/engine/deadlines.ts";
import { TestServer } from "../test-server.ts";

const MINUTE_MS = 60_000;

test("one timer is set, however many logins and lost tabs wait", async () => {
	const plume = await TestServer.open({ environment: { PLUME_LIMITS: "off" } });
	const { timersSet } = plume.clock;
	for (let i = 0; i < 20; i++) {
		const person = await plume.enter(`p${i}`, "plume.2");
		person.hangUp();
		const waiting = plume.connect();
		waiting.hello(`q${i}`, `q${i}@example.org`);
		waiting.hangUp();
		plume.clock.advance(1000);
		await plume.settle();
	}
	plume.clock.advance(10 * MINUTE_MS);
	await plume.settle();
	expect([...plume.state.clients.keys()]).toEqual([]);
	expect(plume.clock.timersSet).toBe(timersSet);
});

test("each deadline has its event, not a millisecond before", async () => {
	const plume = await TestServer.open();
	const ann = await plume.enter("ann", "plume.2");
	ann.hangUp();
	plume.connect().hello("bob", "bob@example.org");
	await plume.settle();
	const { state } = plume;
	const clients = [...state.clients.keys()];
	const dueAt = (now: number) =>
		dueEvents({ state, now }, clients).map(({ event }) => event.type);
	const now = plume.clock.now();
	expect(dueAt(now + MINUTE_MS - 1)).toEqual([]);
	expect(dueAt(now + MINUTE_MS)).toEqual(["client.left"]);
	expect(dueAt(now + 10 * MINUTE_MS - 1)).toEqual(["client.left"]);
	expect(dueAt(now + 10 * MINUTE_MS)).toEqual(["client.left", "login.expired"]);
});

test("a client leaves once, though the login it came by would expire at that very moment", async () => {
	const plume = await TestServer.open();
	const ann = await plume.enter("ann", "plume.2");
	plume.clock.advance(9 * MINUTE_MS);
	ann.hangUp();
	await plume.settle();
	plume.clock.advance(MINUTE_MS);
	await plume.settle();
	expect(plume.fatal).toBeUndefined();
	expect([...plume.state.clients.keys()]).toEqual([]);
});
