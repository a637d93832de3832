/** A server for invited people: who gets in, and what the others learn. */
import { expect, test } from "vitest";
import { MessageType as types } from "../machines/message.ts";
import { readConfig } from "../src/config.ts";
import { asks, makesRoom } from "./private-rooms.ts";
import { TestServer } from "./test-server.ts";

const environment = {
	PLUME_ALLOW: "invited",
	PLUME_ADMINS: "ann@example.org",
};

/** Someone asks for a code, perhaps with the token of an invitation. */
async function saysHello(
	plume: TestServer,
	name: string,
	invitation?: unknown,
	who = name,
) {
	const person = plume.connect("plume.2");
	const text = `${name}\n${who}@example.org`;
	person.raw(JSON.stringify({ type: types.hello, text, invitation }));
	await plume.settle();
	return person;
}

async function comesIn(plume: TestServer, name: string, invitation?: unknown) {
	const person = await saysHello(plume, name, invitation);
	person.auth(plume.mailer.codeFor(`${name}@example.org`));
	await plume.settle();
	expect(person.last(types.welcome)).toBeDefined();
	return person;
}

test("admins come in, and others by their invitation, which is good for one", async () => {
	const plume = await TestServer.open({ environment });
	const ann = await comesIn(plume, "ann");
	const { token } = await asks(plume, ann, "invite");
	await comesIn(plume, "bob", token);
	await comesIn(plume, "bob");
	const { mailer } = plume;
	const mails = mailer.sent.length;
	const answers = [];
	for (const tried of [undefined, "made-up", token]) {
		const cleo = await saysHello(plume, "cleo", tried);
		answers.push(cleo.last(types.mayNotEnter));
	}
	expect(answers[0]).toMatchObject({ code: "isInvited" });
	expect(answers[1]).toEqual(answers[0]);
	expect(answers[2]).toEqual(answers[0]);
	expect(mailer.sent.length).toBe(mails);
});

test.each([
	["a name that looks reserved", "plume-bot", undefined],
	["another's name", "ann", undefined],
	["a made-up invitation", "eve", "made-up"],
])("%s does not tell for long who is a member", async (_, name, invitation) => {
	const plume = await TestServer.open({
		environment: { ...environment, PLUME_LIMIT_GUESSES_NETWORK_HOUR: "5" },
	});
	const ann = await comesIn(plume, "ann");
	const { token } = await asks(plume, ann, "invite");
	await comesIn(plume, "bob", token);
	for (let nth = 0; nth < 5; nth++)
		await saysHello(plume, name, invitation, `guess${nth}`);
	const mails = plume.mailer.sent.length;
	const member = await saysHello(plume, name, invitation, "bob");
	const stranger = await saysHello(plume, name, invitation, "cleo");
	expect(member.received).toEqual(stranger.received);
	expect(plume.mailer.sent.length).toBe(mails);
});

test("whom somebody invited is told when the mails of their network are used up", async () => {
	const plume = await TestServer.open({
		environment: {
			...environment,
			PLUME_LIMIT_MAIL_NETWORK_HOUR: "1",
			PLUME_LIMIT_GUESSES_NETWORK_HOUR: "2",
		},
	});
	const ann = await comesIn(plume, "ann");
	for (let nth = 0; nth < 4; nth++) {
		const { token } = await asks(plume, ann, "invite");
		const newcomer = await saysHello(plume, "", token, `guest${nth}`);
		expect(newcomer.last(types.mayNotEnter)).toMatchObject({
			code: "networkAllowance",
			retryAfter: expect.any(Number),
		});
	}
});

test("a member who is mailed no more, and has no invitation, is soon answered like a stranger", async () => {
	const plume = await TestServer.open({
		environment: { ...environment, PLUME_LIMIT_GUESSES_NETWORK_HOUR: "5" },
	});
	await comesIn(plume, "ann");
	const answers = [];
	for (let nth = 0; nth < 11; nth++) {
		const ann = await saysHello(plume, "", undefined, "ann");
		answers.push(ann.last(types.mayNotEnter)?.code);
	}
	expect(answers).toEqual([
		...Array(4).fill(undefined),
		...Array(5).fill("addressAllowance"),
		...Array(2).fill("isInvited"),
	]);
});

test("a member who was mailed a code is told each time why there is no other", async () => {
	const plume = await TestServer.open({
		environment: {
			...environment,
			PLUME_LIMIT_MAIL_ADDRESS_HOUR: "2",
			PLUME_LIMIT_GUESSES_NETWORK_HOUR: "2",
		},
	});
	await comesIn(plume, "ann");
	const ann = await saysHello(plume, "", undefined, "ann");
	for (let nth = 0; nth < 4; nth++) {
		await plume.passes(60_000);
		ann.hello("", "ann@example.org");
		await plume.settle();
		expect(ann.received.at(-1)).toMatchObject({ code: "addressAllowance" });
	}
});

test("who asks for too many codes keeps no member of that network out", async () => {
	const plume = await TestServer.open({
		environment: { ...environment, PLUME_LIMIT_GUESSES_NETWORK_HOUR: "5" },
	});
	const ann = await comesIn(plume, "ann");
	const { token } = await asks(plume, ann, "invite");
	await comesIn(plume, "bob", token);
	for (let nth = 0; nth < 11; nth++)
		await saysHello(plume, "", undefined, "ann");
	const bob = await saysHello(plume, "bob");
	expect(bob.last(types.pending)).toBeDefined();
});

