/** Logging in by email alone: a name is asked for once the code was right, and only of a newcomer. */
import { expect, test } from "vitest";
import { MessageType as types } from "../machines/message.ts";
import { type Person, TestServer } from "./test-server.ts";

async function asksForACode(plume: TestServer, email: string): Promise<Person> {
	const person = plume.connect("plume.2");
	person.raw(JSON.stringify({ type: types.hello, text: `\n${email}` }));
	await plume.settle();
	return person;
}

async function sendsCode(plume: TestServer, person: Person, frame: object) {
	person.raw(JSON.stringify({ type: types.auth, ...frame }));
	await plume.settle();
}

test("a newcomer is asked for a name once the code was right", async () => {
	const plume = await TestServer.open();
	const ann = await asksForACode(plume, "ann@example.org");
	const text = plume.mailer.codeFor("ann@example.org");
	await sendsCode(plume, ann, { text: "AAAAAA" });
	expect(ann.last(types.refused)).toBeUndefined();
	await sendsCode(plume, ann, { text });
	expect(ann.last(types.refused)).toMatchObject({
		code: "nameIsNeeded",
		re: 2,
	});
	await sendsCode(plume, ann, { text, name: "Ann" });
	expect(ann.last(types.welcome)).toMatchObject({ user: { name: "Ann" } });
});

test("who has a name is let in under it", async () => {
	const plume = await TestServer.open();
	await plume.enter("ann", "plume.2");
	const back = await asksForACode(plume, "ann@example.org");
	const text = plume.mailer.codeFor("ann@example.org");
	await sendsCode(plume, back, { text, name: "someone" });
	expect(back.last(types.welcome)).toMatchObject({ user: { name: "ann" } });
});

test("a stranger learns nothing about an email", async () => {
	const plume = await TestServer.open();
	await plume.enter("ann", "plume.2");
	const [known, unknown] = [
		await asksForACode(plume, "ann@example.org"),
		await asksForACode(plume, "eve@example.org"),
	];
	const shapeOf = ({ received }: Person) =>
		received.map((frame) => Object.keys(frame).toSorted());
	expect(shapeOf(known)).toEqual(shapeOf(unknown));
	for (const person of [known, unknown])
		expect(JSON.stringify(person.received)).not.toContain("ann");
});

test("wrong emails for a name tell nothing of who asks by email alone", async () => {
	const plume = await TestServer.open();
	await plume.enter("ann", "plume.2");
	for (let i = 0; i < 12; i++) {
		const eve = plume.connect("plume.2");
		eve.hello("ann", `guess${i}@example.org`);
		await plume.settle();
	}
	for (const email of ["ann@example.org", "eve@example.org"]) {
		const person = await asksForACode(plume, email);
		expect(person.last(types.pending)).toBeDefined();
	}
});

test("names that are tried after a login by email alone are guesses", async () => {
	const plume = await TestServer.open({
		environment: { PLUME_LIMIT_GUESSES_NETWORK_HOUR: "5" },
	});
	await plume.enter("ann", "plume.2");
	await plume.enter("bob", "plume.2");
	const eve = await asksForACode(plume, "ann@example.org");
	const answers = async (name: string) => {
		eve.hello(name, "ann@example.org");
		await plume.settle();
		return eve.last(types.refused)?.code;
	};
	for (let i = 0; i < 10; i++) {
		plume.clock.advance(500);
		await answers("bob");
	}
	const forBob = await answers("bob");
	expect(await answers("ann")).toBe(forBob);
});

test("while nobody new is let in, an email with an old name is answered like any other", async () => {
	const plume = await TestServer.open();
	await plume.enter("ann", "plume.2");
	plume.clock.advance(400 * 86_400_000);
	await plume.operate("close");
	for (const email of ["ann@example.org", "eve@example.org"]) {
		const person = await asksForACode(plume, email);
		expect(person.last(types.pending)).toBeDefined();
	}
});

test("another name can be chosen with the same code when one is taken", async () => {
	const plume = await TestServer.open();
	await plume.enter("ann", "plume.2");
	const eve = await asksForACode(plume, "eve@example.org");
	const text = plume.mailer.codeFor("eve@example.org");
	for (const [name, code] of [
		["ann", "nameIsTheirs"],
		["plumebot", "nameIsTheirs"],
		["a b", "nameIsLegal"],
		["x".repeat(1000), "nameIsLegal"],
	] as const) {
		await sendsCode(plume, eve, { text, name });
		expect(eve.last(types.refused)).toMatchObject({ code });
	}
	await sendsCode(plume, eve, { text, name: "eve" });
	expect(eve.last(types.welcome)).toMatchObject({ user: { name: "eve" } });
});

test("a classic client must give a name", async () => {
	const plume = await TestServer.open();
	const old = plume.connect();
	old.raw(JSON.stringify({ type: types.hello, text: "\nann@example.org" }));
	await plume.settle();
	expect(old.last(types.mayNotEnter)).toBeDefined();
	expect(plume.mailer.sent).toHaveLength(0);
});

test("a page that is reloaded before it gave a name goes on with its code", async () => {
	const plume = await TestServer.open();
	const ann = await asksForACode(plume, "ann@example.org");
	const pending = ann.last(types.pending)?.pending;
	ann.hangUp();
	const again = plume.connect("plume.2");
	again.raw(JSON.stringify({ type: types.open, pending, room: "lobby" }));
	await plume.settle();
	const text = plume.mailer.codeFor("ann@example.org");
	await sendsCode(plume, again, { text, name: "ann" });
	expect(again.last(types.welcome)).toMatchObject({ user: { name: "ann" } });
	again.say("here", 1);
	await plume.settle();
	expect(again.lines.join()).toContain("here");
});

test("of two who choose one name, the first has it", async () => {
	const plume = await TestServer.open();
	const people = await Promise.all(
		["ann", "bob"].map((name) => asksForACode(plume, `${name}@example.org`)),
	);
	for (const [nth, person] of people.entries()) {
		const name = ["ann", "bob"][nth];
		const text = plume.mailer.codeFor(`${name}@example.org`);
		await sendsCode(plume, person, { text, name: "same" });
	}
	expect(people[0]?.last(types.welcome)).toBeDefined();
	expect(people[1]?.last(types.refused)).toMatchObject({
		code: "nameIsTheirs",
	});
});
