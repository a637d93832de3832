/** Who may ask about a log in the inspector, which answers hold names, and that nothing is written. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { get } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { About } from "../../machines/travel.ts";
import { liveADay } from "../inspector/day.ts";
import { type Opened, openLog } from "./opened.ts";

let folder: string;
let log: Opened;
let before: readonly string[];
beforeAll(async () => {
	folder = await liveADay();
	before = files(folder);
	log = await openLog(folder);
});
afterAll(() => log.end());

/** Every file of a folder, with its hash and the time of its last change. */
function files(folder: string): readonly string[] {
	return readdirSync(folder, { recursive: true, encoding: "utf8" })
		.sort()
		.map((name) => {
			const path = join(folder, name);
			const about = statSync(path);
			const bytes = about.isFile() ? readFileSync(path) : "";
			const hash = createHash("sha256").update(bytes).digest("hex");
			return `${name} ${about.mtimeMs} ${hash}`;
		});
}

async function untilWhole(): Promise<About> {
	for (;;) {
		const answer = await log.ask({ ask: "about" });
		const about = (await answer.json()) as About;
		if (about.isWhole) return about;
	}
}

test.each([
	["the token, from our own page", {}, 200],
	["a wrong token", { authorization: "Bearer nothing" }, 401],
	["no token", { authorization: "" }, 401],
	["a foreign Origin", { origin: "https://evil.example" }, 403],
	["no Origin", { origin: "null" }, 403],
])("with %s", async (_, headers, expected) => {
	expect((await log.ask({ ask: "about" }, headers)).status).toBe(expected);
});

test("a foreign Host gets nothing, not even the page", async () => {
	const status = (host: string) =>
		new Promise((resolve, reject) => {
			get(log.link, { headers: { host } }, (response) => {
				response.resume();
				resolve(response.statusCode);
			}).on("error", reject);
		});
	const { host } = new URL(log.link);
	expect(await status(host)).toBe(200);
	expect(await status("evil.example")).toBe(403);
});

test.each([{ ask: "everything" }, {}, [], { ask: "__proto__" }])(
	"what is no question is not answered: %j",
	async (question) => {
		expect((await log.ask(question)).status).toBe(400);
	},
);

test.each([
	{ ask: "stretch", from: -1e9, to: 1e12 },
	{ ask: "stretch", from: 400, to: 3 },
	{ ask: "stretch", from: "1", to: null },
	{ ask: "next", from: 1e12, back: "yes", room: 7 },
	{ ask: "marks", parts: 1e12 },
	{ ask: "time", time: -1 },
	{ ask: "compare", from: 1e12 },
])(
	"what asks too much is answered with what there is: %j",
	async (question) => {
		const response = await log.ask(question);
		expect(response.status).toBe(200);
		expect((await response.text()).length).toBeLessThan(1_000_000);
	},
);

test("names are only in comparisons, texts nowhere", async () => {
	const { first, last, rooms } = await untilWhole();
	expect([first, rooms]).toEqual([0, ["boats", "lobby"]]);
	const text = async (question: object) => (await log.ask(question)).text();
	const shown = await text({ ask: "stretch", from: first, to: last });
	expect(shown).toContain("client.entering/client.entered/0");
	expect(shown).not.toMatch(/ann|bob|cleo|iris|lobby|boats|example|line \d/i);
	const compared = await text({ ask: "compare", from: first, to: last });
	expect(compared).toContain('{"name":"cleo","room":"lobby"}');
	expect(compared).not.toMatch(/example|line \d/);
});

test("nothing in the data folder is written, made or touched until Ctrl+C ends it", async () => {
	const other = await openLog(folder);
	await other.ask({ ask: "about" });
	expect(await other.end()).toBe(0);
	await untilWhole();
	expect(files(folder)).toEqual(before);
});