test("who guesses keeps no member of that network out, nor whom somebody invited", async () => {
	const plume = await TestServer.open({
		environment: { ...environment, PLUME_LIMIT_GUESSES_NETWORK_HOUR: "5" },
	});
	const ann = await comesIn(plume, "ann");
	const { token } = await asks(plume, ann, "invite");
	for (let nth = 0; nth < 5; nth++)
		await saysHello(plume, "", undefined, `guess${nth}`);
	for (const [who, invitation] of [["ann"], ["bob", token]] as const) {
		const member = await saysHello(plume, "", invitation, who);
		expect(member.last(types.pending)).toBeDefined();
	}
});

test("only admins invite to the server", async () => {
	const plume = await TestServer.open({ environment });
	const ann = await comesIn(plume, "ann");
	const { token } = await asks(plume, ann, "invite");
	const bob = await comesIn(plume, "bob", token);
	expect(await asks(plume, bob, "invite")).toMatchObject({ code: "isAdmin" });
	expect(await asks(plume, bob, "invitations")).toMatchObject({
		code: "isAdmin",
	});
	await asks(plume, ann, "invite");
	const { invitations } = await asks(plume, ann, "invitations");
	expect(invitations).toMatchObject([{ by: "ann", uses: 1 }]);
});

test("a member's invitation to a room lets someone into the server", async () => {
	const plume = await TestServer.open({ environment });
	const ann = await comesIn(plume, "ann");
	const { token } = await asks(plume, ann, "invite");
	const bob = await comesIn(plume, "bob", token);
	const room = await makesRoom(plume, bob, "Trip");
	const { token: next } = await asks(plume, bob, "invite", { room });
	const cleo = await comesIn(plume, "cleo", next);
	expect(cleo.last(types.welcome)).toMatchObject({ room });
});

test.each([
	[
		"logs in",
		(plume: TestServer, token: unknown) => comesIn(plume, "ann", token),
	],
	[
		"joins",
		async (plume: TestServer, invitation: unknown) =>
			asks(plume, await comesIn(plume, "ann"), "join", { invitation }),
	],
])(
	"a member who %s by an invitation to the server does not use it up",
	async (_, tries) => {
		const plume = await TestServer.open({ environment });
		const { token } = await asks(plume, await comesIn(plume, "ann"), "invite");
		await tries(plume, token);
		await comesIn(plume, "bob", token);
	},
);

test("two who use one invitation at once do not both get in", async () => {
	const plume = await TestServer.open({ environment });
	const { token } = await asks(plume, await comesIn(plume, "ann"), "invite");
	const [bob, cleo] = [
		await saysHello(plume, "bob", token),
		await saysHello(plume, "cleo", token),
	];
	for (const [person, name] of [
		[bob, "bob"],
		[cleo, "cleo"],
	] as const)
		person.auth(plume.mailer.codeFor(`${name}@example.org`));
	await plume.settle();
	expect(bob.last(types.welcome)).toBeDefined();
	expect(cleo.last(types.welcome)).toBeUndefined();
	expect(cleo.last(types.refused)).toMatchObject({ code: "isInvited" });
});

test("no second code is mailed by an invitation that was taken back", async () => {
	const plume = await TestServer.open({ environment });
	const ann = await comesIn(plume, "ann");
	const { token, invitation } = await asks(plume, ann, "invite");
	const bob = await saysHello(plume, "bob", token);
	await asks(plume, ann, "revoke", { invitation });
	plume.clock.advance(60_000);
	const mails = plume.mailer.sent.length;
	bob.hello("bob", "bob@example.org");
	await plume.settle();
	expect(plume.mailer.sent.length).toBe(mails);
	expect(bob.last(types.refused)).toMatchObject({ code: "isInvited" });
});

test("the operator makes the first invitation where there is no admin", async () => {
	const plume = await TestServer.open({
		environment: { PLUME_ALLOW: "invited", PLUME_SOCKET: "/tmp/socket" },
	});
	const [link = "", words] = await plume.operate("invite");
	expect(link).toMatch(/^\/join#[\w-]{22}$/);
	expect(words).toContain("put yours before it");
	await comesIn(plume, "bob", link.split("#")[1]);
});

test("the operator makes no invitation that would let nobody in", async () => {
	const plume = await TestServer.open({
		environment: { PLUME_ALLOW: "@example.org" },
	});
	const asked = plume.operate("invite");
	await expect(asked).rejects.toThrow("write invited into PLUME_ALLOW");
});

test("an invitation is a whole link where the server knows its origin", async () => {
	const plume = await TestServer.open({
		environment: {
			...{ PLUME_ORIGINS: "https://chat.example.org", PLUME_BASE: "/plume" },
		},
	});
	const [link, words] = await plume.operate("invite");
	expect(link).toMatch(/^https:\/\/chat\.example\.org\/plume\/join#[\w-]{22}$/);
	expect(words).not.toContain("before it");
});

test("a start that lets nobody in is refused", () => {
	const read = (others: object) =>
		readConfig(
			{ PLUME_LOG: "memory", PLUME_ALLOW: "invited", ...others },
			() => undefined,
		);
	expect(() => read({})).toThrow("PLUME_ADMINS");
	expect(read({ PLUME_ADMINS: "ann@example.org" }).allow).toEqual(["invited"]);
	expect(read({ PLUME_LOG: "file" }).allow).toEqual(["invited"]);
});
