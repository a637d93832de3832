/** What an admin does by `/admin` of a running server, and who may. */
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MessageType as types } from "../../machines/message.ts";
import { Caller } from "./caller.ts";
import { newDataFolder, Plume, run, yesterdayUntil } from "./program.ts";

const admins = {
	PLUME_ADMINS: "boss@example.org,chief@example.org",
	PLUME_LIMITS: "off",
};

const tokenOf = async (caller: Caller) =>
	String((await caller.until(({ type }) => type === types.session)).token);

const enter = (plume: Plume, name: string) =>
	Caller.enter(plume, name, { protocol: "plume.2" });

interface Request {
	readonly token?: string;
	readonly body?: string;
	readonly headers?: Readonly<Record<string, string>>;
}

const post = (plume: Plume, command: string, request: Request) =>
	fetch(`${plume.url}/admin/${command}`, {
		method: "POST",
		body: request.body ?? '{"args":[]}',
		headers: {
			...(request.token && { Authorization: `Bearer ${request.token}` }),
			...request.headers,
		},
	});

describe("on a server with admins", () => {
	let plume: Plume;
	let boss: string;
	let member: string;
	/** All that the page was answered. */
	let answered = "";
	beforeAll(async () => {
		plume = await Plume.start(admins);
		boss = await tokenOf(await enter(plume, "boss"));
		member = await tokenOf(await enter(plume, "ann"));
		await enter(plume, "chief");
	});
	afterAll(() => plume.stop());

	/** As the page asks. */
	async function ask(command: string, ...args: readonly string[]) {
		const body = JSON.stringify({ args });
		const answer = await post(plume, command, { token: boss, body });
		const text = await answer.text();
		answered += text;
		expect(answer.headers.get("cache-control")).toBe("no-store");
		return answer.ok ? JSON.parse(text) : { status: answer.status, text };
	}

	const rowsOf = async (table: string): Promise<readonly string[][]> =>
		(await ask(table)).rows;

	const acts = async () => (await run(["acts", plume.data])).stdout;

	test("a ban is made and lifted in the admin's own name", async () => {
		const troll = await enter(plume, "troll");
		troll.say("buy my stamps");
		const line = await troll.until(({ text }) => text === "buy my stamps");
		troll.say(`@plumebot report ${line.offset} spam`);
		await troll.until(({ text }) => text?.startsWith("Thank you") === true);
		expect(await rowsOf("reports")).toEqual([
			[
				...[expect.stringMatching(/^\S{6}$/), expect.any(String), "spam"],
				...["lobby", `${line.offset}`, "troll", "buy my stamps"],
			],
		]);
		expect(await rowsOf("who")).toContainEqual(["troll", "lobby", "1 tab"]);
		expect(await ask("mute", "lobby", "troll")).toHaveProperty("says");
		expect(await rowsOf("who")).toContainEqual([
			...["troll", "lobby", "1 tab, muted"],
		]);
		expect(await ask("ban", "troll", "1d only stamps")).toEqual({
			says: [expect.stringContaining("troll is banned for 1 day.")],
		});
		expect(await troll.raw.closed).toBe(4003);
		expect(await rowsOf("bans")).toEqual([
			["troll", expect.stringContaining("until")],
		]);
		expect(await ask("unban", "troll")).toEqual({
			says: ["troll may enter again."],
		});
		expect(await ask("bans")).toMatchObject({
			rows: [],
			none: "Nobody is banned.",
		});
		const log = await acts();
		expect(log).toMatch(/boss banned troll until .*: only stamps\n/);
		expect(log).toContain("boss lifted the ban of troll");
		expect(log).not.toContain("operator");
	});

	test("what is done to names, rooms and newcomers has the admin's name to it", async () => {
		await enter(plume, "bob");
		await ask("rename", "bob", "Robert");
		await ask("release", "Robert");
		await ask("say", "lobby", "We move on Sunday.");
		await ask("close");
		expect(await rowsOf("status")).toContainEqual(["newcomers", "kept out"]);
		await ask("open");
		await run(["close"], { PLUME_DATA: plume.data });
		await run(["open"], { PLUME_DATA: plume.data });
		const words = (await acts()).replace(/^.*#\d+ {2}/gm, "");
		expect(words).toContain(
			`boss changed the name bob to Robert
boss freed the name Robert
boss said in lobby as the bot: We move on Sunday.
boss let no newcomers in
boss let newcomers in again
the operator let no newcomers in
the operator let newcomers in again
`,
		);
	});

	test("one admin does nothing to another, nor to their name", async () => {
		for (const [command, ...args] of [
			["ban", "chief"],
			["release", "chief"],
			["rename", "chief", "thief"],
		] as const)
			expect(await ask(command, ...args)).toEqual({
				status: 409,
				text: "That can't be done to an admin, the bot or yourself.",
			});
	});

	test("no answer has an email, a token or a whole identity in it", async () => {
		for (const table of ["who", "rooms", "names", "bans", "reports", "status"])
			expect(await ask(table)).toHaveProperty("rows");
		expect(answered).toContain("troll");
		expect(answered).not.toMatch(/@(?!plumebot )|example\.org|[\w-]{20}/);
	});

	test.each([
		["nobody", () => ({}), 401, "Log in on the chat page first."],
		[
			"a session that is nobody's",
			() => ({ token: "AAAAAAAAAAAAAAAAAAAAAA" }),
			...([401, "Log in on the chat page first."] as const),
		],
		[
			"a member",
			() => ({ token: member }),
			...([403, "Only an admin can do that."] as const),
		],
		[
			"another site's page",
			() => ({ token: boss, headers: { Origin: "https://evil.example" } }),
			...([403, "may not ask this server"] as const),
		],
		[
			"an admin who sends too much",
			() => ({ token: boss, body: `{"args":["${"x".repeat(16_384)}"]}` }),
			...([413, "can't be read"] as const),
		],
		[
			"an admin who sends what is no JSON",
			() => ({ token: boss, body: "args" }),
			...([400, "can't be read"] as const),
		],
		[
			"an admin who sends no list of words",
			() => ({ token: boss, body: '{"args":[{}]}' }),
			...([400, "Something is missing."] as const),
		],
	])("%s is refused", async (_, request, status, words) => {
		const answer = await post(plume, "bans", request());
		expect([answer.status, await answer.text()]).toEqual([
			status,
			expect.stringContaining(words),
		]);
	});

	test("a proxy that calls the server by another name is told of PLUME_ORIGINS", async () => {
		const headers = { Host: "chat.example.org" };
		const url = `${plume.url}/admin/bans`;
		const asked = request(url, { method: "POST", headers }).end("{}");
		const [answer] = await once(asked, "response");
		expect(answer.statusCode).toBe(403);
		expect(await text(answer)).toContain("PLUME_ORIGINS names those it is.");
	});

	test.each(["code", "reload", "acts", "toString"])(
		"%s is no command of the page",
		async (command) => {
			const answer = await ask(command, "ann");
			expect(answer).toMatchObject({ status: 404 });
		},
	);
});

test("without admins there is no such page", async () => {
	const plume = await Plume.start();
	expect((await fetch(`${plume.url}/admin`)).status).toBe(404);
	const token = await tokenOf(await enter(plume, "boss"));
	expect((await post(plume, "who", { token })).status).toBe(404);
	await plume.stop();
});

test("an admin who typed a code yesterday is told to log in again", async () => {
	const data = await newDataFolder();
	const environment = { ...admins, PLUME_DATA: data, PLUME_LIMITS: "on" };
	const healed = join(data, "healed");
	const yesterday = await Plume.start({
		...environment,
		NODE_OPTIONS: yesterdayUntil(healed),
	});
	const late = await tokenOf(await enter(yesterday, "boss"));
	expect((await post(yesterday, "who", { token: late })).status).toBe(200);
	await yesterday.stop();
	await writeFile(healed, "");
	const plume = await Plume.start(environment);
	const refused = await post(plume, "who", { token: late });
	expect([refused.status, await refused.text()]).toEqual([
		403,
		"For that, log in anew: it is more than a day since you typed a code.\n",
	]);
	const token = await tokenOf(await enter(plume, "boss"));
	// A script in a loop is slowed down.
	const statuses = new Set<number>();
	for (let round = 0; round < 40 && !statuses.has(429); round++) {
		const asked = Array.from({ length: 30 }, () =>
			post(plume, "who", { token }),
		);
		for (const { status } of await Promise.all(asked)) statuses.add(status);
	}
	expect([...statuses]).toEqual([200, 429]);
	await plume.stop();
});
